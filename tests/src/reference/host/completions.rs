//! Completions of the plug-in, as the reference host takes them.

use wsman_authz_core::call::{Completion, Identity, Quota, RequestKind};
use wsman_authz_core::dialect::{FailureContext, Refresh, Refusal};
use wsman_authz_core::host::{Phase, Refused};
use wsman_authz_core::{Context, OperationId, code};

use super::{About, Machine, Person, Question, Record, Stage};

/// The quota of a host that was given none (SPEC.md, *The default quotas*).
const DEFAULT_QUOTA: Quota = Quota { shells: 5, operations: 15, timeslot_s: 2, per_timeslot: 1000 };

impl Question {
    pub(super) const fn kind(self) -> RequestKind {
        match self.about {
            About::User | About::UserAgain => RequestKind::User,
            About::Quota => RequestKind::Quota,
            About::Operation(_) => RequestKind::Operation,
        }
    }
}

impl Machine {
    /// What the completion function returns. One that does not fit changes nothing (CL-51).
    pub(super) fn complete(&mut self, said: &Completion, refuse: bool) -> u32 {
        self.step.inside_completion(self.dialect);
        let fits = |question: &Question| Some(question.sender) == said.sender && question.kind() == said.kind;
        let place = self.questions.iter().position(fits).filter(|_| said.flags == 0);
        let Some(place) = place else { return code::ERROR_INVALID_PARAMETER };
        let question = self.questions.remove(place);
        self.answering = Some(question.sender);
        let error = self.hear(question, said, refuse);
        self.answering = None;
        if self.step.asked {
            self.is_active(question.of);
        }
        error
    }

    fn hear(&mut self, question: Question, said: &Completion, refuse: bool) -> u32 {
        let refuses = refuse && self.dialect.refusal == Refusal::Refuses; // C17
        if question.timed_out {
            code::ERROR_INVALID_PARAMETER // CL-50
        } else if refuses {
            self.refuse_completion(question);
            code::ERROR_INVALID_PARAMETER
        } else if self.phase(question.of.0) == Some(Phase::Stopping) {
            self.hear_while_stopping(question, said)
        } else if said.is_success() {
            self.succeed(question, said)
        } else {
            if self.dialect.failure_context == FailureContext::Released {
                self.release(question.of.0, said.context); // C1
            }
            self.fail(
                question,
                match question.kind() {
                    RequestKind::User => Refused::User(said.error),
                    RequestKind::Operation => Refused::Operation(said.error),
                    RequestKind::Quota => Refused::Quota(said.error),
                },
            );
            code::ERROR_SUCCESS
        }
    }

    /// Nothing is taken (CL-17). A quota that was not taken is the default.
    fn refuse_completion(&mut self, question: Question) {
        if question.about == About::Quota {
            self.quota_is(question, DEFAULT_QUOTA);
        } else {
            self.fail(question, Refused::CompletionRefused);
        }
    }

    fn succeed(&mut self, question: Question, said: &Completion) -> u32 {
        match question.about {
            About::User => self.user_comes_in(question, said),
            About::UserAgain => self.user_stays(question, said),
            About::Operation(number) => self.begin(number, said.context),
            About::Quota => {
                self.quota_is(question, said.quota.unwrap_or(DEFAULT_QUOTA));
                if said.quota.is_none() {
                    return code::ERROR_INVALID_PARAMETER; // CL-80, E5
                }
            }
        }
        code::ERROR_SUCCESS
    }

    /// Of several first requests the earlier record stays, and the later context goes (D1).
    fn user_comes_in(&mut self, question: Question, said: &Completion) {
        let waiting = self.waiting_for(question.sender);
        if self.record(question.of).is_some() {
            self.release(question.of.0, said.context);
        } else {
            self.let_in(question.of, said, None);
        }
        self.go_on(waiting);
    }

    /// The new context first, then the release of the old one (CL-20, CL-21).
    fn user_stays(&mut self, question: Question, said: &Completion) {
        let waiting = self.waiting_for(question.sender);
        if let Some(old) = self.take_record(question.of) {
            self.let_in(question.of, said, old.slot);
            self.release(question.of.0, old.lease);
        }
        self.go_on(waiting);
    }

    fn let_in(&mut self, of: Person, said: &Completion, slot: Option<(u64, u32)>) {
        let record = Record {
            of,
            lease: said.context,
            identity: said.identity.unwrap_or(Identity::Host), // E12
            administrator: said.administrator,
            quota: None,
            active: self.now,
            refresh: self.refresh_at(),
            slot,
        };
        self.records.push(record);
        self.records.sort_by_key(|record| record.of);
    }

    /// When what is known now is asked for again, if anything would be (E8, E9).
    fn refresh_at(&self) -> Option<u64> {
        let asks = self.config.quota || self.dialect.refresh == Refresh::QuotaAndUser;
        self.config.refresh.filter(|_| asks).map(|interval| self.now.saturating_add(interval.0))
    }

    fn begin(&mut self, number: OperationId, lease: Option<Context>) {
        let Some(operation) = self.operation_mut(number) else { return };
        let before = operation.stage;
        operation.stage = Stage::Open { lease, responded: false };
        match before {
            Stage::GivenUp(how) => self.close(number, how), // CL-41
            _ => self.step.effects.push(wsman_authz_core::host::Effect::Begun(number)),
        }
    }

    /// A record that ended meanwhile has no quota, and nobody waits.
    fn quota_is(&mut self, question: Question, quota: Quota) {
        let (waiting, refresh) = (self.waiting_for(question.sender), self.refresh_at());
        if let Some(record) = self.record_mut(question.of) {
            (record.quota, record.refresh) = (Some(quota), refresh);
        }
        self.go_on(waiting);
    }

    /// No, by whomever. A re-authorization that failed ends the record (CL-21), and with it what waits for the quota
    /// (CL-23); operations in flight and open ones go on (CL-24).
    pub(super) fn fail(&mut self, question: Question, why: Refused) {
        if let About::Operation(number) = question.about {
            return self.refuse(number, why);
        }
        if question.about == About::UserAgain
            && let Some(record) = self.take_record(question.of)
        {
            self.release(question.of.0, record.lease);
            if let Some(query) = self.in_flight(question.of, About::Quota) {
                self.refuse_all(self.waiting_for(query), why);
            }
        }
        self.refuse_all(self.waiting_for(question.sender), why);
    }
}
