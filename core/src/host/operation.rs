//! Operations: from the client's request to their end.

use alloc::collections::BTreeSet;

use super::Host;
use super::effect::Refused;
use super::input::Shape;
use super::record::{Phase, remove};
use super::request::Purpose;
use super::step::Step;
use crate::call::EndOfOperation;
use crate::dialect::{LongOperations, Refresh};
use crate::fault::Fault;
use crate::id::{ApplicationId, Context, OperationId, Sender};

/// One operation of one client.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation<K> {
    /// The application.
    pub application: ApplicationId,
    /// Whose it is.
    pub user: K,
    /// How long it lasts.
    pub shape: Shape,
    /// How far it is.
    pub phase: OperationPhase,
}

/// How far an operation is. One that is refused or has ended is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperationPhase {
    /// It waits for the answer to this question about its user.
    Waiting(Sender),
    /// The plug-in is asked about it.
    Authorizing,
    /// It ended while the plug-in was asked about it: it will end as soon as it begins.
    GivenUp(EndOfOperation),
    /// It was authorized.
    Open {
        /// The context to release when it ends; `None` if the plug-in reported NULL (CL-15).
        lease: Option<Context>,
        /// The response was sent.
        responded: bool,
    },
}

impl<K> Operation<K> {
    pub(super) fn is_shell(&self) -> bool {
        self.shape == Shape::Object
    }

    /// The lease of an open operation, which then has none.
    pub(super) const fn take_lease(&mut self) -> Option<Context> {
        match &mut self.phase {
            OperationPhase::Open { lease, .. } => lease.take(),
            _ => None,
        }
    }
}

impl<K: Ord + Clone> Host<K> {
    /// A client asks for an operation.
    pub(super) fn request(
        &mut self,
        application: ApplicationId,
        user: K,
        id: OperationId,
        shape: Shape,
        step: &mut Step<K>,
    ) {
        let entry_after_shutdown = self.seeded.has(Fault::EntryAfterShutdown);
        let running = self.applications.get_mut(&application).filter(|application| match application.phase {
            Phase::Starting => false,
            Phase::Running => true,
            Phase::Stopping => entry_after_shutdown,
        });
        let Some(running) = running else {
            step.refused(id, Refused::NotRunning); // CL-54
            return;
        };
        running.visitors.entry(user.clone()).or_default().operations.insert(id);
        let waits_for = self.question_before(application, &user, step);
        let phase = waits_for.map_or(OperationPhase::Authorizing, OperationPhase::Waiting);
        self.operations.insert(id, Operation { application, user: user.clone(), shape, phase });
        self.wait_or_authorize(id, waits_for, step);
        self.settle(application, &user, true, step.now); // CL-32
    }

    /// Which question about the user comes before a new operation; it is asked if it was not.
    fn question_before(&mut self, application: ApplicationId, user: &K, step: &mut Step<K>) -> Option<Sender> {
        let visitor = self.visitor(application, user)?;
        let Some(record) = visitor.record.as_ref().filter(|_| !self.seeded.has(Fault::AskedAgain)) else {
            let asked = self.ask_about_user(application, user, step); // CL-30, CL-31
            return Some(asked).filter(|_| !self.seeded.has(Fault::OperationWithoutRecord));
        };
        let is_due = record.refresh_at.is_some_and(|at| at <= step.now);
        // While a refresh is in flight the others go on as before it.
        match self.dialect.refresh {
            Refresh::QuotaAndUser if is_due && !visitor.is_asked_about() => Some(self.renew(application, user, step)),
            Refresh::Quota if is_due && visitor.quota_query.is_none() => {
                Some(self.query_quota(application, user, step))
            }
            _ => self.quota_question_before(application, user, step),
        }
    }

    /// The quota query that comes before an operation of an authorized user, if one does (D11).
    fn quota_question_before(&mut self, application: ApplicationId, user: &K, step: &mut Step<K>) -> Option<Sender> {
        let is_known = self.record_mut(application, user).is_none_or(|record| record.quota.is_some());
        (self.config.quota && !is_known).then(|| self.query_quota(application, user, step))
    }

    /// The user was authorized: operations that waited for it go on.
    pub(super) fn go_on(
        &mut self,
        application: ApplicationId,
        user: &K,
        waiting: BTreeSet<OperationId>,
        step: &mut Step<K>,
    ) {
        for id in waiting {
            let waits_for = self.quota_question_before(application, user, step);
            self.wait_or_authorize(id, waits_for, step);
        }
    }

    fn wait_or_authorize(&mut self, id: OperationId, waits_for: Option<Sender>, step: &mut Step<K>) {
        let Some(sender) = waits_for else { return self.authorize(id, step) };
        if let Some(operation) = self.operations.get_mut(&id) {
            operation.phase = OperationPhase::Waiting(sender);
        }
        if let Some(waiting) = self.requests.get_mut(&sender).and_then(|request| request.purpose.waiting_mut()) {
            waiting.insert(id);
        }
    }

    /// Nothing comes before it any more: asks the plug-in about the operation, unless it is beyond the quota.
    fn authorize(&mut self, id: OperationId, step: &mut Step<K>) {
        let Some(operation) = self.operations.get_mut(&id) else { return };
        operation.phase = OperationPhase::Authorizing;
        let (application, user, is_shell) = (operation.application, operation.user.clone(), operation.is_shell());
        if self.count(application, &user, is_shell, step.now) {
            self.ask(application, &user, Purpose::Operation(id), step);
        } else {
            self.refuse(id, Refused::OverQuota, step);
        }
    }

    /// The operation will not begin; it is forgotten.
    pub(super) fn refuse(&mut self, id: OperationId, why: Refused, step: &mut Step<K>) {
        if let Some(operation) = self.forget(id) {
            // Whoever gave it up was told then.
            if !matches!(operation.phase, OperationPhase::GivenUp(_)) {
                step.refused(id, why);
            }
        }
    }

    pub(super) fn refuse_all(&mut self, waiting: BTreeSet<OperationId>, why: Refused, step: &mut Step<K>) {
        for id in waiting {
            self.refuse(id, why, step);
        }
    }

    fn forget(&mut self, id: OperationId) -> Option<Operation<K>> {
        let operation = self.operations.remove(&id)?;
        let is_shell = operation.is_shell();
        if let Some(visitor) = self.visitor_mut(operation.application, &operation.user) {
            remove(&mut visitor.operations, &id);
            if !matches!(operation.phase, OperationPhase::Waiting(_)) {
                let count = if is_shell { &mut visitor.shells } else { &mut visitor.top_level };
                *count = count.saturating_sub(1);
            }
        }
        Some(operation)
    }

    /// The response to the client was sent.
    pub(super) fn respond(&mut self, id: OperationId, step: &mut Step<K>) {
        let Some(operation) = self.operations.get_mut(&id) else { return };
        let ends = match operation.shape {
            Shape::Simple => true,
            Shape::Enumeration => false,
            Shape::Object => self.dialect.long_operations == LongOperations::Response,
        };
        if ends {
            self.end(id, EndOfOperation::Completed, step);
        } else if let OperationPhase::Open { responded, .. } = &mut operation.phase {
            *responded = true;
        }
    }

    /// The operation ends, in whatever phase it is.
    pub(super) fn end(&mut self, id: OperationId, how: EndOfOperation, step: &mut Step<K>) {
        let Some(operation) = self.operations.get(&id) else { return };
        let (application, user) = (operation.application, operation.user.clone());
        match operation.phase {
            OperationPhase::Waiting(sender) => {
                if let Some(waiting) = self.requests.get_mut(&sender).and_then(|r| r.purpose.waiting_mut()) {
                    waiting.remove(&id);
                }
                self.refuse(id, Refused::GivenUp, step);
            }
            OperationPhase::Authorizing => self.give_up(id, how, Refused::GivenUp, step),
            OperationPhase::GivenUp(_) => {}
            OperationPhase::Open { .. } => self.close(id, how, step),
        }
        self.settle(application, &user, false, step.now);
    }

    /// Remembers that the operation is to end once the plug-in has answered.
    pub(super) fn give_up(&mut self, id: OperationId, how: EndOfOperation, why: Refused, step: &mut Step<K>) {
        if let Some(operation) = self.operations.get_mut(&id) {
            operation.phase = OperationPhase::GivenUp(how);
            step.refused(id, why);
        }
    }

    /// An authorized operation is over: first it ends, then its lease does (CL-40, CL-41).
    pub(super) fn close(&mut self, id: OperationId, how: EndOfOperation, step: &mut Step<K>) {
        let Some(mut operation) = self.forget(id) else { return };
        let (application, lease) = (operation.application, operation.take_lease());
        step.operation_end(id, how, self.leases.is_last_use(application, lease));
        if how == EndOfOperation::Cancelled && self.seeded.has(Fault::CancelledNotReleased) {
            return;
        }
        self.release(application, lease, step);
        if lease.is_some() && self.seeded.has(Fault::LeaseReleasedTwice) {
            step.release(lease);
        }
    }
}
