//! Requests: the questions in flight, by the address of their `senderDetails`.

use alloc::collections::BTreeSet;

use super::Host;
use super::step::Step;
use crate::call::{Call, RequestKind};
use crate::dialect::{AuthorizeUser, Overdue};
use crate::fault::Fault;
use crate::id::{ApplicationId, OperationId, Sender};
use crate::time::Timestamp;

/// A question that the plug-in has not completed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request<K> {
    /// The application.
    pub application: ApplicationId,
    /// Whom it is about.
    pub user: K,
    /// What is asked, and who waits for the answer.
    pub purpose: Purpose,
    /// When it is timed out, if ever.
    pub deadline: Option<Timestamp>,
}

/// What a request asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// May this user come in? These operations wait for the answer.
    User(BTreeSet<OperationId>),
    /// May this user stay? These operations wait for the answer.
    Renewal(BTreeSet<OperationId>),
    /// How much may this user do? These operations wait for the answer.
    Quota(BTreeSet<OperationId>),
    /// May this operation be carried out?
    Operation(OperationId),
    /// Nothing any more: the host gave up waiting. Kept so that a late completion is known as one.
    TimedOut(RequestKind),
}

impl Purpose {
    /// The kind that a completion must have (CL-51).
    #[must_use]
    pub const fn kind(&self) -> RequestKind {
        match self {
            Self::User(_) | Self::Renewal(_) => RequestKind::User,
            Self::Quota(_) => RequestKind::Quota,
            Self::Operation(_) => RequestKind::Operation,
            Self::TimedOut(kind) => *kind,
        }
    }

    pub(super) const fn waiting_mut(&mut self) -> Option<&mut BTreeSet<OperationId>> {
        match self {
            Self::User(waiting) | Self::Renewal(waiting) | Self::Quota(waiting) => Some(waiting),
            Self::Operation(_) | Self::TimedOut(_) => None,
        }
    }
}

impl<K: Ord + Clone> Host<K> {
    /// Puts a question to the plug-in.
    pub(super) fn ask(&mut self, application: ApplicationId, user: &K, purpose: Purpose, step: &mut Step<K>) -> Sender {
        let sender = self.senders.take();
        let user = user.clone();
        step.ask(match &purpose {
            Purpose::Quota(_) => Call::QueryQuota { application, sender, user: user.clone() },
            Purpose::Operation(operation) => {
                Call::AuthorizeOperation { application, sender, user: user.clone(), operation: Some(*operation) }
            }
            Purpose::User(_) | Purpose::Renewal(_) | Purpose::TimedOut(_) => {
                let reauthorization = Some(matches!(purpose, Purpose::Renewal(_)));
                Call::AuthorizeUser { application, sender, user: user.clone(), reauthorization }
            }
        });
        let times_out = self.dialect.overdue == Overdue::TimesOut;
        let deadline = times_out.then(|| step.now.after(self.config.request_timeout));
        self.overdue.extend(deadline.map(|deadline| (deadline, sender)));
        self.requests.insert(sender, Request { application, user, purpose, deadline });
        sender
    }

    /// Asks about a user who has no record, or joins the question that is in flight (D1).
    pub(super) fn ask_about_user(&mut self, application: ApplicationId, user: &K, step: &mut Step<K>) -> Sender {
        let asked = self.visitor(application, user).and_then(|visitor| visitor.asking.first().copied());
        if let (Some(asked), AuthorizeUser::Coalesce) = (asked, self.dialect.authorize_user) {
            return asked;
        }
        let sender = self.ask(application, user, Purpose::User(BTreeSet::new()), step);
        if let Some(visitor) = self.visitor_mut(application, user) {
            visitor.asking.insert(sender);
        }
        sender
    }

    /// Asks again about a user who has a record. The old lease stays until the answer (CL-20).
    pub(super) fn renew(&mut self, application: ApplicationId, user: &K, step: &mut Step<K>) -> Sender {
        let sender = self.ask(application, user, Purpose::Renewal(BTreeSet::new()), step);
        if let Some(visitor) = self.visitor_mut(application, user) {
            visitor.renewal = Some(sender);
        }
        if self.seeded.has(Fault::ReleaseBeforeAcquire) {
            let lease = self.record_mut(application, user).and_then(|record| record.lease.take());
            self.release(application, lease, step);
        }
        sender
    }

    /// Asks for a user's quota, or joins the query that is in flight.
    pub(super) fn query_quota(&mut self, application: ApplicationId, user: &K, step: &mut Step<K>) -> Sender {
        if let Some(sender) = self.visitor(application, user).and_then(|visitor| visitor.quota_query) {
            return sender;
        }
        let sender = self.ask(application, user, Purpose::Quota(BTreeSet::new()), step);
        if let Some(visitor) = self.visitor_mut(application, user) {
            visitor.quota_query = Some(sender);
        }
        sender
    }

    /// Takes the operations that wait for a request.
    pub(super) fn take_waiting(&mut self, sender: Sender) -> BTreeSet<OperationId> {
        let waiting = self.requests.get_mut(&sender).and_then(|request| request.purpose.waiting_mut());
        waiting.map(core::mem::take).unwrap_or_default()
    }
}
