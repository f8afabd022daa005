//! What is known of one user of one application: its record, and what keeps the user in mind.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::Contract;
use super::lease::{Due, Lease, Standing};
use super::sight::Sight;
use crate::dialect::Expiry;
use crate::id::{ApplicationId, Context, OperationId};
use crate::rule::Rule;
use crate::time::Timestamp;

/// How a record ended, where that matters to the next question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Ending {
    /// Its re-authorization failed (CL-23).
    Failed,
    /// It expired (CL-34).
    Expired,
}

/// A live user record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Record<M> {
    /// The completion that began or renewed it.
    pub(super) mark: M,
    /// Before it, the record does not expire (CL-32); unknown if the idle time-out is.
    pub(super) deadline: Option<Timestamp>,
    /// The host is known to have it: a completion that stands behind it was accepted, or the host asked what its user may
    /// do. Not any more if all that is left of it may not have begun. Otherwise the host may know better, and have none.
    pub(super) settled: bool,
    /// Completions behind it that have not returned.
    pub(super) unsettled: u32,
    /// It has no lease, and may have ended with the release of one that may as well have been a loser's.
    pub(super) doubtful: bool,
    /// A report behind it was NULL: where first requests raced, it may have no lease, and each that there is a loser's.
    pub(super) bare: bool,
}

impl<M> Record<M> {
    /// Begun or renewed by a report that was NULL, or was not.
    pub(super) const fn new(mark: M, bare: bool) -> Self {
        Self { mark, deadline: None, settled: false, unsettled: 1, doubtful: false, bare }
    }
}

/// One user of one application, for as long as anything of it is live.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Account<M> {
    pub(super) record: Option<Record<M>>,
    /// The leases with [`Standing::Record`]: none, one, or several until the losers of a race are released.
    pub(super) leases: Vec<Context>,
    /// Re-authorizations in flight (CL-20).
    pub(super) renewals: u32,
    /// Requests in flight (CL-33).
    pub(super) requests: u32,
    /// Open operations (CL-33).
    pub(super) open: BTreeSet<OperationId>,
    /// Live leases, whatever they stand for.
    pub(super) held: u32,
    /// How the last record ended, until the next begins.
    pub(super) ended: Option<(Ending, M)>,
}

impl<M> Account<M> {
    const fn new(ended: Option<(Ending, M)>) -> Self {
        let open = BTreeSet::new();
        Self { record: None, leases: Vec::new(), renewals: 0, requests: 0, open, held: 0, ended }
    }

    /// The values on which the record stands.
    pub(super) fn values(&self) -> BTreeSet<Context> {
        self.leases.iter().copied().collect()
    }

    /// Nothing of the user goes on.
    fn at_rest(&self) -> bool {
        self.requests == 0 && self.open.is_empty()
    }

    fn is_over(&self) -> bool {
        self.record.is_none() && self.held == 0 && self.at_rest()
    }
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// The account of a user, opened if there is none.
    pub(super) fn account(&mut self, application: ApplicationId, user: &K) -> &mut Account<M> {
        let past = &self.past;
        let opened = |key: &_| Box::new(Account::new(past.get(key).copied().flatten()));
        self.accounts.entry((application, user.clone())).or_insert_with_key(opened)
    }

    /// Closes the account of a user of whom nothing is live.
    pub(super) fn retire(&mut self, application: ApplicationId, user: &K) {
        let key = (application, user.clone());
        let Some(account) = self.accounts.get(&key) else { return };
        if !account.is_over() {
            return;
        }
        let ended = account.ended;
        self.accounts.remove(&key);
        if ended.is_some() || self.past.get(&key).is_some() {
            self.past.remember(key, ended);
        }
    }

    /// Moves the idle deadline of the user's record, if there is one (CL-32).
    pub(super) fn touch(&mut self, application: ApplicationId, user: &K, at: Timestamp) {
        let idle = self.applications.get(&application).and_then(|application| application.idle);
        if let Some(record) = &mut self.account(application, user).record {
            record.deadline = idle.map(|idle| at.after(idle));
        }
    }

    /// Under `pinned` the end of the last thing that went on moves the deadline too (CL-33).
    pub(super) fn unpin(&mut self, application: ApplicationId, user: &K, at: Timestamp) {
        if self.dialect.expiry == Expiry::Pinned && self.account(application, user).at_rest() {
            self.touch(application, user, at);
        }
        self.retire(application, user);
    }

    /// A lease begins.
    pub(super) fn begin_lease(&mut self, context: Context, mut lease: Lease<K, M>, sight: &mut Sight<M>) {
        sight.reach(Rule::CL10);
        self.joins(context, lease.application);
        lease.after = self.undecided(context);
        let account = self.account(lease.application, &lease.user);
        account.held += 1;
        if lease.standing == Standing::Record {
            account.leases.push(context);
        }
        self.payloads.linked(lease.payload, lease.application);
        self.leases.insert(context, lease); // CL-10
    }

    /// Puts right what a lease leaves that was taken from the ledger. Its account stays open.
    pub(super) fn end_lease(&mut self, context: Context, lease: &Lease<K, M>) {
        self.payloads.unlinked(lease.payload, lease.application);
        let account = self.account(lease.application, &lease.user);
        account.held = account.held.saturating_sub(1);
        if lease.standing == Standing::Record
            && let Some(place) = account.leases.iter().position(|other| *other == context)
        {
            account.leases.remove(place);
        }
        if let Standing::Operation(operation) = lease.standing
            && let Some(operation) = self.operations.get_mut(&operation)
        {
            operation.lease = None;
        }
    }

    /// The release of a lease that was taken from the ledger becomes due. Where equal values are one lease, it is due
    /// with the last of them. Returns whether it was merged into another.
    pub(super) fn becomes_due(&mut self, context: Context, mut lease: Lease<K, M>, due: Due) -> bool {
        if matches!(lease.standing, Standing::Operation(_)) {
            lease.after = self.undecided(context); // no release before now was of it
        }
        lease.standing = Standing::Due(due);
        let is_merged = self.per_value() && self.merges(context, &lease);
        if is_merged {
            self.end_lease(context, &lease);
        } else {
            self.leases.insert(context, lease.clone());
        }
        is_merged && !lease.doubtful
    }

    /// Where equal values are one lease: whether another goes on in this one's stead. One that may be over already does
    /// not, and what may be refused yet goes by itself.
    fn merges(&mut self, context: Context, lease: &Lease<K, M>) -> bool {
        let here = self.unsettled_leases().filter(|(other, _)| *other == context);
        let unsettled: Vec<M> = here.map(|(_, mark)| mark).collect();
        let alike = |other: &Lease<K, M>| {
            other.application == lease.application
                && other.doubtful <= lease.doubtful
                && !unsettled.contains(&other.mark)
        };
        if unsettled.contains(&lease.mark) || !self.leases.of(context).any(alike) {
            return false;
        }
        if self.doubts.contains_key(&context) {
            let all_alike = self.leases.of_mut(context).filter(|other| alike(other));
            all_alike.for_each(|other| other.after = other.after.max(lease.after));
        }
        true
    }

    /// The leases of the record become due, all but the newest if that is `spared`. Returns whether one with the value
    /// of the newest was merged into it.
    pub(super) fn leases_due(
        &mut self,
        application: ApplicationId,
        user: &K,
        due: Due,
        spared: Option<Context>,
    ) -> bool {
        let account = self.account(application, user);
        let count = account.leases.len().saturating_sub(usize::from(spared.is_some()));
        let old: Vec<Context> = account.leases.drain(..count).collect();
        let mut merged = false;
        for context in old {
            // The first is the oldest: those of one user differ in nothing but the mark, or are alike.
            let oldest = self.leases.records_of(context, application, user).iter().map(|lease| lease.mark).min();
            let wanted = |lease: &Lease<K, M>| Some(lease.mark) == oldest;
            if let Some(lease) = self.leases.take_record(context, application, user, wanted) {
                merged |= self.becomes_due(context, lease, due) && Some(context) == spared;
            }
        }
        merged
    }

    /// The record ends because its re-authorization failed, was refused or timed out.
    pub(super) fn renewal_failed(&mut self, application: ApplicationId, user: &K, sight: &mut Sight<M>) {
        sight.reach(Rule::CL23);
        let account = self.account(application, user);
        if account.record.take().is_some() {
            account.ended = Some((Ending::Failed, sight.mark));
        }
        if account.renewals == 0 {
            self.leases_due(application, user, Due::Renewed, None); // CL-21
        }
        self.disown(application, user);
    }

    /// Whether the record that this completion began or renewed lives.
    pub(super) fn has_record_of(&self, application: ApplicationId, user: &K, mark: M) -> bool {
        let account = self.accounts.get(&(application, user.clone()));
        account.and_then(|account| account.record.as_ref()).is_some_and(|record| record.mark == mark)
    }

    /// Whether the record, if it lives, must not expire now.
    fn expires_wrongly(&self, application: ApplicationId, user: &K, at: Timestamp) -> bool {
        let Some(account) = self.accounts.get(&(application, user.clone())) else { return false };
        let Some(record) = &account.record else { return false };
        let is_early = record.deadline.is_some_and(|deadline| at < deadline);
        is_early || (self.dialect.expiry == Expiry::Pinned && self.pins(account) != (0, 0))
    }

    /// The requests in flight and the open operations that keep a record under `pinned` (CL-33). An operation whose
    /// completion has not returned may yet be refused.
    fn pins(&self, account: &Account<M>) -> (u32, usize) {
        let accepted = |number: &&OperationId| self.operations.get(number).is_some_and(|operation| operation.settled);
        (account.requests, account.open.iter().filter(accepted).count())
    }

    /// A record expired.
    pub(super) fn record_expired(&mut self, application: ApplicationId, user: &K, sight: &mut Sight<M>) {
        let pinned = self.dialect.expiry == Expiry::Pinned;
        if self.expires_wrongly(application, user, sight.at) && self.is_over_by_release(application, user, sight) {
            return; // there was no record any more
        }
        let Some(account) = self.accounts.get(&(application, user.clone())) else { return };
        let (requests, open) = self.pins(account);
        if pinned && (requests, open) == (0, 0) {
            self.expired_beneath(application, user);
        }
        let account = self.account(application, user);
        let Some(record) = account.record.take() else { return };
        account.ended = Some((Ending::Expired, sight.mark));
        sight.reach(Rule::CL34);
        if let Some(deadline) = record.deadline {
            sight.reach(Rule::CL32);
            if sight.at < deadline {
                let (at, deadline) = (sight.at.0, deadline.0);
                let why = format!("the record of {user:?} expired at {at} ms, before its deadline at {deadline} ms");
                sight.breaks(Rule::CL32, &[record.mark], why);
            }
        }
        if pinned {
            sight.reach(Rule::CL33);
            if requests > 0 || open > 0 {
                let why = format!(
                    "the record of {user:?} expired with {requests} requests in flight and {open} operations open"
                );
                sight.breaks(Rule::CL33, &[record.mark], why);
            }
        }
        if account.renewals == 0 {
            self.leases_due(application, user, Due::Expired, None); // CL-34
        } // Otherwise the release is not due: CL-20
        self.disown(application, user);
        self.retire(application, user);
    }
}
