//! Time: what is due, in the order in which it became due; of things due at one moment, questions first.

use wsman_authz_core::Sender;
use wsman_authz_core::call::{Call, EndOfOperation};
use wsman_authz_core::dialect::{Expiry, Overdue};
use wsman_authz_core::host::{Place, Refused};

use super::{About, Machine, Person, Question, Record, Stage};

impl Machine {
    /// It is so late; never earlier than it was (CL-35). Who is not idle is active now (CL-33).
    pub(super) fn advance(&mut self, now: u64) {
        self.now = self.now.max(now);
        for index in 0..self.records.len() {
            if !self.is_idle(self.records[index].of) {
                self.records[index].active = self.now;
            }
        }
    }

    /// The user made a request (CL-32).
    pub(super) fn is_active(&mut self, of: Person) {
        let now = self.now;
        if let Some(record) = self.record_mut(of) {
            record.active = now;
        }
    }

    /// A pending re-authorization pins the record in every dialect (CL-20); with `pinned`, so does everything else that
    /// goes on (CL-33).
    fn is_idle(&self, of: Person) -> bool {
        if self.dialect.expiry != Expiry::Pinned {
            return self.in_flight(of, About::UserAgain).is_none();
        }
        let works = self.operations.iter().any(|operation| operation.of == of);
        !works && !self.is_asked_about(of) && self.in_flight(of, About::Quota).is_none()
    }

    /// When a record expires, if nothing happens.
    pub(super) fn expires(&self, record: &Record) -> Option<u64> {
        self.is_idle(record.of).then(|| record.active.saturating_add(self.config.idle.0))
    }

    /// When the host gives up waiting for a question.
    fn gives_up(&self, question: &Question) -> Option<u64> {
        let waits = self.dialect.overdue == Overdue::Waits || question.timed_out;
        (!waits).then(|| question.asked.saturating_add(self.config.request_timeout.0))
    }

    fn next_overdue(&self) -> Option<(u64, Sender)> {
        let times = self.questions.iter().filter_map(|question| Some((self.gives_up(question)?, question.sender)));
        times.min()
    }

    fn next_expiry(&self) -> Option<(u64, Person)> {
        self.records.iter().filter_map(|record| Some((self.expires(record)?, record.of))).min()
    }

    /// When something happens by itself.
    pub(super) fn next_deadline(&self) -> Option<u64> {
        let overdue = self.next_overdue().map(|(at, _)| at);
        overdue.into_iter().chain(self.next_expiry().map(|(at, _)| at)).min()
    }

    pub(super) fn expire_due(&mut self) {
        while let Some(due) = self.next_deadline().filter(|due| *due <= self.now) {
            match (self.next_overdue(), self.next_expiry()) {
                (Some((at, sender)), _) if at == due => self.time_out(sender),
                (_, Some((_, of))) => self.expire(of),
                _ => return,
            }
        }
    }

    /// The question stays known until its completion comes (D5); whatever hung on it fails.
    fn time_out(&mut self, sender: Sender) {
        let Some(question) = self.questions.iter_mut().find(|question| question.sender == sender) else { return };
        question.timed_out = true;
        let question = *question;
        self.step.cross(Place::Anywhere, Call::RequestTimedOut { sender });
        self.fail(question, Refused::TimedOut);
    }

    /// The record ends (CL-34). Its operations go on, or with `operations-first` are cancelled before (C7); those that
    /// wait for the quota are refused (CL-31).
    fn expire(&mut self, of: Person) {
        let (application, user) = of;
        self.step.cross(Place::Anywhere, Call::RecordExpired { application, user });
        if self.dialect.expiry == Expiry::OperationsFirst {
            self.cancel_all(of);
        }
        if let Some(record) = self.take_record(of) {
            self.release(application, record.lease);
        }
        if let Some(query) = self.in_flight(of, About::Quota) {
            self.refuse_all(self.waiting_for(query), Refused::GivenUp);
        }
    }

    fn cancel_all(&mut self, of: Person) {
        let theirs = self.operations.iter().filter(|operation| operation.of == of);
        let theirs: Vec<_> = theirs.map(|operation| (operation.number, operation.stage)).collect();
        for (number, stage) in theirs {
            match stage {
                Stage::Asked => self.give_up(number, EndOfOperation::Cancelled, Refused::GivenUp),
                Stage::Open { .. } => self.close(number, EndOfOperation::Cancelled),
                Stage::Waits(_) | Stage::GivenUp(_) => {}
            }
        }
    }

    /// Takes a record off the list.
    pub(super) fn take_record(&mut self, of: Person) -> Option<Record> {
        let place = self.records.iter().position(|record| record.of == of)?;
        Some(self.records.remove(place))
    }
}
