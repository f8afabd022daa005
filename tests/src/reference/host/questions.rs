//! Questions to the plug-in: which comes before which, and who waits for it.

use wsman_authz_core::call::Call;
use wsman_authz_core::dialect::{AuthorizeUser, Reentrancy, Refresh, SenderPointer};
use wsman_authz_core::{OperationId, Sender};

use super::{About, Machine, Person, Question, Stage};

/// An address that no host gives: where the reference expects a question and the host asks none.
const NO_ADDRESS: Sender = Sender(std::num::NonZeroU64::MAX);

impl Machine {
    /// Puts a question to the plug-in.
    pub(super) fn ask(&mut self, of: Person, about: About) -> Sender {
        let sender = self.address();
        let (application, user) = of;
        let call = match about {
            About::User | About::UserAgain => {
                let reauthorization = Some(about == About::UserAgain); // CL-30
                Call::AuthorizeUser { application, sender, user, reauthorization }
            }
            About::Quota => Call::QueryQuota { application, sender, user },
            About::Operation(number) => Call::AuthorizeOperation { application, sender, user, operation: Some(number) },
        };
        let place = self.step.entries;
        self.step.cross(place, call);
        self.step.asked = true;
        self.questions.push(Question { sender, of, about, asked: self.now, timed_out: false });
        sender
    }

    /// The address that the host chose. Never that of a question that it still remembers; a new one each time, or one
    /// that is free again, as the dialect says (D12).
    fn address(&mut self) -> Sender {
        if self.chosen.is_empty() {
            return NO_ADDRESS;
        }
        let sender = self.chosen.remove(0);
        let inside = self.answering.filter(|_| self.dialect.reentrancy == Reentrancy::Nests);
        let taken = |address: &Sender| {
            inside == Some(*address) || self.questions.iter().any(|question| question.sender == *address)
        };
        let is_right = match self.dialect.sender_pointer {
            SenderPointer::Unique => !self.addresses.contains(&sender),
            SenderPointer::Reused if self.addresses.contains(&sender) => !taken(&sender),
            SenderPointer::Reused => self.addresses.iter().all(taken),
        };
        if !is_right {
            self.complaint = Some(format!("{sender} is no address for the next question"));
        }
        if !self.addresses.contains(&sender) {
            self.addresses.push(sender);
        }
        sender
    }

    /// The question of this kind about this user that is in flight.
    pub(super) fn in_flight(&self, of: Person, about: About) -> Option<Sender> {
        let is_it = |question: &&Question| question.of == of && question.about == about && !question.timed_out;
        self.questions.iter().find(is_it).map(|question| question.sender)
    }

    pub(super) fn is_asked_about(&self, of: Person) -> bool {
        self.in_flight(of, About::User).or_else(|| self.in_flight(of, About::UserAgain)).is_some()
    }

    /// What must be answered before a new operation can be asked about: who its user is (CL-30, CL-31), what is due for
    /// a refresh (E9), the quota (D11). While a refresh is in flight the others go on.
    pub(super) fn question_before(&mut self, of: Person) -> Option<Sender> {
        let Some(record) = self.record(of) else { return Some(self.ask_about_user(of)) };
        let is_due = record.refresh.is_some_and(|at| at <= self.now);
        match self.dialect.refresh {
            Refresh::QuotaAndUser if is_due && !self.is_asked_about(of) => Some(self.ask(of, About::UserAgain)),
            Refresh::Quota if is_due && self.in_flight(of, About::Quota).is_none() => Some(self.ask(of, About::Quota)),
            _ => self.quota_before(of),
        }
    }

    fn ask_about_user(&mut self, of: Person) -> Sender {
        let joins = self.in_flight(of, About::User).filter(|_| self.dialect.authorize_user == AuthorizeUser::Coalesce);
        joins.unwrap_or_else(|| self.ask(of, About::User)) // D1
    }

    pub(super) fn quota_before(&mut self, of: Person) -> Option<Sender> {
        let unknown = self.config.quota && self.record(of).is_some_and(|record| record.quota.is_none());
        let asked = self.in_flight(of, About::Quota);
        unknown.then(|| asked.unwrap_or_else(|| self.ask(of, About::Quota)))
    }

    /// The operations that wait for a question.
    pub(super) fn waiting_for(&self, sender: Sender) -> Vec<OperationId> {
        let waits = self.operations.iter().filter(|operation| operation.stage == Stage::Waits(sender));
        waits.map(|operation| operation.number).collect()
    }

    /// The user's credentials changed. The record may have expired in this very step.
    pub(super) fn reauthorize(&mut self, of: Person) {
        if self.may_ask_again(of) {
            self.ask(of, About::UserAgain);
            self.is_active(of);
        }
    }
}
