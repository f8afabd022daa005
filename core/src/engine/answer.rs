//! The policy's answer becomes a completion.

use alloc::borrow::Cow;
use core::hash::Hash;

use super::EngineConfig;
use super::effect::{Effect, Effects};
use super::input::{Abandoned, Answer, Payload, RequestId};
use super::misuse::Misuse;
use super::redirect::is_redirect_url;
use super::request::Phase;
use super::shard::Shard;
use crate::call::{Completion, Identity, RequestKind};
use crate::code;
use crate::fault::Fault;
use crate::id::{Context, Sender, Token};
use crate::time::Timestamp;

type Text = Option<Cow<'static, str>>;

impl<P> Answer<P> {
    /// Whether it answers a question of this kind. A redirect of an operation is an ordinary failure (E3).
    const fn fits(&self, kind: RequestKind) -> bool {
        match self {
            Self::AllowUser { .. } => matches!(kind, RequestKind::User),
            Self::AllowOperation { .. } => matches!(kind, RequestKind::Operation),
            Self::Quota(_) => matches!(kind, RequestKind::Quota),
            Self::Deny { .. } | Self::Redirect { .. } => true,
        }
    }
}

/// The token that the plug-in owns until the host took it (CL-74).
pub(super) const fn own_token(identity: Identity) -> Option<Token> {
    match identity {
        Identity::Token(token) => Some(token),
        Identity::Client | Identity::Host => None,
    }
}

impl<K: Ord + Clone + Hash, P: Clone> Shard<K, P> {
    /// The policy's answer. What it brings is never lost, also where it does not fit: payloads and tokens leave as
    /// effects (CL-13, CL-74), outside the lock (CL-60).
    pub(super) fn answer(&mut self, now: Timestamp, id: RequestId, answer: Answer<P>) -> Effects<P> {
        let mut effects = Effects::default();
        let Some(request) = self.requests.get_mut(id).filter(|request| request.reply_out) else {
            self.discard(Misuse::NoReplyDue(id), answer, &mut effects);
            return effects;
        };
        request.reply_out = false;
        // Also where nobody has looked at the clock since.
        let overdue = request.deadline.is_some_and(|deadline| deadline <= now);
        if request.phase == Phase::Asked && overdue && !self.seeded.has(Fault::LateYesCounts) {
            self.discard(Misuse::TooLate(id), answer, &mut effects); // CL-70
            self.deny(id, code::ERROR_ACCESS_DENIED, None, &mut effects);
        } else if request.phase != Phase::Asked {
            self.answer_again(id, &mut effects);
            self.discard(Misuse::TooLate(id), answer, &mut effects); // CL-70
        } else if answer.fits(request.kind) {
            self.settle(id, answer, &mut effects);
        } else {
            self.discard(Misuse::WrongKind(id), answer, &mut effects); // CL-51
            self.deny(id, code::ERROR_INTERNAL_ERROR, None, &mut effects); // CL-70
        }
        self.reply_is_back(id, &mut effects);
        effects
    }

    pub(super) fn abandon(&mut self, id: RequestId, why: Abandoned) -> Result<Effects<P>, Misuse> {
        let request = self.requests.get_mut(id).filter(|request| request.reply_out);
        let request = request.ok_or(Misuse::NoReplyDue(id))?;
        request.reply_out = false;
        let (phase, kind) = (request.phase, request.kind);
        let mut effects = Effects::default();
        if phase == Phase::Asked {
            if self.seeded.has(Fault::PanicHarmsOthers) && why == Abandoned::Panicked {
                self.forget_other_requests(id);
            }
            let allows = self.seeded.has(Fault::DropAllows) && why == Abandoned::Dropped
                || self.seeded.has(Fault::PanicAllows) && why == Abandoned::Panicked;
            if self.seeded.has(Fault::DroppedReplyLeftPending) && why == Abandoned::Dropped {
                self.close(id);
            } else if allows {
                self.settle(id, allow_anything(kind), &mut effects);
            } else {
                self.deny(id, code::ERROR_ACCESS_DENIED, None, &mut effects); // CL-61, CL-70
            }
        }
        self.reply_is_back(id, &mut effects);
        Ok(effects)
    }

    /// Denies every request whose policy is beyond its deadline (CL-70). The reply stays out.
    pub(super) fn deny_overdue(&mut self, now: Timestamp) -> Effects<P> {
        let mut effects = Effects::default();
        while let Some(&(deadline, id)) = self.deadlines.first()
            && deadline <= now
        {
            let kind = self.requests.get(id).map(|request| request.kind);
            match kind.filter(|_| self.seeded.has(Fault::OverdueAllows)) {
                Some(kind) => self.settle(id, allow_anything(kind), &mut effects),
                None => self.deny(id, code::ERROR_ACCESS_DENIED, None, &mut effects),
            }
            self.deadlines.remove(&(deadline, id));
        }
        effects
    }

    fn settle(&mut self, id: RequestId, answer: Answer<P>, effects: &mut Effects<P>) {
        match answer {
            Answer::AllowUser { payload, identity, administrator } => {
                self.allow_user(id, payload, identity, administrator, effects);
            }
            Answer::AllowOperation { payload } => self.allow_operation(id, payload, effects),
            Answer::Quota(quota) => self.answer_quota(id, quota, effects),
            // CL-73: the code of a redirect is a redirect, whatever it came with.
            Answer::Deny { error: code::ERROR_WSMAN_REDIRECT_REQUESTED, text } => {
                self.redirect(id, text.unwrap_or_default(), effects);
            }
            Answer::Deny { error, text } => {
                // CL-70: a denial with the code of success is still a denial.
                let error = if error == code::ERROR_SUCCESS { code::ERROR_ACCESS_DENIED } else { error };
                self.deny(id, error, text, effects);
            }
            Answer::Redirect { url } => self.redirect(id, url, effects),
        }
    }

    fn redirect(&mut self, id: RequestId, url: Cow<'static, str>, effects: &mut Effects<P>) {
        let goes_out = is_redirect_url(&url) || self.seeded.has(Fault::RedirectUnchecked); // CL-73
        if goes_out {
            self.deny(id, code::ERROR_WSMAN_REDIRECT_REQUESTED, Some(url), effects);
        } else {
            self.deny(id, code::ERROR_REDIRECT_LOCATION_INVALID, None, effects);
        }
    }

    /// Says no. A question about a user that ends so revokes what the user had (CL-23).
    pub(super) fn deny(&mut self, id: RequestId, error: u32, text: Text, effects: &mut Effects<P>) {
        let Some(request) = self.requests.get(id) else { return };
        let (kind, sender) = (request.kind, request.sender);
        if kind == RequestKind::User && !self.seeded.has(Fault::GrantKeptAfterFailure) {
            // CL-23: before the host can ask again
            self.grants.revoke(request.application, &request.user, &request.renews);
        }
        let mut failure = Completion { extended: text, ..Completion::failure(kind, sender, error) }; // CL-53
        if self.seeded.has(Fault::LeaseOnDenial) {
            let _ = self.mint(id, Payload::None, RequestKind::User, effects);
        }
        if self.seeded.has(Fault::FailureCarriesContext) {
            failure.context = Context::new(22);
        }
        if self.seeded.has(Fault::FailureCarriesToken) && kind == RequestKind::User {
            failure.identity = Some(Identity::Client);
        }
        self.complete(id, failure, effects);
    }

    pub(super) fn complete(&mut self, id: RequestId, mut completion: Completion, effects: &mut Effects<P>) {
        if self.seeded.has(Fault::WrongSender) {
            let other = self.requests.iter().find(|(other, _)| *other != id).map(|(_, other)| other.sender);
            completion.sender = other.or(Sender::new(u64::MAX));
        }
        let Some(request) = self.requests.get_mut(id) else { return };
        if let Some(deadline) = request.deadline.take() {
            self.deadlines.remove(&(deadline, id));
        }
        request.phase = Phase::Completing;
        effects.push(Effect::Complete { request: id, completion });
    }

    /// An answer that nobody waits for: what it brings is dropped and closed (CL-13, CL-74).
    fn discard(&self, why: Misuse, answer: Answer<P>, effects: &mut Effects<P>) {
        effects.push(Effect::Report(why));
        match answer {
            Answer::AllowUser { payload, identity, .. } => {
                effects.extend(own_token(identity).map(Effect::CloseToken));
                self.discard_payload(payload, effects);
            }
            Answer::AllowOperation { payload } => self.discard_payload(payload, effects),
            Answer::Quota(_) | Answer::Deny { .. } | Answer::Redirect { .. } => {}
        }
    }

    /// Only a seeded fault passes a late answer on.
    fn answer_again(&self, id: RequestId, effects: &mut Effects<P>) {
        if let Some(request) = self.requests.get(id).filter(|_| self.seeded.has(Fault::AnsweredTwice)) {
            let again = Completion::failure(request.kind, request.sender, code::ERROR_ACCESS_DENIED);
            effects.push(Effect::Complete { request: id, completion: again });
        }
    }

    fn discard_payload(&self, payload: Payload<P>, effects: &mut Effects<P>) {
        match payload {
            Payload::Fresh(value) if !self.seeded.has(Fault::LatePayloadLeaked) => effects.push(Effect::Drop(value)),
            Payload::Fresh(_) | Payload::Shared | Payload::None => {}
        }
    }

    fn forget_other_requests(&mut self, id: RequestId) {
        let others = self.requests.iter().filter(|(number, other)| *number != id && other.phase == Phase::Asked);
        let others: alloc::vec::Vec<RequestId> = others.map(|(number, _)| number).collect();
        for other in others {
            self.close(other);
        }
    }
}

/// What a seeded fault says instead of no.
fn allow_anything<P>(kind: RequestKind) -> Answer<P> {
    match kind {
        RequestKind::User => {
            Answer::AllowUser { payload: Payload::None, identity: Identity::Host, administrator: false }
        }
        RequestKind::Operation => Answer::AllowOperation { payload: Payload::None },
        RequestKind::Quota => Answer::Quota(EngineConfig::SERVICE_QUOTA),
    }
}
