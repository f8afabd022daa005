//! Releases of a value that several live leases have, for as long as it is open which of them they ended.
//!
//! A release names a value and nothing else. If just one lease with that value may be released, it is over at once.
//! If there are more, the release is *undecided* until later crossings leave one answer: a question about a user shows
//! that the record lives on, a first request that it ended, a Shutdown that everything of an application was given
//! back. A rule is broken only if no answer explains the trace.
//!
//! All releases of a value are alike, so they are counted and not listed. What matters of a lease is `after`: how many
//! of the undecided releases came too early to be its own. In the order of their time, release number `i` needs a
//! lease with `after < i`, and no two the same. That is possible if, for each `i`, at least `i` leases have
//! `after < i`; where exactly `i` have it, these are the ones that are over, and so the first `i` releases are decided:
//!
//! ```text
//!  leases with after < i, less i:   0 ──▶ decided      1 or more ──▶ any one of them may still be live
//! ```
//!
//! Hence each of the leases that stay in doubt may be live, and whatever has `after` below the number of releases may
//! be over: a sign of either is always believed.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::Contract;
use super::lease::Lease;
use super::sight::Sight;
use super::slot::Slot;
use crate::id::{ApplicationId, Context, PayloadId};

/// Undecided releases of one value; there is at least one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Doubt {
    pub(super) releases: u64,
    /// How many of them may have been of something that is gone: a lease that was left behind.
    pub(super) gone: u64,
    /// And of contexts that came with a failure, by application.
    pub(super) tickets: Vec<ApplicationId>,
    /// How many signs more will decide nothing.
    pub(super) margin: u64,
}

impl Doubt {
    /// Releases that no lease needs to explain.
    pub(super) const fn spare(&self) -> u64 {
        self.gone + self.tickets.len() as u64
    }

    /// How many releases are more than anybody can ask for: the first were of something that nobody asks for.
    pub(super) fn unasked(&self, slots: usize) -> u64 {
        self.gone.min(self.releases.saturating_sub(slots as u64))
    }
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// How many releases of the value are undecided.
    pub(super) fn undecided(&self, context: Context) -> u64 {
        self.doubts.get(&context).map_or(0, |doubt| doubt.releases)
    }

    /// A release that one of several leases may explain, or the `ticket`. Returns whether there is such a thing.
    pub(super) fn release_one(
        &mut self,
        context: Context,
        ticket: Option<ApplicationId>,
        sight: &mut Sight<M>,
    ) -> bool {
        let is_open = self.doubts.contains_key(&context); // then there is one more slot than releases
        if !is_open && ticket.is_none() {
            match self.slots(context)[..] {
                [] => return false,
                // Decided at once, as most are.
                [only] => {
                    self.end_at(context, only.application, only.place, sight);
                    return true;
                }
                _ => {}
            }
        }
        let doubt = self.doubts.entry(context).or_default();
        doubt.releases += 1;
        doubt.tickets.extend(ticket);
        self.shows_something(context, sight);
        true
    }

    /// The record of the user lives: the newest of its leases was not released before now, and the host knows of it, if
    /// no re-authorization is on its way back, whose record is another one. If it stands on several values or on none,
    /// because first requests raced, that says nothing of any one of them.
    pub(super) fn is_confirmed(&mut self, application: ApplicationId, user: &K, sight: &mut Sight<M>) {
        let Some(account) = self.accounts.get_mut(&(application, user.clone())) else { return };
        let mut is_news = false;
        if let Some(record) = &mut account.record {
            record.doubtful = false;
            if record.bare {
                return;
            }
            is_news = !record.settled;
        }
        let first = account.leases.first().copied();
        let only = first.filter(|first| account.leases.iter().all(|other| other == first));
        if is_news && !self.is_renewal_unsettled(application, user) {
            self.account(application, user).record.iter_mut().for_each(|record| record.settled = true);
        }
        if self.doubts.is_empty() && !self.per_value() {
            return;
        }
        let Some(context) = only else { return }; // any of them may be the one that lives
        let now = self.undecided(context);
        let leases = self.leases.records_of(context, application, user).iter().enumerate();
        // Of those that are alike, rather one that cannot be refused any more.
        let newest = leases.max_by_key(|(_, lease)| (lease.after, !self.is_unsettled(context, lease)));
        let Some((place, lease)) = newest.filter(|(_, lease)| lease.after != now || lease.doubtful) else { return };
        if self.is_unsettled(context, lease) {
            self.joined(context, application, lease.mark);
        }
        let lease = &mut self.leases.records_of_mut(context, application, user)[place];
        lease.after = now;
        lease.doubtful = false;
        self.shows_something(context, sight);
    }

    /// From now on, if the user's record stands on one lease, that one may not be released.
    pub(super) fn keeps_its_leases(&mut self, application: ApplicationId, user: &K, sight: &mut Sight<M>) {
        if self.doubts.is_empty() {
            return;
        }
        for context in self.account(application, user).leases.clone() {
            self.shows_something(context, sight);
        }
    }

    /// The record of the user is over, if its leases may have been released: then they were.
    pub(super) fn is_over_by_release(&mut self, application: ApplicationId, user: &K, sight: &mut Sight<M>) -> bool {
        if !self.may_be_over(application, user) {
            return false;
        }
        for context in self.account(application, user).values() {
            self.end_doubtful(context, application, user);
            self.close(context, sight, |lease| lease.is_record_of(application, user));
        }
        if self.account(application, user).leases.is_empty() {
            self.drop_record(application, user);
        }
        true
    }

    /// The record stands on completions that have not returned and on nothing else, if its other leases may have been
    /// released: then they were. It is known to the host no more, if something of it was released. Returns whether it may
    /// stand on such completions.
    pub(super) fn rests_on_unsettled(&mut self, application: ApplicationId, user: &K, sight: &mut Sight<M>) -> bool {
        if !self.may_rest_on_unsettled(application, user) {
            return false;
        }
        let unsettled: BTreeSet<(Context, M)> = self.unsettled_leases().collect();
        let mut may_be_released = false;
        for context in self.account(application, user).values() {
            let is_settled = |lease: &Lease<K, M>| !unsettled.contains(&(context, lease.mark));
            self.close(context, sight, |lease| lease.is_record_of(application, user) && is_settled(lease));
            let left = self.leases.records_of(context, application, user);
            let undecided = self.undecided(context);
            may_be_released |= left.iter().any(|lease| lease.doubtful || lease.after < undecided);
        }
        if let Some(record) = self.account(application, user).record.as_mut().filter(|_| may_be_released) {
            record.settled = false; // one of those on their way was released, and the others may not have begun
        }
        true
    }

    /// Whether those of the record's leases may be over whose completions have returned, and there are others.
    pub(super) fn may_rest_on_unsettled(&self, application: ApplicationId, user: &K) -> bool {
        let Some(account) = self.accounts.get(&(application, user.clone())) else { return false };
        if account.record.as_ref().is_none_or(|record| record.bare) {
            return false; // that it has leases says nothing
        }
        let values = account.values();
        let has_unsettled = |context: &Context| {
            let mut leases = self.leases.records_of(*context, application, user).iter();
            leases.any(|lease| self.is_unsettled(*context, lease))
        };
        let are_over = |context: &Context| {
            let is_settled = |lease: &Lease<K, M>| !self.is_unsettled(*context, lease);
            self.may_have_ended(*context, application, user, is_settled)
        };
        values.iter().any(has_unsettled) && values.iter().all(are_over)
    }

    /// What may have ended with an earlier release of the user's leases for a record did.
    fn end_doubtful(&mut self, context: Context, application: ApplicationId, user: &K) {
        while let Some(lease) = self.leases.take_record(context, application, user, |lease| lease.doubtful) {
            self.end_lease(context, &lease);
            self.lets_go(context, &lease);
        }
    }

    /// Whether the record of the user may be over, because undecided releases can have been of its leases.
    pub(super) fn may_be_over(&self, application: ApplicationId, user: &K) -> bool {
        let Some(account) = self.accounts.get(&(application, user.clone())) else { return false };
        if account.record.as_ref().is_some_and(|record| record.doubtful) {
            return true;
        }
        let values = account.values();
        !values.is_empty() && values.iter().all(|context| self.may_have_ended(*context, application, user, |_| true))
    }

    /// Whether all `wanted` leases of the value may be over on which the user's record stands.
    fn may_have_ended(
        &self,
        context: Context,
        application: ApplicationId,
        user: &K,
        wanted: impl Fn(&Lease<K, M>) -> bool,
    ) -> bool {
        let undecided = self.undecided(context);
        let of_user = self.leases.records_of(context, application, user).iter();
        let certain = of_user.filter(|lease| !lease.doubtful && wanted(lease));
        let mut afters: Vec<u64> = certain.map(|lease| lease.after).collect();
        if self.per_value() {
            // One release ends all of them.
            let is_over = |slot: &Slot| slot.application == application && slot.after < undecided;
            return afters.is_empty()
                || (self.doubts.contains_key(&context) && self.slots(context).iter().any(is_over));
        }
        afters.sort_unstable_by(|one, other| other.cmp(one));
        afters.iter().zip(1..).all(|(after, needed)| after + needed <= undecided)
    }

    /// Every lease of the application was released, as far as there are releases for it. Where leases may be left
    /// behind, some may have been released and others not: what came before may be explained by either.
    pub(super) fn close_application(
        &mut self,
        application: ApplicationId,
        all: bool,
        spared: &[(Context, M)],
        sight: &mut Sight<M>,
    ) {
        let contexts: Vec<Context> = self.doubts.keys().copied().collect();
        for context in contexts {
            let is_its =
                |lease: &Lease<K, M>| lease.application == application && !spared.contains(&(context, lease.mark));
            if all {
                self.close(context, sight, |lease| is_its(lease) && !lease.doubtful);
            }
            // What may have been released before, or may be left: the releases that are undecided may be of it.
            let is_doubtful = |lease: &Lease<K, M>| is_its(lease) && (lease.doubtful || !all);
            let slots = self.slots(context).into_iter();
            let gone = slots.filter(|slot| self.ends(context, slot).any(is_doubtful)).count();
            if let Some(doubt) = self.doubts.get_mut(&context) {
                doubt.gone += gone as u64;
            }
        }
    }

    /// The payload is dropped: every lease on it was released, as far as there are releases for it.
    pub(super) fn close_payload(&mut self, payload: PayloadId, sight: &mut Sight<M>) {
        let contexts: Vec<Context> = self.doubts.keys().copied().collect();
        for context in contexts {
            self.close(context, sight, |lease| lease.payload == Some(payload));
        }
    }

    /// The leases of the value that are `wanted` are over: each takes the earliest release that may be its own.
    fn close(&mut self, context: Context, sight: &mut Sight<M>, wanted: impl Fn(&Lease<K, M>) -> bool) {
        for _ in 0..self.undecided(context) {
            let releases = self.undecided(context); // one less each time
            let is_wanted = |slot: &Slot| self.ends(context, slot).any(&wanted);
            let slots = self.slots(context).into_iter();
            let possible = slots.filter(|slot| slot.after < releases && is_wanted(slot));
            // Among equals it was the one that is due, so that what is left behind is told as what it is.
            let Some(slot) = possible.max_by_key(|slot| (slot.after, slot.harmless)) else { break };
            self.take_slots(context, vec![slot], sight);
        }
        self.clear_up(context, sight);
    }
}
