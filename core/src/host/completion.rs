//! Completions: what the plug-in says, and what follows from it.

use alloc::collections::BTreeSet;

use super::Host;
use super::effect::Refused;
use super::operation::OperationPhase;
use super::quota::DEFAULT_QUOTA;
use super::record::{Phase, Record};
use super::request::{Purpose, Request};
use super::step::Step;
use crate::call::{Completion, Identity, Quota, RequestKind};
use crate::code::{ERROR_INVALID_PARAMETER, ERROR_SUCCESS};
use crate::dialect::{FailureContext, Reentrancy, Refusal};
use crate::fault::Fault;
use crate::id::{ApplicationId, Context, OperationId, Sender};

/// A request that is over, with what the plug-in said to it.
pub(super) struct Answered<K> {
    pub(super) sender: Sender,
    pub(super) request: Request<K>,
    pub(super) completion: Completion,
}

impl<K: Ord + Clone> Host<K> {
    /// The plug-in called a completion function; returns what that returns.
    pub(super) fn complete(&mut self, completion: Completion, refuse: bool, step: &mut Step<K>) -> u32 {
        step.inside_completion(self.dialect);
        // What the plug-in got wrong leaves the request pending: it may still be answered (CL-51).
        let Some(sender) = completion.sender.filter(|sender| self.fits(*sender, &completion)) else {
            return ERROR_INVALID_PARAMETER;
        };
        let Some(request) = self.requests.remove(&sender) else { return ERROR_INVALID_PARAMETER };
        if let Some(deadline) = request.deadline {
            self.overdue.remove(&(deadline, sender));
        }
        // The request is over when the function returns: a call that nests in it comes before that.
        let nests = self.dialect.reentrancy == Reentrancy::Nests;
        if !nests {
            self.senders.give_back(sender);
        }
        let (application, user) = (request.application, request.user.clone());
        let error = self.answer(Answered { sender, request, completion }, refuse, step);
        if nests {
            self.senders.give_back(sender);
        }
        self.settle(application, &user, step.entered, step.now);
        error
    }

    fn fits(&self, sender: Sender, completion: &Completion) -> bool {
        let kind = self.requests.get(&sender).map(|request| request.purpose.kind());
        completion.flags == 0 && kind == Some(completion.kind)
    }

    /// A completion that fits: accepted or refused, its request is over.
    fn answer(&mut self, answered: Answered<K>, refuse: bool, step: &mut Step<K>) -> u32 {
        let is_late = matches!(answered.request.purpose, Purpose::TimedOut(_));
        let is_stopping = self
            .applications
            .get(&answered.request.application)
            .is_none_or(|application| application.phase == Phase::Stopping);
        if is_late || (refuse && self.dialect.refusal == Refusal::Refuses) {
            self.refuse_completion(answered, step);
            ERROR_INVALID_PARAMETER
        } else if is_stopping {
            self.answer_while_stopping(answered, step)
        } else if answered.completion.is_success() {
            self.succeed(answered, step)
        } else {
            let Answered { sender, request, completion } = answered;
            let why = match completion.kind {
                RequestKind::User => Refused::User(completion.error),
                RequestKind::Operation => Refused::Operation(completion.error),
                RequestKind::Quota => Refused::Quota(completion.error),
            };
            if self.dialect.failure_context == FailureContext::Released && completion.context.is_some() {
                self.leases.begin(request.application, completion.context);
                self.release(request.application, completion.context, step);
            }
            self.fail(request.application, &request.user, sender, request.purpose, why, step);
            ERROR_SUCCESS
        }
    }

    /// The host refuses a completion that fits: nothing is taken from it (CL-10, CL-17).
    fn refuse_completion(&mut self, answered: Answered<K>, step: &mut Step<K>) {
        let Answered { sender, request, completion } = answered;
        if self.seeded.has(Fault::LeaseFromRefusal) && completion.context.is_some() {
            step.release(completion.context);
        }
        let (application, user) = (request.application, &request.user);
        match request.purpose {
            Purpose::Quota(waiting) => {
                self.quota_is(application, user, sender, DEFAULT_QUOTA, waiting, step);
            }
            purpose => self.fail(application, user, sender, purpose, Refused::CompletionRefused, step),
        }
    }

    fn succeed(&mut self, answered: Answered<K>, step: &mut Step<K>) -> u32 {
        let Answered { sender, request, completion } = answered;
        let (application, user) = (request.application, &request.user);
        match request.purpose {
            Purpose::User(waiting) => self.user_is_in(application, user, sender, &completion, waiting, step),
            Purpose::Renewal(waiting) => self.user_stays(application, user, sender, &completion, waiting, step),
            Purpose::Operation(id) => self.operation_begins(application, id, completion.context, step),
            Purpose::Quota(waiting) => {
                let quota = completion.quota.unwrap_or(DEFAULT_QUOTA);
                self.quota_is(application, user, sender, quota, waiting, step);
                if completion.quota.is_none() {
                    return ERROR_INVALID_PARAMETER; // CL-80: the request is over all the same (E5)
                }
            }
            Purpose::TimedOut(_) => {}
        }
        ERROR_SUCCESS
    }

    /// A first request was answered with yes.
    fn user_is_in(
        &mut self,
        application: ApplicationId,
        user: &K,
        sender: Sender,
        said: &Completion,
        waiting: BTreeSet<OperationId>,
        step: &mut Step<K>,
    ) {
        let fresh = self.record_of(said, step);
        self.leases.begin(application, said.context); // CL-10
        let Some(visitor) = self.visitor_mut(application, user) else { return };
        visitor.request_is_over(sender);
        if visitor.record.is_none() {
            visitor.record = Some(fresh);
        } else if !self.seeded.has(Fault::LoserNotReleased) {
            self.release(application, said.context, step); // CL-11: the record that was first stays (D1)
        }
        self.go_on(application, user, waiting, step);
    }

    /// A re-authorization was answered with yes: the new lease takes the place of the old one.
    fn user_stays(
        &mut self,
        application: ApplicationId,
        user: &K,
        sender: Sender,
        said: &Completion,
        waiting: BTreeSet<OperationId>,
        step: &mut Step<K>,
    ) {
        let mut fresh = self.record_of(said, step);
        self.leases.begin(application, said.context); // CL-10
        let Some(visitor) = self.visitor_mut(application, user) else { return };
        visitor.request_is_over(sender);
        if let Some(old) = &visitor.record {
            fresh.deadline = old.deadline;
            fresh.slot = old.slot;
        }
        let old = visitor.record.replace(fresh).and_then(|old| old.lease);
        if !self.seeded.has(Fault::OldKeptAfterSuccess) {
            self.release_user_lease(application, user, old, step); // CL-20, CL-21
        }
        self.go_on(application, user, waiting, step);
    }

    fn record_of(&self, said: &Completion, step: &Step<K>) -> Record {
        Record {
            lease: said.context,
            identity: said.identity.unwrap_or(Identity::Host),
            administrator: said.administrator,
            quota: None,
            deadline: None,
            refresh_at: self.refresh_after(step.now),
            slot: None,
        }
    }

    fn operation_begins(
        &mut self,
        application: ApplicationId,
        id: OperationId,
        lease: Option<Context>,
        step: &mut Step<K>,
    ) {
        self.leases.begin(application, lease); // CL-10
        let Some(operation) = self.operations.get_mut(&id) else { return };
        let before = core::mem::replace(&mut operation.phase, OperationPhase::Open { lease, responded: false });
        if let OperationPhase::GivenUp(how) = before {
            self.close(id, how, step); // CL-41
            return;
        }
        step.begun(id);
        if self.seeded.has(Fault::OperationReleasedEarly) {
            let lease = operation.take_lease();
            self.release(application, lease, step);
        }
    }

    /// The quota is known; operations that waited for it go on.
    fn quota_is(
        &mut self,
        application: ApplicationId,
        user: &K,
        sender: Sender,
        quota: Quota,
        waiting: BTreeSet<OperationId>,
        step: &mut Step<K>,
    ) {
        let refresh_at = self.refresh_after(step.now);
        let Some(visitor) = self.visitor_mut(application, user) else { return };
        visitor.request_is_over(sender);
        // A record that ended meanwhile has no quota, and nobody waits.
        if let Some(record) = &mut visitor.record {
            record.quota = Some(quota);
            record.refresh_at = refresh_at;
        }
        self.go_on(application, user, waiting, step);
    }

    /// A request ends without a yes: by a no, a refusal of the host or a time-out.
    pub(super) fn fail(
        &mut self,
        application: ApplicationId,
        user: &K,
        sender: Sender,
        purpose: Purpose,
        why: Refused,
        step: &mut Step<K>,
    ) {
        if let Some(visitor) = self.visitor_mut(application, user) {
            visitor.request_is_over(sender);
        }
        match purpose {
            Purpose::User(waiting) | Purpose::Quota(waiting) => self.refuse_all(waiting, why, step),
            Purpose::Renewal(waiting) => {
                self.user_goes(application, user, why, step);
                self.refuse_all(waiting, why, step);
            }
            Purpose::Operation(id) => self.refuse(id, why, step),
            Purpose::TimedOut(_) => {}
        }
    }

    /// A re-authorization failed: the record ends. Operations in flight and open ones go on (CL-24, E10).
    fn user_goes(&mut self, application: ApplicationId, user: &K, why: Refused, step: &mut Step<K>) {
        let stays = self.seeded.has(Fault::RecordKeptAfterFailure);
        let Some(visitor) = self.visitor_mut(application, user) else { return };
        let query = visitor.quota_query;
        let Some(mut record) = visitor.record.take() else { return };
        let lease = record.lease.take();
        if stays {
            visitor.record = Some(record);
        }
        if !self.seeded.has(Fault::OldKeptAfterFailure) {
            self.release_user_lease(application, user, lease, step); // CL-21
        }
        if let Some(query) = query {
            let waiting = self.take_waiting(query);
            self.refuse_all(waiting, why, step); // CL-23
        }
    }
}
