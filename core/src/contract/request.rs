//! Requests: from an entry point to the completion that fits.

use alloc::format;
use core::fmt::Debug;

use super::account::{Ending, Record};
use super::application::Phase;
use super::operation::{Operation, Stage};
use super::sight::Sight;
use super::{Contract, named};
use crate::call::RequestKind;
use crate::id::{ApplicationId, OperationId, Sender};
use crate::rule::Rule;

/// What an entry point asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Question {
    User { reauthorization: Option<bool> },
    Operation { operation: Option<OperationId> },
    Quota,
}

/// Whether an AuthorizeUser renews a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Renewal<M> {
    /// It begins one.
    No,
    /// The record of this mark was live, and the host did not say that it renews it.
    Likely(M),
    /// The host said so, and the record was live.
    Sure,
}

/// A request that was not completed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Request<K, M> {
    pub(super) application: ApplicationId,
    pub(super) kind: RequestKind,
    pub(super) user: K,
    pub(super) operation: Option<OperationId>,
    pub(super) renewal: Renewal<M>,
    /// The host gave it up; the completion is still owed (CL-50).
    pub(super) timed_out: bool,
    /// It should never have been asked (CL-54): nothing follows from its completion.
    pub(super) stray: bool,
    /// The entry point.
    pub(super) mark: M,
}

/// A request that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Over<M> {
    pub(super) application: ApplicationId,
    /// The completion that fitted; `None` if Shutdown returned before there was one.
    pub(super) answered: Option<M>,
}

impl Question {
    const fn kind(self) -> RequestKind {
        match self {
            Self::User { .. } => RequestKind::User,
            Self::Operation { .. } => RequestKind::Operation,
            Self::Quota => RequestKind::Quota,
        }
    }
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// The host calls an entry point.
    pub(super) fn ask(
        &mut self,
        application: ApplicationId,
        sender: Sender,
        user: &K,
        question: Question,
        sight: &mut Sight<M>,
    ) {
        sight.reach(Rule::CL54);
        let kind = question.kind();
        let stray = self.phase(application) != Some(Phase::Running);
        let mut request = Request {
            application,
            kind,
            user: user.clone(),
            operation: None,
            renewal: Renewal::No,
            timed_out: false,
            stray,
            mark: sight.mark,
        };
        if stray {
            let call = named(kind);
            let why = format!("{call} {sender} for {user:?}, but {application} is not running");
            sight.breaks(Rule::CL54, &[], why);
        } else {
            match question {
                Question::User { reauthorization } => {
                    request.renewal = self.user_asked(application, user, reauthorization, sight);
                }
                Question::Operation { operation } => {
                    self.record_needed(application, user, kind, sight);
                    request.operation = operation;
                }
                Question::Quota => self.record_needed(application, user, kind, sight),
            }
            if let Some(operation) = request.operation {
                self.operations.insert(operation, Operation::asked(application, user.clone(), sight.mark));
            }
            self.account(application, user).requests += 1;
            self.touch(application, user, sight.at); // CL-32
        }
        self.requests.insert(sender, request);
    }

    /// AuthorizeUser was called: for a live record only to renew it (CL-30).
    fn user_asked(
        &mut self,
        application: ApplicationId,
        user: &K,
        reauthorization: Option<bool>,
        sight: &mut Sight<M>,
    ) -> Renewal<M> {
        let is_settled = |record: &Record<M>| record.settled;
        let has_record = self.account(application, user).record.as_ref().is_some_and(is_settled);
        match reauthorization {
            Some(true) => self.is_confirmed(application, user, sight),
            Some(false) if has_record => {
                // The host has no record, so far: what may be on its way is not known to be over.
                let _ = self.rests_on_unsettled(application, user, sight)
                    || self.is_over_by_release(application, user, sight);
            }
            None if has_record
                && (self.may_be_over(application, user) || self.may_rest_on_unsettled(application, user)) =>
            {
                return Renewal::No;
            }
            _ => {}
        }
        let is_blurred = self.is_blurred(application);
        let account = self.account(application, user);
        if reauthorization.is_some() {
            sight.reach(Rule::CL30);
        }
        match account.ended {
            Some((Ending::Failed, _)) => sight.reach(Rule::CL23),
            Some((Ending::Expired, _)) => {
                account.ended = None; // CL-34: asked again, as it should be
                sight.reach(Rule::CL34);
            }
            None => {}
        }
        match (&account.record, reauthorization) {
            (Some(record), Some(false) | None) if !record.settled => Renewal::No, // the host may have refused it
            (Some(_), Some(true)) => {
                account.renewals += 1;
                if !account.leases.is_empty() {
                    sight.reach(Rule::CL20);
                }
                self.renewing.insert((application, user.clone()));
                self.keeps_its_leases(application, user, sight);
                Renewal::Sure
            }
            (Some(record), Some(false)) => {
                let why = format!("{user:?} is asked about for the first time, but has a live record");
                sight.breaks(Rule::CL30, &[record.mark], why);
                Renewal::Likely(record.mark)
            }
            (Some(record), None) => Renewal::Likely(record.mark),
            (None, Some(true)) if is_blurred => Renewal::No,
            (None, Some(true)) => {
                let why = format!("re-authorization of {user:?}, who has no live record");
                sight.breaks(Rule::CL30, &[], why);
                Renewal::No
            }
            (None, _) => Renewal::No,
        }
    }

    fn is_blurred(&self, application: ApplicationId) -> bool {
        self.applications.get(&application).is_some_and(|known| known.blurred)
    }

    /// AuthorizeOperation or QueryQuota was called: only for a user with a live record.
    fn record_needed(&mut self, application: ApplicationId, user: &K, kind: RequestKind, sight: &mut Sight<M>) {
        self.is_confirmed(application, user, sight);
        let is_blurred = self.is_blurred(application);
        let account = self.account(application, user);
        sight.reach(Rule::CL31);
        if account.record.is_some() || (account.ended.is_none() && is_blurred) {
            return;
        }
        let call = named(kind);
        match account.ended {
            Some((Ending::Failed, mark)) => {
                let why = format!("{call} for {user:?}, whose re-authorization failed");
                sight.breaks(Rule::CL23, &[mark], why);
            }
            Some((Ending::Expired, mark)) => {
                let why = format!("{call} for {user:?}, whose record has expired");
                sight.breaks(Rule::CL34, &[mark], why);
            }
            None => sight.breaks(Rule::CL31, &[], format!("{call} for {user:?}, who has no live record")),
        }
    }

    /// The host gave a request up. That is a failure; the completion is still owed.
    pub(super) fn request_timed_out(&mut self, sender: Sender, sight: &mut Sight<M>) {
        let Some(request) = self.requests.get_mut(&sender) else { return };
        if request.timed_out || request.stray {
            return;
        }
        request.timed_out = true;
        let request = request.clone();
        self.over(&request, sight);
        self.failed(&request, sight);
        self.unpin(request.application, &request.user, sight.at);
    }

    /// A request is not in flight any more.
    pub(super) fn over(&mut self, request: &Request<K, M>, sight: &mut Sight<M>) {
        let account = self.account(request.application, &request.user);
        account.requests = account.requests.saturating_sub(1);
        if request.renewal == Renewal::Sure {
            account.renewals = account.renewals.saturating_sub(1);
            if account.renewals == 0 {
                self.renewal_over(request.application, &request.user);
            }
        }
        if request.renewal != Renewal::No {
            sight.reach(Rule::CL21);
        }
    }

    /// Whether the answer to the request is about a record that lives. If the host did not say so and the record is
    /// another one by now, it was one of several first requests, asked before the plug-in heard that the old record was
    /// over.
    pub(super) fn renews(&self, request: &Request<K, M>) -> bool {
        match request.renewal {
            Renewal::No => false,
            Renewal::Sure => true,
            Renewal::Likely(mark) => self.has_record_of(request.application, &request.user, mark),
        }
    }

    /// No re-authorization is in flight: a lease that it kept may be released from now on.
    fn renewal_over(&mut self, application: ApplicationId, user: &K) {
        self.renewing.remove(&(application, user.clone()));
        let Some(account) = self.accounts.get(&(application, user.clone())) else { return };
        let [context] = account.leases[..] else { return };
        if account.record.as_ref().is_some_and(|record| record.bare) {
            return; // it may be a loser's, which no renewal keeps
        }
        let now = self.undecided(context);
        self.leases.records_of_mut(context, application, user).iter_mut().for_each(|lease| lease.after = now);
    }

    /// A request came to nothing.
    pub(super) fn failed(&mut self, request: &Request<K, M>, sight: &mut Sight<M>) {
        if self.renews(request) {
            self.renewal_failed(request.application, &request.user, sight);
        }
        if let Some(operation) = request.operation
            && self.operations.get(&operation).is_some_and(|operation| operation.stage != Stage::Open)
        {
            self.operations.remove(&operation); // denied: it never began
        }
    }
}
