//! Startup and Shutdown of an application.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Host;
use super::completion::Answered;
use super::effect::Refused;
use super::operation::OperationPhase;
use super::record::{Application, Phase, Visitor};
use super::request::Purpose;
use super::step::Step;
use crate::call::EndOfOperation;
use crate::code::{ERROR_INVALID_PARAMETER, ERROR_OPERATION_ABORTED, ERROR_SUCCESS};
use crate::dialect::Shutdown;
use crate::fault::Fault;
use crate::id::{ApplicationId, Context};

impl<K: Ord + Clone> Host<K> {
    pub(super) fn start(&mut self, application: ApplicationId, step: &mut Step<K>) {
        let starting = Application { phase: Phase::Starting, visitors: BTreeMap::new() };
        self.applications.insert(application, starting);
        step.startup(application, self.config.idle);
    }

    /// Startup returned. After a failure it is as if it had never been called: no Shutdown follows (CL-55).
    pub(super) fn started(&mut self, application: ApplicationId, error: u32, step: &mut Step<K>) {
        if error == ERROR_SUCCESS {
            self.set_phase(application, Phase::Running);
        } else if self.seeded.has(Fault::ShutdownAfterFailedStart) {
            self.set_phase(application, Phase::Stopping);
            step.shutdown(application, 0);
        } else {
            self.applications.remove(&application);
        }
    }

    fn set_phase(&mut self, application: ApplicationId, phase: Phase) {
        if let Some(application) = self.applications.get_mut(&application) {
            application.phase = phase;
        }
    }

    /// Ends every operation, then every lease, then the application (CL-11, CL-41, CL-55). Requests in flight may be
    /// completed until Shutdown returns.
    pub(super) fn stop(&mut self, application: ApplicationId, reason: u32, step: &mut Step<K>) {
        let Some(stopping) = self.applications.get_mut(&application) else { return };
        stopping.phase = Phase::Stopping;
        let visitors = core::mem::take(&mut stopping.visitors);
        let mut leases = Vec::new();
        for visitor in visitors.values() {
            self.cancel_operations(visitor, &mut leases, step);
            if self.dialect.shutdown == Shutdown::Released {
                self.give_up_renewal(visitor, step);
            }
        }
        for (user, mut visitor) in visitors {
            let Some(record) = visitor.record.take() else { continue };
            if let Some(deadline) = record.deadline {
                self.idle.remove(&(deadline, application, user));
            }
            if !self.seeded.has(Fault::RecordLeftAtShutdown) {
                leases.push(record.lease);
            }
        }
        if self.dialect.shutdown == Shutdown::Released {
            for lease in leases {
                self.release(application, lease, step); // CL-11
            }
        }
        self.leases.abandon(application);
        step.shutdown(application, reason);
        if self.seeded.has(Fault::ShutdownTwice) {
            step.shutdown(application, reason);
        }
    }

    /// A re-authorization that is pending holds the old lease back (CL-20), but all leases are released before
    /// Shutdown (CL-11): the host waits no longer.
    fn give_up_renewal(&mut self, visitor: &Visitor, step: &mut Step<K>) {
        let Some(sender) = visitor.renewal else { return };
        let Some(request) = self.requests.get_mut(&sender) else { return };
        request.purpose = Purpose::TimedOut(request.purpose.kind());
        if let Some(deadline) = request.deadline.take() {
            self.overdue.remove(&(deadline, sender));
        }
        step.request_timed_out(sender);
    }

    /// Those that wait are refused, those with the plug-in are given up, the open ones end; collects their leases.
    fn cancel_operations(&mut self, visitor: &Visitor, leases: &mut Vec<Option<Context>>, step: &mut Step<K>) {
        let questions = visitor.asking.iter().copied().chain(visitor.renewal).chain(visitor.quota_query);
        for sender in questions {
            self.take_waiting(sender);
        }
        for id in &visitor.operations {
            let Some(operation) = self.operations.get_mut(id) else { continue };
            match operation.phase {
                OperationPhase::Waiting(_) => self.refuse(*id, Refused::NotRunning, step),
                OperationPhase::Authorizing => {
                    self.give_up(*id, EndOfOperation::Cancelled, Refused::NotRunning, step);
                }
                OperationPhase::GivenUp(_) => {}
                OperationPhase::Open { lease, .. } => {
                    leases.push(lease);
                    self.operations.remove(id);
                    step.operation_end(*id, EndOfOperation::Cancelled, false);
                }
            }
        }
    }

    /// A completion between the call of Shutdown and its return: nothing can be released any more (CL-54).
    pub(super) fn answer_while_stopping(&mut self, answered: Answered<K>, step: &mut Step<K>) -> u32 {
        let Answered { request, completion, .. } = answered;
        let is_lease = completion.is_success() && completion.context.is_some();
        let accepted = !is_lease || self.dialect.shutdown == Shutdown::Abandoned;
        match request.purpose {
            Purpose::Operation(id) => {
                let begins = completion.is_success() && accepted;
                let phase = self.operations.remove(&id).map(|operation| operation.phase);
                if let Some(OperationPhase::GivenUp(how)) = phase.filter(|_| begins) {
                    step.operation_end(id, how, false); // CL-41
                }
            }
            Purpose::Quota(waiting) => {
                self.refuse_all(waiting, Refused::NotRunning, step);
                if completion.is_success() && completion.quota.is_none() {
                    return ERROR_INVALID_PARAMETER; // CL-80
                }
            }
            Purpose::User(waiting) | Purpose::Renewal(waiting) => {
                self.refuse_all(waiting, Refused::NotRunning, step);
            }
            Purpose::TimedOut(_) => {}
        }
        if accepted { ERROR_SUCCESS } else { ERROR_OPERATION_ABORTED }
    }

    /// Shutdown returned: the application is forgotten, with every request that was not completed.
    pub(super) fn stopped(&mut self, application: ApplicationId) {
        self.applications.remove(&application);
        self.operations.retain(|_, operation| operation.application != application);
        let (senders, overdue) = (&mut self.senders, &mut self.overdue);
        self.requests.retain(|sender, request| {
            let stays = request.application != application;
            if !stays {
                senders.give_back(*sender);
                if let Some(deadline) = request.deadline {
                    overdue.remove(&(deadline, *sender));
                }
            }
            stays
        });
    }
}
