//! A question of the host: put to the policy, or denied at once where the policy must not see it.
//!
//! ```text
//! application   grant of the user   about a user        about an operation or a quota
//! ───────────   ─────────────────   ─────────────────   ─────────────────────────────
//! not running   –                   misuse              misuse
//! draining      any                 denied, 995         denied, 995
//! running       none                put to the policy   denied, 5
//! running       live                put to the policy, with the payload of the grant
//! ```

use core::hash::Hash;

use smallvec::SmallVec;

use super::effect::{Effect, Effects};
use super::misuse::Misuse;
use super::payload::PayloadNumber;
use super::request::{Phase, Request};
use super::shard::Shard;
use crate::call::RequestKind;
use crate::code;
use crate::fault::Fault;
use crate::id::{ApplicationId, Sender};
use crate::time::Timestamp;

impl<K: Ord + Clone + Hash, P: Clone> Shard<K, P> {
    /// Puts the question, or denies it. What the policy is shown is pinned until its reply came back.
    pub(super) fn ask(
        &mut self,
        now: Timestamp,
        kind: RequestKind,
        application: ApplicationId,
        sender: Sender,
        user: K,
    ) -> Result<Effects<P>, Misuse> {
        let state = self.applications.get_mut(&application).ok_or(Misuse::NotRunning(application))?; // CL-54
        let draining = state.draining;
        let mut grant = self.grants.current(application, &user); // CL-71
        if self.seeded.has(Fault::GrantOfAnotherUser) {
            grant = self.grants.of_another(application, &user).or(grant);
        }
        let about_user = kind == RequestKind::User;
        let refusal = if draining {
            Some((Misuse::ShuttingDown(application), code::ERROR_OPERATION_ABORTED)) // CL-70
        } else if grant.is_none() && !about_user {
            Some((Misuse::NoGrant(kind), code::ERROR_ACCESS_DENIED)) // CL-23, CL-70
        } else {
            None
        };
        let renews = if about_user { self.grants.live(application, &user) } else { SmallVec::new() };
        let pin = grant.filter(|_| refusal.is_none()).and_then(|lease| self.leases.get(lease)?.payload);
        let deadline = self.config.answer_within.filter(|_| refusal.is_none()).map(|within| now.after(within));
        let request = Request {
            application,
            kind,
            sender,
            user,
            phase: Phase::Asked,
            reply_out: refusal.is_none(),
            pin,
            renews,
            offered: None,
            token: None,
            deadline,
        };
        let id = self.requests.insert(request).ok_or(Misuse::Full)?;
        state.open += 1;
        let mut effects = Effects::default();
        if let Some((misuse, error)) = refusal {
            effects.push(Effect::Report(misuse));
            self.deny(id, error, None, &mut effects);
            return Ok(effects);
        }
        self.deadlines.extend(deadline.map(|deadline| (deadline, id)));
        let payload = pin.and_then(|number| self.pin(number)); // CL-12
        effects.push(Effect::Ask { request: id, kind, payload });
        Ok(effects)
    }

    fn pin(&mut self, number: PayloadNumber) -> Option<P> {
        if self.seeded.has(Fault::PayloadDroppedUnderRequest) {
            return self.payloads.peek(number).cloned();
        }
        self.payloads.pin(number)
    }
}
