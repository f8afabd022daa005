//! Applications of the reference host, from Startup to Shutdown.

use wsman_authz_core::call::{Call, Completion, EndOfOperation};
use wsman_authz_core::dialect::Shutdown;
use wsman_authz_core::host::{Phase, Place, Refused};
use wsman_authz_core::{ApplicationId, Context, code};

use super::{About, Machine, Question, Stage, User};

impl Machine {
    pub(super) fn start(&mut self, application: ApplicationId) {
        self.applications.push((application, Phase::Starting));
        self.applications.sort_by_key(|(name, _)| *name);
        self.step.cross(Place::Anywhere, Call::Startup { application, flags: 0, idle: Some(self.config.idle) });
    }

    /// After a failure it is as if it had never been called (CL-55).
    pub(super) fn started(&mut self, application: ApplicationId, error: u32) {
        if error == code::ERROR_SUCCESS {
            self.set_phase(application, Phase::Running);
        } else {
            self.applications.retain(|(name, _)| *name != application);
        }
    }

    fn set_phase(&mut self, application: ApplicationId, phase: Phase) {
        self.applications.iter_mut().filter(|(name, _)| *name == application).for_each(|(_, known)| *known = phase);
    }

    /// User by user: operations end, and where all leases are released the host stops waiting for re-authorizations
    /// (CL-20). Then the leases, those of operations first, then Shutdown (CL-11, CL-41, CL-54).
    pub(super) fn stop(&mut self, application: ApplicationId, reason: u32) {
        self.set_phase(application, Phase::Stopping);
        let released = self.dialect.shutdown == Shutdown::Released; // C14
        let mut left = Vec::new();
        for user in self.users_of(application) {
            self.cancel_at_stop((application, user), &mut left);
            if released {
                self.stop_waiting((application, user));
            }
        }
        left.extend(self.records.iter().filter(|record| record.of.0 == application).filter_map(|record| record.lease));
        self.records.retain(|record| record.of.0 != application);
        // With nothing of it on the lists, a value that occurs again here is the one use that is left.
        for (place, lease) in left.iter().enumerate().filter(|_| released) {
            let is_used = left[place + 1..].contains(lease);
            if !is_used || self.dialect.release_counting == wsman_authz_core::dialect::ReleaseCounting::PerReport {
                self.step.cross(Place::Anywhere, Call::Release { context: Some(*lease) });
            }
        }
        self.step.cross(Place::Anywhere, Call::Shutdown { application, reason });
    }

    fn users_of(&self, application: ApplicationId) -> Vec<User> {
        let records = self.records.iter().map(|record| record.of);
        let operations = self.operations.iter().map(|operation| operation.of);
        let questions = self.questions.iter().map(|question| question.of);
        let all = records.chain(operations).chain(questions).filter(|(name, _)| *name == application);
        let mut users: Vec<User> = all.map(|(_, user)| user).collect();
        users.sort_unstable();
        users.dedup();
        users
    }

    fn cancel_at_stop(&mut self, of: (ApplicationId, User), left: &mut Vec<Context>) {
        let theirs = self.operations.iter().filter(|operation| operation.of == of);
        let theirs: Vec<_> = theirs.map(|operation| (operation.number, operation.stage)).collect();
        for (number, stage) in theirs {
            match stage {
                Stage::Waits(_) => self.refuse(number, Refused::NotRunning),
                Stage::Asked => self.give_up(number, EndOfOperation::Cancelled, Refused::NotRunning),
                Stage::GivenUp(_) => {}
                Stage::Open { lease, .. } => {
                    left.extend(lease);
                    self.forget(number);
                    let how = EndOfOperation::Cancelled;
                    self.step.cross(Place::Anywhere, Call::OperationEnd { operation: number, how });
                }
            }
        }
    }

    fn stop_waiting(&mut self, of: (ApplicationId, User)) {
        let Some(sender) = self.in_flight(of, About::UserAgain) else { return };
        self.questions.iter_mut().filter(|known| known.sender == sender).for_each(|known| known.timed_out = true);
        self.step.cross(Place::Anywhere, Call::RequestTimedOut { sender });
    }

    /// Between the call of Shutdown and its return nothing can be released any more (CL-54, D7).
    pub(super) fn hear_while_stopping(&mut self, question: Question, said: &Completion) -> u32 {
        let reports = said.is_success() && said.context.is_some();
        let is_taken = !reports || self.dialect.shutdown == Shutdown::Abandoned;
        if let About::Operation(operation) = question.about {
            let stage = self.operation(operation).map(|operation| operation.stage);
            self.forget(operation);
            if let (Some(Stage::GivenUp(how)), true) = (stage, said.is_success() && is_taken) {
                self.step.cross(Place::Anywhere, Call::OperationEnd { operation, how }); // CL-41
            }
        }
        match question.about {
            About::Quota if said.is_success() && said.quota.is_none() => code::ERROR_INVALID_PARAMETER, // CL-80
            _ if is_taken => code::ERROR_SUCCESS,
            _ => code::ERROR_OPERATION_ABORTED,
        }
    }

    /// Shutdown returned: everything of the application is forgotten.
    pub(super) fn stopped(&mut self, application: ApplicationId) {
        self.applications.retain(|(name, _)| *name != application);
        self.operations.retain(|operation| operation.of.0 != application);
        self.questions.retain(|question| question.of.0 != application);
    }
}
