//! Operations of the reference host: asked for, waiting, allowed, ended.

use wsman_authz_core::OperationId;
use wsman_authz_core::call::{Call, EndOfOperation, Quota};
use wsman_authz_core::dialect::LongOperations;
use wsman_authz_core::host::{Phase, Place, Refused, Shape};

use super::{About, Machine, Operation, Person, Stage};

impl Machine {
    /// A client asks for an operation. Whatever comes of it, the user is active (CL-32).
    pub(super) fn request(&mut self, of: Person, number: OperationId, shape: Shape) {
        if self.phase(of.0) != Some(Phase::Running) {
            return self.step.refuse(number, Refused::NotRunning); // CL-54
        }
        let before = self.question_before(of);
        self.operations.push(Operation { number, of, shape, stage: before.map_or(Stage::Asked, Stage::Waits) });
        self.operations.sort_by_key(|operation| operation.number);
        if before.is_none() {
            self.ask_about(number);
        }
        self.is_active(of);
    }

    /// Operations whose question was answered with yes: the quota comes next, then they themselves.
    pub(super) fn go_on(&mut self, waiting: Vec<OperationId>) {
        for number in waiting {
            let Some(of) = self.operation(number).map(|operation| operation.of) else { continue };
            let before = self.quota_before(of);
            if let Some(operation) = self.operation_mut(number) {
                operation.stage = before.map_or(Stage::Asked, Stage::Waits);
            }
            if before.is_none() {
                self.ask_about(number);
            }
        }
    }

    /// Asks the plug-in about an operation, unless the quota has no room for it.
    fn ask_about(&mut self, number: OperationId) {
        let Some(operation) = self.operation(number) else { return };
        let (of, is_shell) = (operation.of, operation.shape == Shape::Object);
        if self.has_room(number, of, is_shell) {
            self.ask(of, About::Operation(number));
        } else {
            self.refuse(number, Refused::OverQuota);
        }
    }

    /// A quota of 0 lets nothing of its kind through (E6).
    fn has_room(&mut self, number: OperationId, of: Person, is_shell: bool) -> bool {
        let with_the_plugin = |other: &&Operation| {
            let alike = (other.shape == Shape::Object) == is_shell;
            other.of == of && other.number != number && alike && !matches!(other.stage, Stage::Waits(_))
        };
        let others = self.operations.iter().filter(with_the_plugin).count();
        let quota = self.record(of).and_then(|record| record.quota).filter(|_| self.config.enforce_quota);
        let Some(quota) = quota else { return true };
        let at_a_time = if is_shell { quota.shells } else { quota.operations };
        others < at_a_time as usize && self.has_time_slot(of, quota)
    }

    /// A time slot begins with the first operation after the last one. One of no length throttles nobody (E7).
    fn has_time_slot(&mut self, of: Person, quota: Quota) -> bool {
        let now = self.now;
        let Some(record) = self.record_mut(of).filter(|_| quota.timeslot_s > 0) else { return true };
        let fresh = (now.saturating_add(u64::from(quota.timeslot_s) * 1000), 0);
        let (ends, used) = record.slot.filter(|(ends, _)| now < *ends).unwrap_or(fresh);
        let has_room = used < quota.per_timeslot;
        record.slot = Some((ends, used + u32::from(has_room)));
        has_room
    }

    /// The operation will not begin. Whoever gave it up was told then.
    pub(super) fn refuse(&mut self, number: OperationId, why: Refused) {
        let stage = self.operation(number).map(|operation| operation.stage);
        self.forget(number);
        if !matches!(stage, None | Some(Stage::GivenUp(_))) {
            self.step.refuse(number, why);
        }
    }

    pub(super) fn refuse_all(&mut self, numbers: Vec<OperationId>, why: Refused) {
        for number in numbers {
            self.refuse(number, why);
        }
    }

    pub(super) fn forget(&mut self, number: OperationId) {
        self.operations.retain(|operation| operation.number != number);
    }

    /// The response was sent: the end of a simple operation, and where the dialect says so, of a long one (C13).
    pub(super) fn respond(&mut self, number: OperationId) {
        let at_response = self.dialect.long_operations == LongOperations::Response;
        let Some(operation) = self.operation_mut(number) else { return };
        let ends = match operation.shape {
            Shape::Simple => true,
            Shape::Enumeration => false,
            Shape::Object => at_response,
        };
        match &mut operation.stage {
            _ if ends => self.end(number, EndOfOperation::Completed),
            Stage::Open { responded, .. } => *responded = true,
            _ => {}
        }
    }

    pub(super) fn end(&mut self, number: OperationId, how: EndOfOperation) {
        match self.operation(number).map(|operation| operation.stage) {
            Some(Stage::Waits(_)) => self.refuse(number, Refused::GivenUp),
            Some(Stage::Asked) => self.give_up(number, how, Refused::GivenUp),
            Some(Stage::Open { .. }) => self.close(number, how),
            Some(Stage::GivenUp(_)) | None => {}
        }
    }

    /// Over before the plug-in answered: it ends when the yes arrives (CL-41).
    pub(super) fn give_up(&mut self, number: OperationId, how: EndOfOperation, why: Refused) {
        if let Some(operation) = self.operation_mut(number) {
            operation.stage = Stage::GivenUp(how);
        }
        self.step.refuse(number, why);
    }

    /// First the operation ends, then its lease (CL-40, CL-41).
    pub(super) fn close(&mut self, operation: OperationId, how: EndOfOperation) {
        let Some(Operation { of, stage: Stage::Open { lease, .. }, .. }) = self.operation(operation).cloned() else {
            return;
        };
        self.forget(operation);
        let place = if self.is_due(of.0, lease) { self.step.releases } else { Place::Anywhere };
        self.step.cross(place, Call::OperationEnd { operation, how });
        self.release(of.0, lease);
    }
}
