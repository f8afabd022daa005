//! Completions, at their entry: does it fit, and what begins with it.

use alloc::format;
use core::fmt::Debug;

use super::account::Record;
use super::lease::{Due, Lease, Standing};
use super::request::{Over, Request};
use super::sight::Sight;
use super::{Contract, Vantage, form, named};
use crate::call::{Completion, RequestKind};
use crate::id::{ApplicationId, Context, OperationId, Sender};
use crate::rule::Rule;

/// What began with a completion, and is undone if it returns an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Began<M> {
    /// Nothing, or at most a lease.
    Nothing,
    /// The end of the record of this mark, as the plug-in sees it: until the return the host may not know.
    End(M),
    /// A record, or another claim to one.
    Record,
    /// A record in place of another. `merged` if the old lease went into the new one, having the same value.
    Renewal { merged: bool },
    /// Only that an old lease went into its own: the record that it renewed is over or renewed again.
    Merger,
    /// An operation.
    Operation(OperationId),
}

/// A completion that fitted a request and has not returned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Fit<K, M> {
    pub(super) application: ApplicationId,
    pub(super) user: K,
    pub(super) context: Option<Context>,
    pub(super) began: Began<M>,
    /// The record that expired meanwhile, although the operation that began pins it, unless it is refused (CL-33).
    pub(super) expired: Option<M>,
    pub(super) mark: M,
}

/// A completion that has not returned.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Answer<K, M> {
    /// It fits no request.
    Misfit,
    /// It does.
    Fit(Fit<K, M>),
}

impl<K, M> Answer<K, M> {
    pub(super) fn is_of(&self, application: ApplicationId) -> bool {
        matches!(self, Self::Fit(fit) if fit.application == application)
    }
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// The plug-in calls a completion function.
    pub(super) fn complete(&mut self, completion: &Completion, sight: &mut Sight<M>) {
        for rule in [Rule::CL50, Rule::CL51, Rule::CL54] {
            sight.reach(rule);
        }
        if self.releasing.contains_key(&sight.thread) {
            let call = named(completion.kind);
            sight.breaks(Rule::CL52, &[], format!("{call} was completed from inside a release"));
        }
        let Some(sender) = completion.sender else {
            form::judge(completion, sight);
            sight.breaks(Rule::CL51, &[], "a completion carries NULL for its sender details".into());
            return;
        };
        let answer = match self.fitting(sender, completion, sight) {
            Some(request) => self.answered(sender, &request, completion, sight),
            None => Answer::Misfit,
        };
        self.answers.entry((sight.thread, sender)).or_default().push(answer);
    }

    /// Takes the request that a completion fits.
    fn fitting(&mut self, sender: Sender, completion: &Completion, sight: &mut Sight<M>) -> Option<Request<K, M>> {
        let call = named(completion.kind);
        let Some(request) = self.requests.get(&sender) else {
            form::judge(completion, sight);
            self.not_asked(sender, call, sight);
            return None;
        };
        if request.kind != completion.kind {
            let asked = named(request.kind);
            let why = format!("{sender} was asked by {asked} and answered as {call}");
            sight.breaks(Rule::CL51, &[request.mark], why);
            return None; // what it says was meant for another function
        }
        form::judge(completion, sight);
        if completion.flags != 0 {
            return None; // refused for a reason of the plug-in's: the request is still open
        }
        self.requests.remove(&sender)
    }

    /// A completion for a request that is not open: over (CL-50), gone with its application (CL-54), or never asked
    /// (CL-51).
    fn not_asked(&self, sender: Sender, call: &str, sight: &mut Sight<M>) {
        let mut calls = self.answers.iter().filter(|((_, other), _)| *other == sender).flat_map(|(_, answers)| answers);
        let returning = calls.find_map(|answer| match answer {
            Answer::Fit(fit) => Some(Over { application: fit.application, answered: Some(fit.mark) }),
            Answer::Misfit => None,
        });
        let over = returning.or_else(|| self.finished.get(&sender).copied());
        if let Some(Over { answered: Some(first), .. }) = over {
            sight.breaks(Rule::CL50, &[first], format!("{call} {sender} was completed a second time"));
        }
        let gone = match over {
            Some(over) => over.answered.is_none() || !self.applications.contains_key(&over.application),
            None => self.applications.is_empty(),
        };
        if gone {
            sight.breaks(Rule::CL54, &[], format!("{call} {sender} was completed after Shutdown had returned"));
        } else if over.is_none() {
            sight.breaks(Rule::CL51, &[], format!("{call} {sender} was completed, but is no open request"));
        }
    }

    /// A request gets its answer: it is over, whatever the host will say.
    fn answered(
        &mut self,
        sender: Sender,
        request: &Request<K, M>,
        completion: &Completion,
        sight: &mut Sight<M>,
    ) -> Answer<K, M> {
        if request.stray {
            return Answer::Misfit;
        }
        let (application, user) = (request.application, &request.user);
        self.finished.remember(sender, Over { application, answered: Some(sight.mark) });
        if let Some(known) = self.applications.get_mut(&application) {
            known.disturbed = None;
        }
        if !request.timed_out {
            self.over(request, sight);
        }
        let mut began = Began::Nothing;
        match (completion.is_success(), request.timed_out) {
            (true, true) => self.report(request, completion, Standing::Due(Due::Late), sight),
            (true, false) => began = self.succeeded(request, completion, sight),
            (false, true) => {}
            (false, false) => began = self.said_no(request, sight),
        }
        if let Some(context) = completion.context
            && !completion.is_success()
        {
            self.give_ticket(application, context);
        }
        if !request.timed_out {
            self.unpin(application, user, sight.at);
        }
        let context = completion.context.filter(|_| completion.is_success() && completion.kind != RequestKind::Quota);
        Answer::Fit(Fit { application, user: user.clone(), context, began, expired: None, mark: sight.mark })
    }

    fn succeeded(&mut self, request: &Request<K, M>, completion: &Completion, sight: &mut Sight<M>) -> Began<M> {
        let (application, user) = (request.application, &request.user);
        match request.kind {
            RequestKind::Quota => Began::Nothing,
            RequestKind::User if !self.renews(request) => {
                self.report(request, completion, Standing::Record, sight);
                self.record_begins(application, user, completion.context, sight);
                Began::Record
            }
            RequestKind::User => {
                self.again(request, completion, sight);
                self.report(request, completion, Standing::Record, sight);
                let merged = self.record_renewed(application, user, completion.context, sight);
                Began::Renewal { merged }
            }
            RequestKind::Operation => {
                let Some(number) = request.operation else {
                    self.report(request, completion, Standing::Unseen, sight);
                    return Began::Nothing;
                };
                let standing = self.operation_begins(number, application, user, completion.context, sight.mark);
                self.report(request, completion, standing, sight);
                Began::Operation(number)
            }
        }
    }

    /// The answer is no. That a record ends with it cannot be held against the host before it has heard of it: in the
    /// plug-in's own trace that is at the return (CL-23).
    fn said_no(&mut self, request: &Request<K, M>, sight: &mut Sight<M>) -> Began<M> {
        let is_renewal = self.vantage == Vantage::Plugin && self.renews(request);
        let account = self.accounts.get(&(request.application, request.user.clone())).filter(|_| is_renewal);
        if let Some(record) = account.and_then(|account| account.record.as_ref()) {
            return Began::End(record.mark);
        }
        self.failed(request, sight);
        Began::Nothing
    }

    /// A context was reported. NULL is no lease (CL-15), nor is anything that comes with a quota.
    fn report(&mut self, request: &Request<K, M>, completion: &Completion, standing: Standing, sight: &mut Sight<M>) {
        let Some(context) = completion.context.filter(|_| request.kind != RequestKind::Quota) else { return };
        let (application, user) = (request.application, request.user.clone());
        let lease = Lease {
            standing,
            application,
            user,
            payload: completion.payload,
            mark: sight.mark,
            after: 0,
            doubtful: false,
        };
        self.begin_lease(context, lease, sight);
    }

    /// Whether a re-authorization reports the payload again on which the old lease stands (CL-22).
    fn again(&mut self, request: &Request<K, M>, completion: &Completion, sight: &mut Sight<M>) {
        let (Some(payload), Some(_)) = (completion.payload, completion.context) else { return };
        let Some(account) = self.accounts.get(&(request.application, request.user.clone())) else { return };
        let stands_on = |context: &Context| {
            self.leases.of(*context).any(|lease| lease.payload == Some(payload) && lease.user == request.user)
        };
        if account.leases.iter().any(stands_on) {
            sight.reach(Rule::CL22);
            self.payloads.reported_again(payload);
        }
    }

    /// A first request succeeded. If a record lives already, one of the two leases is the loser's.
    fn record_begins(&mut self, application: ApplicationId, user: &K, context: Option<Context>, sight: &Sight<M>) {
        let account = self.account(application, user);
        account.ended = None;
        if let Some(record) = &mut account.record {
            record.unsettled += 1;
            record.bare |= context.is_none();
            return;
        }
        account.record = Some(Record::new(sight.mark, context.is_none()));
        self.touch(application, user, sight.at); // CL-32
    }

    /// A re-authorization succeeded. Returns whether the old lease was merged into the new one.
    fn record_renewed(
        &mut self,
        application: ApplicationId,
        user: &K,
        context: Option<Context>,
        sight: &Sight<M>,
    ) -> bool {
        let account = self.account(application, user);
        account.record = Some(Record::new(sight.mark, context.is_none()));
        account.ended = None;
        self.disown(application, user);
        self.touch(application, user, sight.at); // CL-32
        self.leases_due(application, user, Due::Renewed, context) // CL-21
    }
}
