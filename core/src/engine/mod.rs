//! The plug-in's side: which contexts the host holds, what stands behind them, which questions are open.
//!
//! Feed every call of the host, every answer of the policy and the outcome of every effect to [`Engine::step`], and
//! perform the effects it returns, in order, with no lock held. There is no other way in, and the engine never calls
//! anybody. Three rules carry the rest:
//!
//! - **A lease for each report.** Every context that the host gets is a fresh number, also when one payload stands
//!   behind several. So each release names one report, whether the host counts reports or distinct values.
//! - **Counted before published.** A lease exists from the step that returns [`Effect::Complete`]; the host may
//!   release it before the completion function has returned. If the host refuses, the lease is taken back (CL-17).
//! - **Dropping is an effect.** A payload leaves in [`Effect::Drop`], so its destructor runs outside (CL-60).
//!
//! Time is passed in. Requests beyond their deadline are denied by [`Input::Tick`]; [`Engine::next_deadline`] says
//! when the next one is due.
//!
//! ```
//! use wsman_authz_core::call::Identity;
//! use wsman_authz_core::engine::{Answer, Effect, Engine, EngineConfig, Input, Payload};
//! use wsman_authz_core::{ApplicationId, Sender, Timestamp};
//!
//! let mut engine = Engine::new(EngineConfig::default());
//! let application = ApplicationId(1);
//! let mut step = |input| engine.step(Timestamp(0), input).map(|effects| effects.as_slice().to_vec());
//!
//! assert_eq!(step(Input::Startup { application }), Ok(vec![]));
//! let sender = Sender::new(0x1000).unwrap();
//! let asked = step(Input::AuthorizeUser { application, sender, user: "alice" }).unwrap();
//! let [Effect::Ask { request, .. }] = asked[..] else { panic!() };
//!
//! let payload = Payload::Fresh("what the policy knows about alice");
//! let answer = Answer::AllowUser { payload, identity: Identity::Client, administrator: false };
//! let said = step(Input::Answer { request, answer }).unwrap();
//! let [Effect::Complete { ref completion, .. }] = said[..] else { panic!() };
//! let context = completion.context;
//!
//! assert_eq!(step(Input::Completed { request, error: 0 }), Ok(vec![]));
//! let released = step(Input::Release { context }).unwrap();
//! assert_eq!(released, [Effect::Drop("what the policy knows about alice")]);
//! assert!(step(Input::Release { context }).is_err(), "CL-16: a second release changes nothing");
//! ```

mod answer;
mod effect;
mod grant;
mod input;
mod lease;
mod misuse;
mod payload;
mod redirect;
mod request;
mod shutdown;
#[cfg(test)]
mod tests;
mod view;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::call::{Quota, RequestKind};
use crate::code;
use crate::fault::{Fault, Seeded};
use crate::id::{ApplicationId, Context, Sender};
use crate::slab::Slab;
use crate::time::{Clock, Millis, Timestamp};

pub use effect::{Effect, Effects};
use grant::Grants;
pub use input::{Abandoned, Answer, Input, Payload, RequestId};
use lease::{LeaseTable, Owner};
pub use misuse::Misuse;
use payload::PayloadTable;
pub use redirect::is_redirect_url;
pub use request::Phase;
use request::Request;
pub use view::{LeaseView, RequestView};

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EngineConfig {
    /// How many leases one slot names before it is retired for good (CL-14); at least 1.
    pub generations: u32,
    /// How long a policy may take. Then the engine denies (CL-70). `None`: for ever.
    pub answer_within: Option<Millis>,
}

impl EngineConfig {
    /// The quota for a policy that has no opinion: the published defaults of the WinRM service (MS-WSMV), and a time
    /// slot that throttles nobody. The pages name a "default quota" without numbers.
    pub const SERVICE_QUOTA: Quota = Quota { shells: 30, operations: 1500, timeslot_s: 1, per_timeslot: u32::MAX };
}

impl Default for EngineConfig {
    /// All generations that a handle has room for; policies may take for ever.
    fn default() -> Self {
        Self { generations: u32::MAX, answer_within: None }
    }
}

/// The state of one application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Application {
    /// Shutdown was called.
    draining: bool,
    /// Requests that the host has not been answered for.
    open: u32,
}

/// The engine of one process. `K` names a user, `P` is a cheap handle on a payload, such as `Arc<T>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Engine<K, P> {
    config: EngineConfig,
    clock: Clock,
    applications: BTreeMap<ApplicationId, Application>,
    leases: LeaseTable<K>,
    payloads: PayloadTable<P>,
    grants: Grants<K>,
    requests: Slab<Request<K>>,
    deadlines: BTreeSet<(Timestamp, RequestId)>,
    seeded: Seeded,
}

impl<K: Ord + Clone, P: Clone> Engine<K, P> {
    /// An engine without applications.
    #[must_use]
    pub fn new(config: EngineConfig) -> Self {
        Self {
            config,
            clock: Clock::default(),
            applications: BTreeMap::new(),
            leases: LeaseTable::new(config.generations),
            payloads: PayloadTable::default(),
            grants: Grants::default(),
            requests: Slab::default(),
            deadlines: BTreeSet::new(),
            seeded: Seeded::NONE,
        }
    }

    /// The same engine with one mistake in it.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.seeded = Seeded::with(fault);
        self.leases.seeded = self.seeded;
        self
    }

    /// Takes one input. `now` that runs backwards counts as standing still (CL-35).
    ///
    /// # Errors
    /// The input broke the contract. Nothing changed but the clock, and there is nothing to perform.
    pub fn step(&mut self, now: Timestamp, input: Input<K, P>) -> Result<Effects<P>, Misuse> {
        let now = self.tell_time(now);
        match input {
            Input::Startup { application } => self.startup(application),
            Input::Shutdown { application } => self.shutdown(application),
            Input::AuthorizeUser { application, sender, user } => {
                self.ask(now, RequestKind::User, application, sender, user)
            }
            Input::AuthorizeOperation { application, sender, user } => {
                self.ask(now, RequestKind::Operation, application, sender, user)
            }
            Input::QueryQuota { application, sender, user } => {
                self.ask(now, RequestKind::Quota, application, sender, user)
            }
            Input::Answer { request, answer } => Ok(self.answer(request, answer)),
            Input::Abandon { request, why } => self.abandon(request, why),
            Input::Completed { request, error } => self.completed(request, error),
            Input::Release { context } => self.release(context),
            Input::Tick => Ok(self.deny_overdue(now)),
        }
    }

    fn tell_time(&mut self, now: Timestamp) -> Timestamp {
        #[cfg(feature = "faults")]
        if self.seeded.has(Fault::EngineClockRunsBackwards) {
            return self.clock.set_unchecked(now);
        }
        self.clock.advance(now) // CL-35
    }

    fn startup(&mut self, application: ApplicationId) -> Result<Effects<P>, Misuse> {
        if self.applications.contains_key(&application) {
            return Err(Misuse::StartedTwice(application)); // CL-55
        }
        self.applications.insert(application, Application::default());
        Ok(Effects::default())
    }

    /// A question of the host: put to the policy, or denied at once where the policy must not see it.
    fn ask(
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
        let renews = if about_user { self.grants.live(application, &user) } else { Vec::new() };
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
        let id = RequestId(self.requests.insert(request).map_err(|_| Misuse::Full)?);
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

    fn pin(&mut self, number: u32) -> Option<P> {
        if self.seeded.has(Fault::PayloadDroppedUnderRequest) {
            return self.payloads.peek(number).cloned();
        }
        self.payloads.pin(number)
    }

    /// The host answered our completion.
    fn completed(&mut self, id: RequestId, error: u32) -> Result<Effects<P>, Misuse> {
        let request = self.requests.get_mut(id.0).filter(|request| request.phase == Phase::Completing);
        let request = request.ok_or(Misuse::NotCompleting(id))?;
        let (application, about_user, user) =
            (request.application, request.kind == RequestKind::User, request.user.clone());
        let (offered, token) = (request.offered, request.token);
        let renews = core::mem::take(&mut request.renews);
        request.finish();
        let mut effects = Effects::default();
        if error != code::ERROR_SUCCESS {
            if about_user {
                self.grants.revoke(application, &user, &renews); // CL-23: refused is failed
            }
            if let Some(lease) = offered.filter(|_| !self.seeded.has(Fault::RefusedCompletionKept)) {
                self.end_lease(lease, &mut effects); // CL-17
            }
            effects.extend(token.filter(|_| !self.seeded.has(Fault::TokenLeaked)).map(Effect::CloseToken)); // CL-74
        } else {
            if self.seeded.has(Fault::TokenClosedTwice) {
                effects.extend(token.map(Effect::CloseToken));
            }
            if self.seeded.has(Fault::CountAfterPublish)
                && let Some(number) = offered.and_then(|lease| self.leases.get(lease)?.payload)
            {
                self.payloads.lease(number);
            }
        }
        self.close(id, &mut effects);
        Ok(effects)
    }

    /// The host gave a context back.
    fn release(&mut self, context: Option<Context>) -> Result<Effects<P>, Misuse> {
        let mut context = context;
        if context.is_none() && self.seeded.has(Fault::NullReleaseTaken) {
            context = self.leases.iter().next().map(|(first, _)| first);
        }
        let context = context.ok_or(Misuse::ReleasedNull)?; // CL-15
        let mut effects = Effects::default();
        let owner = self.end_lease(context, &mut effects).ok_or(Misuse::ReleasedUnknown(context))?; // CL-16
        if self.seeded.has(Fault::CompletionInsideRelease) {
            let open = self.requests.iter().find(|(_, open)| open.phase == Phase::Asked && open.user == owner);
            if let Some(number) = open.map(|(number, _)| number) {
                self.deny(RequestId(number), code::ERROR_ACCESS_DENIED, None, &mut effects);
            }
        }
        Ok(effects)
    }

    /// Ends a lease and says whose it was; the payload goes with its last lease or pin (CL-13).
    fn end_lease(&mut self, context: Context, effects: &mut Effects<P>) -> Option<K> {
        let lease = self.leases.remove(context)?;
        let user = match lease.owner {
            Owner::User(user) => {
                self.grants.remove(lease.application, &user, context);
                if self.seeded.has(Fault::OperationLeasesFollowUser) {
                    self.end_operations_of(&user, effects);
                }
                user // CL-24: leases of operations stay
            }
            Owner::Operation(user) => user,
        };
        if let Some(number) = lease.payload {
            if self.seeded.has(Fault::PayloadDroppedWithFirstLease) {
                effects.extend(self.payloads.peek(number).cloned().map(Effect::Drop));
            }
            let unused = self.payloads.unlease(number);
            if self.seeded.has(Fault::PayloadDroppedTwice) {
                effects.extend(unused.clone().map(Effect::Drop));
            }
            let leaked = self.seeded.has(Fault::PayloadLeaked);
            effects.extend(unused.filter(|_| !leaked).map(Effect::Drop)); // CL-13
        }
        Some(user)
    }

    fn end_operations_of(&mut self, user: &K, effects: &mut Effects<P>) {
        let owned = self.leases.iter().filter(|(_, lease)| matches!(&lease.owner, Owner::Operation(of) if of == user));
        let owned: Vec<Context> = owned.map(|(context, _)| context).collect();
        for context in owned {
            self.end_lease(context, effects);
        }
    }

    /// The policy's reply came back: it can look at nothing any more.
    fn reply_is_back(&mut self, id: RequestId, effects: &mut Effects<P>) {
        let Some(request) = self.requests.get_mut(id.0) else { return };
        let pin = request.pin.take().filter(|_| !self.seeded.has(Fault::PayloadDroppedUnderRequest));
        let over = request.phase == Phase::Over;
        effects.extend(pin.and_then(|number| self.payloads.unpin(number)).map(Effect::Drop)); // CL-13
        if over {
            self.requests.remove(id.0);
        }
    }

    /// The host needs no answer to this request any more.
    fn close(&mut self, id: RequestId, effects: &mut Effects<P>) {
        let Some(request) = self.requests.get_mut(id.0) else { return };
        request.finish();
        let (application, gone) = (request.application, !request.reply_out);
        if gone {
            self.requests.remove(id.0);
        }
        if let Some(state) = self.applications.get_mut(&application) {
            state.open -= 1;
            if state.draining && state.open == 0 {
                self.drained(application, effects);
            }
        }
    }
}
