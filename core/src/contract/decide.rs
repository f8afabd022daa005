//! What can be decided about a value in [doubt](super::doubt), and what is forgotten of it because it makes no
//! difference.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt::Debug;

use super::Contract;
use super::sight::Sight;
use super::slot::Slot;
use crate::id::{ApplicationId, Context};

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// Each slot takes the earliest release that may be its own, the first slots first; those for which there is none
    /// stay.
    pub(super) fn take_slots(&mut self, context: Context, mut slots: Vec<Slot>, sight: &mut Sight<M>) {
        let releases = self.undecided(context);
        let mut taken: Vec<u64> = Vec::with_capacity(slots.len());
        slots.sort_by_key(|slot| slot.after);
        slots.retain(|slot| {
            let number = taken.last().map_or(slot.after, |last| slot.after.max(*last)) + 1;
            if number <= releases {
                taken.push(number);
            }
            number <= releases
        });
        if let Some(doubt) = self.doubts.get_mut(&context) {
            doubt.releases -= taken.len() as u64;
        }
        slots.sort_by_key(|slot| Reverse(slot.place)); // so that the places of the rest do not change
        for slot in slots {
            self.end_at(context, slot.application, slot.place, sight);
        }
        for lease in self.leases.of_mut(context) {
            lease.after -= taken.partition_point(|number| *number <= lease.after) as u64;
        }
    }

    /// There is a sign of something about the value. Most decide nothing, and many of one value may be live: so as
    /// many as can decide nothing are counted, before each slot is looked at again.
    pub(super) fn shows_something(&mut self, context: Context, sight: &mut Sight<M>) {
        if let Some(doubt) = self.doubts.get_mut(&context)
            && let Some(fewer) = doubt.margin.checked_sub(1)
        {
            doubt.margin = fewer;
        } else {
            self.clear_up(context, sight);
        }
    }

    /// Decides what can be decided about the value, and forgets what makes no difference.
    pub(super) fn clear_up(&mut self, context: Context, sight: &mut Sight<M>) {
        let mut before = None;
        loop {
            self.trim(context);
            let Some(doubt) = self.doubts.get(&context) else { return };
            let slots = self.slots(context);
            let left = (doubt.releases, slots.len());
            debug_assert!(
                before.is_none_or(|before| left < before),
                "{left:?}: a round takes a release or a slot away"
            );
            before = Some(left);
            let spare = self.spare(context);
            let may_live = live(&slots, doubt.releases, spare);
            let (number, margin) = decided(&slots, doubt.releases, spare);
            if number > 0 {
                self.decide(context, &slots, number, sight);
            } else if let unasked = doubt.unasked(slots.len())
                && unasked > 0
            {
                self.drop_first(context, unasked);
            } else if let Some(over) = certain(&slots, may_live) {
                self.take_slots(context, over, sight);
            } else if let Some(beyond) = self.beyond_memory(&slots, may_live) {
                self.lose_sight(context, beyond);
            } else {
                let margin = if self.per_value() { 0 } else { margin };
                return self.doubts.entry(context).or_default().margin = margin;
            }
        }
    }

    /// Records in doubt that are too many to remember.
    fn beyond_memory(&self, slots: &[Slot], live: u64) -> Option<Vec<Slot>> {
        let memory = 2 * live + self.past.limit() as u64;
        if self.past.limit() == 0 || self.per_value() {
            return None;
        }
        let records: Vec<Slot> = slots.iter().filter(|slot| !slot.harmless).copied().collect();
        first_beyond(records, memory)
    }

    /// The leases of records in doubt are forgotten: whether the record lives is not known, nor of whom it is.
    fn lose_sight(&mut self, context: Context, mut slots: Vec<Slot>) {
        slots.sort_by_key(|slot| Reverse(slot.place)); // so that the places of the rest do not change
        for slot in slots {
            let Some(lease) = self.leases.take_at(context, slot.place) else { continue };
            self.end_lease(context, &lease);
            self.lets_go(context, &lease);
            if self.account(lease.application, &lease.user).leases.is_empty() {
                self.drop_record(lease.application, &lease.user);
            }
            self.retire(lease.application, &lease.user);
            if let Some(known) = self.applications.get_mut(&lease.application) {
                known.blurred = true;
            }
            if let Some(doubt) = self.doubts.get_mut(&context) {
                doubt.gone += 1;
            }
        }
    }

    /// What is gone explains no later release, and a ticket that explains none is still good for one.
    fn trim(&mut self, context: Context) {
        let Some(doubt) = self.doubts.get_mut(&context) else { return };
        let beyond = doubt.tickets.len().saturating_sub(usize::try_from(doubt.releases).unwrap_or(usize::MAX));
        let unused: Vec<ApplicationId> = doubt.tickets.drain(..beyond).collect();
        doubt.gone = doubt.gone.min(doubt.releases - doubt.tickets.len() as u64);
        if doubt.releases == 0 {
            self.doubts.remove(&context);
        }
        for application in unused {
            if self.applications.contains_key(&application) {
                self.give_ticket(application, context);
            }
        }
    }

    /// The first `number` releases ended exactly the leases that they could have ended.
    fn decide(&mut self, context: Context, slots: &[Slot], number: u64, sight: &mut Sight<M>) {
        for slot in slots.iter().rev().filter(|slot| slot.after < number) {
            self.end_at(context, slot.application, slot.place, sight);
        }
        for lease in self.leases.of_mut(context) {
            lease.after = lease.after.saturating_sub(number);
        }
        let Some(doubt) = self.doubts.get_mut(&context) else { return };
        doubt.releases -= number;
        doubt.gone = 0;
        doubt.tickets.clear();
    }

    /// The first `number` releases were of something that is gone.
    fn drop_first(&mut self, context: Context, number: u64) {
        for lease in self.leases.of_mut(context) {
            lease.after = lease.after.saturating_sub(number);
        }
        if let Some(doubt) = self.doubts.get_mut(&context) {
            doubt.releases -= number;
            doubt.gone -= number;
        }
    }
}

/// The greatest number of releases that as many slots, and no more, can explain; and how many signs more will certainly
/// decide nothing, if none is decided now: each makes at most one slot less explain a number of releases.
fn decided(slots: &[Slot], releases: u64, spare: u64) -> (u64, u64) {
    let mut counts = vec![0_u64; usize::try_from(releases).unwrap_or(usize::MAX)];
    for slot in slots {
        if let Some(count) = usize::try_from(slot.after).ok().and_then(|after| counts.get_mut(after)) {
            *count += 1;
        }
    }
    let mut margin = u64::MAX;
    let mut explained = spare;
    let mut found = 0;
    for (number, count) in (1..).zip(counts) {
        explained += count;
        if explained <= number {
            found = number;
        } else {
            margin = margin.min(explained - number - 1);
        }
    }
    (found, margin)
}

/// Slots that are over in every explanation, up to others like them: of one application more leases are due than are
/// live in all. While nothing is decided, a release may be its own for each of them. What may be refused yet is like no
/// other: its refusal would show that no release was of it.
fn certain(slots: &[Slot], live: u64) -> Option<Vec<Slot>> {
    let mut due: BTreeMap<ApplicationId, Vec<Slot>> = BTreeMap::new();
    for slot in slots.iter().filter(|slot| slot.harmless && !slot.unsettled) {
        due.entry(slot.application).or_default().push(*slot);
    }
    due.into_values().find_map(|due| first_beyond(due, live))
}

/// The first of the slots, but for as many as there may be.
fn first_beyond(mut slots: Vec<Slot>, may_be: u64) -> Option<Vec<Slot>> {
    let beyond = slots.len().checked_sub(usize::try_from(may_be).ok()?).filter(|beyond| *beyond > 0)?;
    slots.sort_by_key(|slot| slot.after);
    slots.truncate(beyond);
    Some(slots)
}

/// How many of the slots are live, or what is gone in their stead.
const fn live(slots: &[Slot], releases: u64, spare: u64) -> u64 {
    (slots.len() as u64 + spare).saturating_sub(releases)
}
