//! What the host does, beside what the reference says it must do.

use std::fmt::Debug;

use wsman_authz_core::call::{Call, RequestKind};
use wsman_authz_core::host::{Effect, Host, Input, Misuse, OperationPhase, Outcome, Purpose};
use wsman_authz_core::{OperationId, Sender, Timestamp};

use super::{About, Machine, Stage, Step, User};

impl Machine {
    /// Takes an input and holds the host's word against its own: what a completion function returns, and every effect
    /// with its place, in order.
    ///
    /// # Errors
    /// How the two differ.
    pub fn step(
        &mut self,
        now: Timestamp,
        input: &Input<User>,
        said: Result<&Outcome<User>, Misuse>,
    ) -> Result<(), String> {
        match (self.check(input), said) {
            (Ok(()), Ok(outcome)) => self.compare(now, input, outcome),
            (Err(due), Err(misuse)) if due == misuse => Ok(()),
            (Ok(()), Err(misuse)) => Err(format!("the host refuses it: {misuse}")),
            (Err(due), said) => Err(format!("the host should say `{due}`, and says {said:?}")),
        }
    }

    fn compare(&mut self, now: Timestamp, input: &Input<User>, outcome: &Outcome<User>) -> Result<(), String> {
        self.chosen.clear();
        self.chosen.extend(outcome.effects.iter().filter_map(asked));
        self.step = Step::new();
        self.advance(now.0);
        self.expire_due();
        let error = self.take(input);
        if let Some(complaint) = self.complaint.take() {
            return Err(complaint);
        }
        for (place, effect) in outcome.effects.iter().enumerate() {
            if self.step.effects.get(place) != Some(effect) {
                let due = self.step.effects.get(place);
                let due = due.map_or_else(|| "nothing is".to_owned(), |due| format!("due is {due:?}"));
                return Err(format!("not due: {effect:?}; {due}"));
            }
        }
        if let Some(due) = self.step.effects.get(outcome.effects.len()) {
            return Err(format!("due and missing: {due:?}"));
        }
        same("what the function returns", error, outcome.error)
    }

    /// Whether the host shows the state that the reference has.
    ///
    /// # Errors
    /// What differs.
    pub fn agree(&self, host: &Host<User>) -> Result<(), String> {
        same("now", Timestamp(self.now), host.now())?;
        same("next deadline", self.next_deadline().map(Timestamp), host.next_deadline())?;
        same("number of records", self.records.len(), host.records().count())?;
        same("number of operations", self.operations.len(), host.operations().count())?;
        same("number of requests", self.questions.len(), host.requests().count())?;
        if !self.applications.iter().copied().eq(host.applications()) {
            return Err(format!(
                "applications: {:?} and not {:?}",
                host.applications().collect::<Vec<_>>(),
                self.applications
            ));
        }
        Ok(())
    }

    /// The same, one by one.
    ///
    /// # Errors
    /// What differs.
    pub fn agree_in_detail(&self, host: &Host<User>) -> Result<(), String> {
        for (record, view) in self.records.iter().zip(host.records()) {
            let (application, user) = record.of;
            same("record", (application, user), (view.application, *view.user))?;
            let known = (record.lease, record.identity, record.administrator, record.quota);
            let seen = view.record;
            same("record", known, (seen.lease, seen.identity, seen.administrator, seen.quota))?;
            same("deadline of a record", self.expires(record).map(Timestamp), seen.deadline)?;
            let open = |operation: &&super::Operation| {
                operation.of == record.of && matches!(operation.stage, Stage::Open { .. })
            };
            let renewing = self.in_flight(record.of, About::UserAgain).is_some();
            same("record", (self.operations.iter().filter(open).count(), renewing), (view.open, view.renewing))?;
            let may = renewing || self.is_asked_about(record.of);
            same("re-authorization", !may, host.can_reauthorize(application, &user))?;
        }
        for (operation, (number, seen)) in self.operations.iter().zip(host.operations()) {
            same("operation", (operation.number, operation.of), (number, (seen.application, seen.user)))?;
            same("shape", operation.shape, seen.shape)?;
            same("phase of an operation", operation.stage.as_seen(), seen.phase)?;
        }
        for question in &self.questions {
            let seen = host.request_of(question.sender);
            let seen = seen.ok_or_else(|| format!("the host has forgotten {question:?}"))?;
            same("request", question.of, (seen.application, seen.user))?;
            let waiting = self.waiting_for(question.sender);
            if !question.is_seen_as(&seen.purpose, &waiting) {
                return Err(format!("the host shows {:?} for {question:?}, with {waiting:?} waiting", seen.purpose));
            }
        }
        Ok(())
    }

    /// The questions that the host remembers, the oldest first: address and kind.
    pub fn questions(&self) -> impl ExactSizeIterator<Item = (Sender, RequestKind)> {
        self.questions.iter().map(|question| (question.sender, question.kind()))
    }

    /// Operations that the host remembers.
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = OperationId> {
        self.operations.iter().map(|operation| operation.number)
    }
}

impl Stage {
    const fn as_seen(self) -> OperationPhase {
        match self {
            Self::Waits(sender) => OperationPhase::Waiting(sender),
            Self::Asked => OperationPhase::Authorizing,
            Self::GivenUp(how) => OperationPhase::GivenUp(how),
            Self::Open { lease, responded } => OperationPhase::Open { lease, responded },
        }
    }
}

impl super::Question {
    fn is_seen_as(&self, purpose: &Purpose, waiting: &[OperationId]) -> bool {
        match (purpose, self.about) {
            (Purpose::TimedOut(kind), _) => self.timed_out && *kind == self.kind(),
            _ if self.timed_out => false,
            (Purpose::User(seen), About::User)
            | (Purpose::Renewal(seen), About::UserAgain)
            | (Purpose::Quota(seen), About::Quota) => seen.iter().eq(waiting),
            (Purpose::Operation(seen), About::Operation(number)) => *seen == number,
            _ => false,
        }
    }
}

/// The address of the question that an effect asks.
const fn asked(effect: &Effect<User>) -> Option<Sender> {
    let Effect::Cross { call, .. } = effect else { return None };
    match call {
        Call::AuthorizeUser { sender, .. }
        | Call::AuthorizeOperation { sender, .. }
        | Call::QueryQuota { sender, .. } => Some(*sender),
        _ => None,
    }
}

fn same<T: PartialEq + Debug>(what: &str, reference: T, host: T) -> Result<(), String> {
    if reference == host { Ok(()) } else { Err(format!("{what}: the host has {host:?} and not {reference:?}")) }
}
