//! The return of a completion: accepted, or undone.

use alloc::format;
use core::fmt::Debug;

use super::Contract;
use super::answer::{Answer, Began, Fit};
use super::lease::{Due, Lease};
use super::sight::Sight;
use crate::id::{ApplicationId, Context, Sender};
use crate::rule::Rule;

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// A completion function returns.
    pub(super) fn complete_return(&mut self, sender: Option<Sender>, error: u32, sight: &mut Sight<M>) {
        let Some(sender) = sender else { return };
        let key = (sight.thread, sender);
        let Some(answers) = self.answers.get_mut(&key) else { return };
        let answer = answers.pop();
        if answers.is_empty() {
            self.answers.remove(&key);
        }
        let Some(Answer::Fit(fit)) = answer else { return };
        if let Began::End(mark) = fit.began {
            self.record_ends(&fit, mark, sight);
        } else if error == 0 {
            self.settle(&fit, sight);
        } else {
            self.undo(&fit, sight);
        }
    }

    /// Leases whose completions have not returned, with the mark of the report, which no other has.
    pub(super) fn unsettled_leases(&self) -> impl Iterator<Item = (Context, M)> {
        self.answers.values().flatten().filter_map(|answer| match answer {
            Answer::Fit(fit) => Some((fit.context?, fit.mark)),
            Answer::Misfit => None,
        })
    }

    /// Whether the answer to a re-authorization of the user is on its way back.
    pub(super) fn is_renewal_unsettled(&self, application: ApplicationId, user: &K) -> bool {
        self.answers.values().flatten().any(|answer| match answer {
            Answer::Fit(fit) => {
                matches!(fit.began, Began::Renewal { .. }) && fit.application == application && fit.user == *user
            }
            Answer::Misfit => false,
        })
    }

    /// Whether this lease is one of them.
    pub(super) fn is_unsettled(&self, context: Context, lease: &Lease<K, M>) -> bool {
        self.unsettled_leases().any(|unsettled| unsettled == (context, lease.mark))
    }

    /// The host knows of the no by now, and of the end of the record that it was about, if that is still there.
    fn record_ends(&mut self, fit: &Fit<K, M>, mark: M, sight: &mut Sight<M>) {
        let (application, user) = (fit.application, &fit.user);
        if self.has_record_of(application, user, mark) {
            self.renewal_failed(application, user, sight);
        }
        self.retire(application, user);
    }

    /// It was accepted.
    fn settle(&mut self, fit: &Fit<K, M>, sight: &mut Sight<M>) {
        match fit.began {
            Began::Nothing | Began::Merger | Began::End(_) => {}
            Began::Record | Began::Renewal { .. } => {
                if let Some(account) = self.accounts.get_mut(&(fit.application, fit.user.clone()))
                    && let Some(record) = &mut account.record
                {
                    record.unsettled = record.unsettled.saturating_sub(1);
                    record.settled = true;
                }
            }
            Began::Operation(number) => {
                if let Some(operation) = self.operations.get_mut(&number) {
                    operation.settled = true;
                }
                if let Some(record) = fit.expired {
                    let why = format!(
                        "the record of {:?} expired between the completion that authorized {number} and its return",
                        fit.user
                    );
                    sight.breaks(Rule::CL33, &[record, fit.mark], why);
                }
            }
        }
        let Some(context) = fit.context else { return };
        self.joined(context, fit.application, fit.mark);
        if self.refuses() {
            self.shows_something(context, sight); // its lease is like others now
        }
    }

    /// It was refused: nothing was taken, and the request is over.
    fn undo(&mut self, fit: &Fit<K, M>, sight: &mut Sight<M>) {
        let (application, user) = (fit.application, &fit.user);
        if let Some(context) = fit.context {
            self.undo_lease(context, fit, sight);
        }
        match fit.began {
            Began::Nothing | Began::Merger | Began::End(_) => {}
            Began::Record => {
                if self.stands_alone(application, user) {
                    self.account(application, user).record = None;
                }
            }
            Began::Renewal { .. } => {
                if self.stands_alone(application, user) {
                    self.renewal_failed(application, user, sight);
                }
            }
            Began::Operation(number) => {
                self.operations.remove(&number);
                self.account(application, user).open.remove(&number);
            }
        }
        self.retire(application, user);
    }

    /// One of the completions behind the user's record is gone. Returns whether it was the last.
    fn stands_alone(&mut self, application: ApplicationId, user: &K) -> bool {
        let Some(record) = &mut self.account(application, user).record else { return false };
        record.unsettled = record.unsettled.saturating_sub(1);
        !record.settled && record.unsettled == 0
    }

    /// The record they stood behind is renewed or over: completions on their way back leave the next one alone.
    pub(super) fn disown(&mut self, application: ApplicationId, user: &K) {
        for answer in self.answers.values_mut().flatten() {
            if let Answer::Fit(fit) = answer
                && (fit.application, &fit.user) == (application, user)
            {
                fit.began = match fit.began {
                    Began::Record | Began::Renewal { merged: false } => Began::Nothing,
                    Began::Renewal { merged: true } => Began::Merger,
                    began => began,
                };
            }
        }
    }

    /// The record expires under operations whose completions have not returned: it was pinned by each that is accepted
    /// (CL-33), if it was not over before.
    pub(super) fn expired_beneath(&mut self, application: ApplicationId, user: &K) {
        if self.may_be_over(application, user) {
            return;
        }
        let Some(account) = self.accounts.get(&(application, user.clone())) else { return };
        let Some(record) = account.record.as_ref().map(|record| record.mark) else { return };
        for answer in self.answers.values_mut().flatten() {
            if let Answer::Fit(fit) = answer
                && let Began::Operation(number) = fit.began
                && fit.application == application
                && account.open.contains(&number)
            {
                fit.expired = Some(record);
            }
        }
    }

    /// The record is over without a word: its leases were released, or nobody knows.
    pub(super) fn drop_record(&mut self, application: ApplicationId, user: &K) {
        self.account(application, user).record = None;
        self.disown(application, user);
    }

    /// Whether this lease was released, nobody knows: nothing is said of it if its report is refused yet.
    pub(super) fn lets_go(&mut self, context: Context, lease: &Lease<K, M>) {
        for answer in self.answers.values_mut().flatten() {
            if let Answer::Fit(fit) = answer
                && (fit.context, fit.application, fit.mark) == (Some(context), lease.application, lease.mark)
                && fit.user == lease.user
            {
                fit.context = None;
            }
        }
    }

    fn undo_lease(&mut self, context: Context, fit: &Fit<K, M>, sight: &mut Sight<M>) {
        let application = fit.application;
        let merged = matches!(fit.began, Began::Renewal { merged: true } | Began::Merger);
        let of_fit = |lease: &Lease<K, M>| (lease.application, lease.mark) == (application, fit.mark);
        let reported = |lease: &Lease<K, M>| of_fit(lease) && lease.user == fit.user;
        let Some(standing) = self.leases.of(context).rfind(|lease| reported(lease)).map(|lease| lease.standing) else {
            // The old lease of the record had the same value, and the release was of that.
            if !merged && !self.leases.of(context).any(|lease| lease.application == application) {
                let why = format!("{context} was released, although the completion that reported it was refused");
                sight.breaks(Rule::CL11, &[fit.mark], why);
            }
            return;
        };
        let Some(lease) = self.leases.take_standing(context, standing, reported) else { return };
        self.end_lease(context, &lease);
        if merged {
            // The old lease had the same value and is still there, unless an undecided release was of it.
            self.account(application, &fit.user).held += 1;
            self.payloads.linked(lease.payload, application);
            self.becomes_due(context, lease, Due::Renewed);
        }
        self.clear_up(context, sight);
    }
}
