//! Leases: one report of a context to the host, under a number that is never used twice.
//!
//! ```text
//! slot      mint                 remove
//! ───────   ──────────────────   ──────────────────────────────────────────────
//! vacant    live, generation g   –
//! live      –                    vacant, generation g + 1; or retired, if g was the last
//! retired   –                    –
//! ```
//!
//! A handle is `generation << 32`, with the number of the slot in this shard below it (see `place`). It is never dereferenced, so a forged, stale or doubly released value is a
//! look-up that fails (CL-16), and since a slot never repeats a generation no value names two leases (CL-14).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use super::payload::PayloadNumber;
use super::place::Place;
use crate::fault::{Fault, Seeded};
use crate::id::{ApplicationId, Context};
use crate::vacant::Vacant;

/// What stands behind a live handle.
///
/// There may be a million of an operation for one of a user, so what only those of users need is on the heap.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lease<K> {
    pub(super) application: ApplicationId,
    /// For whom it speaks, if it was reported for a user and not for an operation. Release does not say it.
    pub(super) user: Option<Box<K>>,
    /// The number of the payload, if there is one.
    pub(super) payload: Option<PayloadNumber>,
}

/// A slot in one of its generations. Twenty-four bytes where a user is named by any type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Slot<K> {
    /// Vacant, or retired.
    Empty(u32),
    Live(u32, Lease<K>),
}

impl<K> Slot<K> {
    const fn generation(&self) -> u32 {
        match self {
            Self::Empty(generation) | Self::Live(generation, _) => *generation,
        }
    }

    const fn lease(&self) -> Option<&Lease<K>> {
        match self {
            Self::Empty(_) => None,
            Self::Live(_, lease) => Some(lease),
        }
    }

    /// The lease, which the slot then has no more.
    fn take(&mut self) -> Option<Lease<K>> {
        match mem::replace(self, Self::Empty(self.generation())) {
            Self::Empty(_) => None,
            Self::Live(_, lease) => Some(lease),
        }
    }
}

/// All leases of a shard: values are unique across shards and applications, because Release names none.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct LeaseTable<K> {
    slots: Vec<Slot<K>>,
    /// Vacant slots; the lowest is taken first, as in [`crate::slab`].
    free: Vacant,
    /// How many slots are live. Follows from the slots: kept so that nobody must count, as is `retired`.
    live: usize,
    /// How many slots are neither live nor vacant.
    retired: usize,
    /// Where the table ends. Only tests set it lower.
    pub(super) last_slot: u32,
    last_generation: u32,
    place: Place,
    pub(super) seeded: Seeded,
}

impl<K> LeaseTable<K> {
    pub(super) const fn new(last_generation: u32, place: Place) -> Self {
        Self {
            slots: Vec::new(),
            free: Vacant::EMPTY,
            live: 0,
            retired: 0,
            last_slot: place.last_slot(),
            last_generation,
            place,
            seeded: Seeded::NONE,
        }
    }

    /// Makes a lease. `None` if there is no slot left, or only retired ones.
    pub(super) fn mint(&mut self, lease: Lease<K>) -> Option<Context> {
        let slot = match self.free.pop_first() {
            Some(slot) => {
                let generation = self.slots[slot as usize].generation();
                self.slots[slot as usize] = Slot::Live(generation, lease);
                slot
            }
            None => {
                let slot = u32::try_from(self.slots.len()).ok().filter(|slot| *slot <= self.last_slot)?;
                self.slots.push(Slot::Live(1, lease));
                slot
            }
        };
        self.live += 1;
        self.handle(slot, self.slots[slot as usize].generation())
    }

    /// The lease that `context` names, if it is live.
    pub(super) fn get(&self, context: Context) -> Option<&Lease<K>> {
        let (slot, generation) = self.split(context)?;
        self.slots.get(slot).filter(|slot| slot.generation() == generation)?.lease()
    }

    /// Ends the lease that `context` names; `None`, and nothing changed, if it is not live (CL-16).
    pub(super) fn remove(&mut self, context: Context) -> Option<Lease<K>> {
        let (index, generation) = self.split(context)?;
        let slot = self.slots.get_mut(index)?;
        if slot.generation() != generation && !self.seeded.has(Fault::DoubleReleaseAccepted) {
            return None; // CL-16
        }
        let (generation, lease) = (slot.generation(), slot.take()?);
        self.live -= 1;
        let next = if self.seeded.has(Fault::GenerationNotAdvanced) {
            Some(generation)
        } else if generation < self.last_generation {
            Some(generation + 1) // CL-14
        } else {
            self.seeded.has(Fault::ExhaustedSlotReused).then_some(1) // CL-14: retired for good
        };
        match next {
            Some(next) => {
                *slot = Slot::Empty(next);
                self.free.insert(index as u32);
            }
            None => self.retired += 1,
        }
        Some(lease)
    }

    /// The live leases, by handle.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Context, &Lease<K>)> {
        (0..).zip(&self.slots).filter_map(|(index, slot)| Some((self.handle(index, slot.generation())?, slot.lease()?)))
    }

    /// How many leases are live.
    pub(super) const fn live(&self) -> usize {
        self.live
    }

    /// How many slots are out of generations.
    pub(super) const fn retired(&self) -> usize {
        self.retired
    }

    /// The handle of a slot in one of its generations, which begin at 1.
    fn handle(&self, slot: u32, generation: u32) -> Option<Context> {
        Context::new((u64::from(generation) << 32) + u64::from(self.place.number(slot)?))
    }

    /// The slot and the generation that a handle claims; `None` if it claims another shard.
    fn split(&self, context: Context) -> Option<(usize, u32)> {
        let value = context.value();
        Some((self.place.slot(value as u32)? as usize, (value >> 32) as u32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::UserName;

    fn lease() -> Lease<u8> {
        Lease { application: ApplicationId(1), user: None, payload: None }
    }

    #[test]
    fn cl_14_no_value_names_two_leases_and_an_exhausted_slot_is_retired() {
        let mut leases = LeaseTable::new(2, Place::default());
        let first = leases.mint(lease()).expect("room");
        assert!(leases.remove(first).is_some());
        let second = leases.mint(lease()).expect("room");
        assert_ne!(first, second);
        assert!(leases.remove(second).is_some());
        assert_eq!((leases.live(), leases.retired()), (0, 1));
        let third = leases.mint(lease()).expect("room");
        assert_eq!(leases.split(third).map(|(slot, _)| slot), Some(1), "slot 0 is retired for good");
        assert_eq!((leases.live(), leases.retired()), (1, 1));
    }

    #[test]
    fn a_lease_takes_its_slot_and_nothing_more_unless_it_is_of_a_user() {
        // A million leases may be live.
        assert_eq!(size_of::<Slot<UserName>>(), 24);
    }

    #[test]
    fn cl_14_a_full_table_makes_no_lease_until_a_slot_is_vacant() {
        let mut leases = LeaseTable { last_slot: 1, ..LeaseTable::new(u32::MAX, Place::default()) };
        let (first, _) = (leases.mint(lease()).expect("room"), leases.mint(lease()).expect("room"));
        assert_eq!((leases.mint(lease()), leases.live(), leases.iter().count()), (None, 2, 2));
        assert!(leases.remove(first).is_some());
        assert_eq!((leases.live(), leases.iter().count()), (1, 1));
        assert!(leases.mint(lease()).is_some_and(|again| again != first));
    }

    #[test]
    fn cl_16_a_stale_or_forged_value_names_nothing() {
        let mut leases = LeaseTable::new(u32::MAX, Place::default());
        let first = leases.mint(lease()).expect("room");
        assert!(leases.remove(first).is_some());
        let second = leases.mint(lease()).expect("room");
        let before = leases.clone();
        for forged in [first.value(), 22, u64::MAX, second.value() + 1] {
            assert_eq!(leases.remove(Context::new(forged).expect("not zero")), None);
        }
        assert_eq!(leases, before);
        assert!(leases.get(second).is_some() && leases.get(first).is_none());
    }
}
