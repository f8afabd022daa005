//! What can be decided about a value in [doubt](super::doubt), and what is forgotten of it because it makes no
//! difference.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::Contract;
use super::doubt::Doubt;
use super::lease::{Lease, Standing};
use super::sight::Sight;
use crate::id::{ApplicationId, Context};

/// What one release ends: a lease, or all leases of an application with the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) after: u64,
    pub(super) application: ApplicationId,
    /// Its release breaks nothing, whenever it was.
    pub(super) harmless: bool,
    /// The place of its first lease.
    pub(super) place: usize,
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// A slot takes the earliest release that may be its own.
    pub(super) fn take_slot(&mut self, context: Context, slot: Slot, sight: &mut Sight<M>) {
        if let Some(doubt) = self.doubts.get_mut(&context) {
            doubt.releases -= 1;
        }
        self.end_slot(context, slot, sight);
        for lease in self.leases.of_mut(context).iter_mut().filter(|lease| lease.after > slot.after) {
            lease.after -= 1;
        }
    }

    fn end_slot(&mut self, context: Context, slot: Slot, sight: &mut Sight<M>) {
        if self.per_value() {
            for lease in self.leases.take_value(context, slot.application) {
                self.released(context, &lease, sight);
            }
        } else if let Some(lease) = self.leases.take_at(context, slot.place) {
            self.released(context, &lease, sight);
        }
    }

    /// Decides what can be decided about the value, and forgets what makes no difference.
    pub(super) fn clear_up(&mut self, context: Context, sight: &mut Sight<M>) {
        loop {
            self.trim(context);
            let Some(doubt) = self.doubts.get(&context) else { return };
            let slots = self.slots(context);
            if let Some(number) = decided(&slots, doubt) {
                self.decide(context, &slots, number, sight);
            } else if doubt.gone > 0 && doubt.releases > slots.len() as u64 {
                // More releases than anybody can ask for: the first was of something that nobody asks for.
                self.drop_first(context);
            } else if let Some(slot) = certain(&slots, doubt) {
                self.take_slot(context, slot, sight);
            } else if let Some(slot) = self.beyond_memory(&slots, doubt) {
                self.lose_sight(context, slot);
            } else {
                return;
            }
        }
    }

    /// A record in doubt that is one too many to remember.
    fn beyond_memory(&self, slots: &[Slot], doubt: &Doubt) -> Option<Slot> {
        let memory = 2 * live(slots, doubt) + self.past.limit() as u64;
        let records = || slots.iter().filter(|slot| !slot.harmless);
        if self.past.limit() == 0 || self.per_value() || records().count() as u64 <= memory {
            return None;
        }
        records().min_by_key(|slot| slot.after).copied()
    }

    /// The lease of a record in doubt is forgotten: whether the record lives is not known, nor of whom it is.
    fn lose_sight(&mut self, context: Context, slot: Slot) {
        let Some(lease) = self.leases.take_at(context, slot.place) else { return };
        self.end_lease(context, &lease);
        let account = self.account(lease.application, &lease.user);
        if account.leases.is_empty() {
            account.record = None;
        }
        self.retire(lease.application, &lease.user);
        if let Some(known) = self.applications.get_mut(&lease.application) {
            known.blurred = true;
        }
        if let Some(doubt) = self.doubts.get_mut(&context) {
            doubt.gone += 1;
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

    /// Whether one more release can certainly decide nothing, as far as that can be told without a look at each lease:
    /// many of one value may be live.
    pub(super) fn stays_open(&self, context: Context) -> bool {
        let Some(doubt) = self.doubts.get(&context) else { return true };
        let leases = self.leases.of(context);
        let due = leases.partition_point(|lease| lease.standing < Standing::Record);
        let records = leases[due..].partition_point(|lease| lease.standing == Standing::Record);
        let held = self.renewing.len(); // of these, some may not be released
        let live = ((due + records).saturating_sub(held) as u64).saturating_sub(doubt.releases);
        !self.per_value() && doubt.spare() == 0 && live > 0 && due as u64 <= live && records as u64 <= 2 * live
    }

    /// The first `number` releases ended exactly the leases that they could have ended.
    fn decide(&mut self, context: Context, slots: &[Slot], number: u64, sight: &mut Sight<M>) {
        for slot in slots.iter().rev().filter(|slot| slot.after < number) {
            self.end_slot(context, *slot, sight);
        }
        for lease in self.leases.of_mut(context) {
            lease.after = lease.after.saturating_sub(number);
        }
        let Some(doubt) = self.doubts.get_mut(&context) else { return };
        doubt.releases -= number;
        doubt.gone = 0;
        doubt.tickets.clear();
    }

    fn drop_first(&mut self, context: Context) {
        for lease in self.leases.of_mut(context) {
            lease.after = lease.after.saturating_sub(1);
        }
        if let Some(doubt) = self.doubts.get_mut(&context) {
            doubt.releases -= 1;
            doubt.gone -= 1;
        }
    }

    /// Everything that a release of the value may end now, in the order of the leases.
    pub(super) fn slots(&self, context: Context) -> Vec<Slot> {
        let leases = self.leases.of(context);
        let per_value = self.per_value();
        let mut slots: Vec<Slot> = Vec::with_capacity(leases.len());
        for (place, lease) in leases.iter().enumerate() {
            let harmless = matches!(lease.standing, Standing::Due(_) | Standing::Unseen);
            let (after, application) = (lease.after, lease.application);
            let same = slots.iter_mut().find(|slot| per_value && slot.application == application);
            if let Some(slot) = same {
                slot.after = slot.after.max(after);
                slot.harmless &= harmless;
            } else if per_value || self.may_be_released(lease) {
                slots.push(Slot { after, application, harmless, place });
            }
        }
        if per_value {
            let held = leases.iter().filter(|lease| !self.may_be_released(lease)).map(|lease| lease.application);
            let held: Vec<ApplicationId> = held.collect();
            slots.retain(|slot| !held.contains(&slot.application));
        }
        slots
    }

    /// Whether a release of it would break nothing: it is due, or ends its record.
    fn may_be_released(&self, lease: &Lease<K, M>) -> bool {
        match lease.standing {
            Standing::Due(_) | Standing::Unseen => true,
            Standing::Record => !self.is_under_renewal(lease),
            Standing::Operation(_) => false,
        }
    }
}

/// The greatest number of releases that as many slots, and no more, can explain.
fn decided(slots: &[Slot], doubt: &Doubt) -> Option<u64> {
    let mut counts = vec![0_u64; usize::try_from(doubt.releases).unwrap_or(usize::MAX)];
    for slot in slots {
        if let Some(count) = usize::try_from(slot.after).ok().and_then(|after| counts.get_mut(after)) {
            *count += 1;
        }
    }
    let mut explained = doubt.spare();
    let mut found = None;
    for (number, count) in (1..).zip(counts) {
        explained += count;
        if explained <= number {
            found = Some(number);
        }
    }
    found
}

/// A slot that is over in every explanation, up to others like it: of one application more leases are due than are
/// live in all.
fn certain(slots: &[Slot], doubt: &Doubt) -> Option<Slot> {
    let live = live(slots, doubt);
    let mut due: BTreeMap<ApplicationId, (u64, Slot)> = BTreeMap::new();
    for slot in slots.iter().filter(|slot| slot.harmless) {
        let (count, first) = due.entry(slot.application).or_insert((0, *slot));
        *count += 1;
        if slot.after < first.after {
            *first = *slot;
        }
    }
    due.into_values().find(|(count, slot)| *count > live && slot.after < doubt.releases).map(|(_, slot)| slot)
}

/// How many of the slots are live, or what is gone in their stead.
const fn live(slots: &[Slot], doubt: &Doubt) -> u64 {
    (slots.len() as u64 + doubt.spare()).saturating_sub(doubt.releases)
}
