//! What a release may end: a lease, or where equal values are one lease, all leases of an application with the value.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::Contract;
use super::lease::{Lease, Place, Standing};
use crate::id::{ApplicationId, Context};

/// What one release ends: a lease, or all leases of an application with the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) after: u64,
    pub(super) application: ApplicationId,
    /// Its release breaks nothing, whenever it was.
    pub(super) harmless: bool,
    /// The place of its first lease.
    pub(super) place: Place,
}

impl Slot {
    fn of<K, M>(lease: &Lease<K, M>, place: Place) -> Self {
        let harmless = matches!(lease.standing, Standing::Due(_) | Standing::Unseen);
        Self { after: lease.after, application: lease.application, harmless, place }
    }
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// Everything that a release of the value may end now, in the order of the leases.
    pub(super) fn slots(&self, context: Context) -> Vec<Slot> {
        if self.per_value() {
            return self.shared_slots(context);
        }
        let leases = self.leases.but_operations_of(context);
        leases.filter(|(_, lease)| self.may_be_released(lease)).map(|(place, lease)| Slot::of(lease, place)).collect()
    }

    /// The same where all leases of an application are released as one.
    fn shared_slots(&self, context: Context) -> Vec<Slot> {
        let mut slots: BTreeMap<ApplicationId, Option<Slot>> = BTreeMap::new();
        for lease in self.leases.of(context) {
            let slot = Slot::of(lease, (lease.standing, 0));
            let shared = slots.entry(lease.application).or_insert(Some(slot));
            *shared = shared.filter(|_| self.may_be_released(lease)).map(|shared| Slot {
                after: shared.after.max(slot.after),
                harmless: shared.harmless && slot.harmless,
                ..shared
            });
        }
        slots.into_values().flatten().collect()
    }

    /// The leases that a release of the slot ends.
    pub(super) fn ends(&self, context: Context, slot: &Slot) -> impl Iterator<Item = &Lease<K, M>> {
        let application = self.per_value().then_some(slot.application);
        let shared = application
            .map(|application| self.leases.of(context).filter(move |lease| lease.application == application));
        let one = if application.is_none() { self.leases.at(context, slot.place) } else { None };
        shared.into_iter().flatten().chain(one)
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
