//! Time: idle records expire, overdue requests are given up, in the order of their deadlines.

use super::Host;
use super::effect::Refused;
use super::operation::OperationPhase;
use super::record::Visitor;
use super::request::Purpose;
use super::step::Step;
use crate::call::EndOfOperation;
use crate::dialect::{Dialect, Expiry};
use crate::fault::{Fault, Seeded};
use crate::id::{ApplicationId, OperationId, Sender};
use crate::time::{Millis, Timestamp};

impl Visitor {
    /// Whether the record is not idle.
    fn is_pinned(&self, dialect: Dialect, seeded: Seeded) -> bool {
        if dialect.expiry != Expiry::Pinned {
            return self.renewal.is_some(); // CL-20
        }
        let works = !self.operations.is_empty() && !seeded.has(Fault::ExpiresUnderOperation);
        self.is_asked_about() || self.quota_query.is_some() || works // CL-33
    }
}

impl<K: Ord + Clone> Host<K> {
    /// The caller's time, as far as the machine believes it.
    pub(super) fn advance(&mut self, now: Timestamp) -> Timestamp {
        #[cfg(feature = "faults")]
        if self.seeded.has(Fault::HostClockRunsBackwards) {
            return self.clock.set_unchecked(now);
        }
        self.clock.advance(now) // CL-35
    }

    /// Brings a user's deadline up to date with what changed. `moved` says that the user made a request.
    pub(super) fn settle(&mut self, application: ApplicationId, user: &K, moved: bool, now: Timestamp) {
        let Some(visitors) = self.applications.get_mut(&application).map(|known| &mut known.visitors) else { return };
        let Some(visitor) = visitors.get_mut(user) else { return };
        if visitor.is_empty() {
            visitors.remove(user);
            return;
        }
        let is_pinned = visitor.is_pinned(self.dialect, self.seeded);
        let is_stuck = self.seeded.has(Fault::DeadlineNotMoved);
        let early = Millis(u64::from(self.seeded.has(Fault::ExpiresEarly)));
        let fresh = now.after(Millis(self.config.idle.0.saturating_sub(early.0)));
        let Some(record) = visitor.record.as_mut() else { return };
        let old = record.deadline;
        record.deadline = match old {
            Some(_) if is_stuck => old,
            _ if is_pinned => None,
            Some(_) if !moved => old,
            _ => Some(fresh), // CL-32
        };
        let new = record.deadline.filter(|_| !is_pinned);
        if new != old || is_stuck {
            if let Some(old) = old {
                self.idle.remove(&(old, application, user.clone()));
            }
            self.idle.extend(new.map(|new| (new, application, user.clone())));
        }
    }

    /// The next moment at which [`Host::step`] has something to do by itself. Call it then, with
    /// [`Input::Tick`](super::Input::Tick) if nothing else happens.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let idle = self.idle.first().map(|(deadline, ..)| *deadline);
        let overdue = self.overdue.first().map(|(deadline, _)| *deadline);
        idle.into_iter().chain(overdue).min()
    }

    /// Everything whose deadline has come, earliest first.
    pub(super) fn expire_due(&mut self, step: &mut Step<K>) {
        while let Some(due) = self.next_deadline().filter(|deadline| *deadline <= step.now) {
            let overdue = self.overdue.first().copied().filter(|(deadline, _)| *deadline == due);
            if let Some(overdue) = overdue {
                self.overdue.remove(&overdue);
                self.time_out(overdue.1, step);
                continue;
            }
            let Some((_, application, user)) = self.idle.pop_first() else { return };
            self.expire(application, &user, step); // CL-32
        }
    }

    /// The host gives up waiting for a completion (D5). The request stays known until it comes.
    fn time_out(&mut self, sender: Sender, step: &mut Step<K>) {
        let Some(request) = self.requests.get_mut(&sender) else { return };
        request.deadline = None;
        let timed_out = Purpose::TimedOut(request.purpose.kind());
        let purpose = core::mem::replace(&mut request.purpose, timed_out);
        let (application, user) = (request.application, request.user.clone());
        step.request_timed_out(sender);
        self.fail(application, &user, sender, purpose, Refused::TimedOut, step);
        self.settle(application, &user, false, step.now);
    }

    /// The record was idle for too long.
    fn expire(&mut self, application: ApplicationId, user: &K, step: &mut Step<K>) {
        let Some(visitor) = self.visitor_mut(application, user) else { return };
        let Some(mut record) = visitor.record.take() else { return };
        let query = visitor.quota_query;
        step.record_expired(application, user.clone());
        if self.dialect.expiry == Expiry::OperationsFirst {
            for id in self.operations_of(application, user) {
                self.cancel(id, Refused::GivenUp, step);
            }
        }
        if !self.seeded.has(Fault::ExpiryNotReleased) {
            self.release_user_lease(application, user, record.lease.take(), step); // CL-34
        }
        if let Some(query) = query {
            let waiting = self.take_waiting(query);
            self.refuse_all(waiting, Refused::GivenUp, step); // CL-31
        }
        if self.seeded.has(Fault::RecordOutlivesExpiry) {
            record.deadline = None;
            if let Some(visitor) = self.visitor_mut(application, user) {
                visitor.record = Some(record);
            }
            return;
        }
        self.settle(application, user, false, step.now);
    }

    /// Cancels an operation that was handed to the plug-in. One that waits is left alone.
    fn cancel(&mut self, id: OperationId, why: Refused, step: &mut Step<K>) {
        match self.operations.get(&id).map(|operation| operation.phase) {
            Some(OperationPhase::Open { .. }) => self.close(id, EndOfOperation::Cancelled, step),
            Some(OperationPhase::Authorizing) => self.give_up(id, EndOfOperation::Cancelled, why, step),
            _ => {}
        }
    }
}
