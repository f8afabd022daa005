//! What a release may end: a lease, or where equal values are one lease, all leases of an application with the value.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::lease::{Due, Lease, Place, Standing};
use super::sight::Sight;
use super::{Contract, Vantage};
use crate::dialect::{Overdue, Refusal};
use crate::id::{ApplicationId, Context};

/// What one release ends: a lease, or all leases of an application with the value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) after: u64,
    pub(super) application: ApplicationId,
    /// Its release breaks nothing, whenever it was.
    pub(super) harmless: bool,
    /// The completion that reported it has not returned: if it is refused yet, no release was of it.
    pub(super) unsettled: bool,
    /// The place of its first lease.
    pub(super) place: Place,
}

impl Slot {
    fn of<K, M>(lease: &Lease<K, M>, place: Place) -> Self {
        let harmless = matches!(lease.standing, Standing::Due(_) | Standing::Unseen);
        Self { after: lease.after, application: lease.application, harmless, unsettled: false, place }
    }
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// Everything that a release of the value may end now, in the order of the leases.
    pub(super) fn slots(&self, context: Context) -> Vec<Slot> {
        if self.per_value() {
            return self.shared_slots(context);
        }
        let slot = |(place, lease): (Place, &Lease<K, M>)| Slot {
            unsettled: self.may_be_refused(lease) && self.is_unsettled(context, lease),
            ..Slot::of(lease, place)
        };
        let leases = self.leases.but_operations_of(context);
        leases.filter(|(_, lease)| self.may_be_released(lease)).map(slot).collect()
    }

    /// Whether the host may refuse the completion that reported it, if that has not returned. A yes of an application
    /// that is being shut down is refused as well, but nothing is left beside it that a release could have been of.
    fn may_be_refused(&self, lease: &Lease<K, M>) -> bool {
        self.refuses() || lease.standing == Standing::Due(Due::Late)
    }

    /// Whether the host may refuse any completion that fits, for all that is seen. It refuses one that comes after it gave
    /// the request up, and the plug-in does not see that.
    pub(super) fn refuses(&self) -> bool {
        let unseen = self.vantage == Vantage::Plugin && self.dialect.overdue == Overdue::TimesOut;
        self.dialect.refusal == Refusal::Refuses || unseen
    }

    /// The same where all leases of an application are released as one.
    fn shared_slots(&self, context: Context) -> Vec<Slot> {
        let mut slots: BTreeMap<ApplicationId, Option<Slot>> = BTreeMap::new();
        for lease in self.leases.of(context) {
            let slot = Slot::of(lease, (lease.standing, 0));
            let shared = slots.entry(lease.application).or_insert(Some(slot));
            let is_in_its_way = !self.may_be_released(lease) && !self.is_beside(context, lease);
            *shared = shared.filter(|_| !is_in_its_way).map(|shared| Slot {
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
        let shared = application.map(|application| {
            let certain =
                move |lease: &&Lease<K, M>| lease.application == application && !self.is_beside(context, lease);
            self.leases.of(context).filter(certain)
        });
        let one = if application.is_none() { self.leases.at(context, slot.place) } else { None };
        shared.into_iter().flatten().chain(one)
    }

    /// Where equal values are one lease: whether this one has others of its value beside it, and its own completion has
    /// not returned. It may have come after the release of those, or be refused yet.
    pub(super) fn is_beside(&self, context: Context, lease: &Lease<K, M>) -> bool {
        self.is_unsettled(context, lease)
            && self.leases.of(context).filter(|other| other.application == lease.application).nth(1).is_some()
    }

    /// A release ended the lease of the value at the place, or where equal values are one, all of the application.
    pub(super) fn end_at(&mut self, context: Context, application: ApplicationId, place: Place, sight: &mut Sight<M>) {
        if self.per_value() {
            self.end_value(context, application, sight);
        } else if let Some(lease) = self.leases.take_at(context, place) {
            self.released(context, &lease, sight);
        }
    }

    /// One release ended all leases of the application with the value. Of those that are beside the others nobody will
    /// know.
    fn end_value(&mut self, context: Context, application: ApplicationId, sight: &mut Sight<M>) {
        let of_it = self.leases.of(context).filter(|lease| lease.application == application);
        let beside: Vec<M> = of_it.filter(|lease| self.is_beside(context, lease)).map(|lease| lease.mark).collect();
        for mut lease in self.leases.take_value(context, application) {
            if beside.contains(&lease.mark) {
                lease.doubtful = true;
                self.payloads.unlinked(lease.payload.take(), application);
                self.leases.insert(context, lease);
            } else {
                self.released(context, &lease, sight);
            }
        }
    }

    /// Whether a release of it would break nothing: it is due, or ends its record.
    pub(super) fn may_be_released(&self, lease: &Lease<K, M>) -> bool {
        match lease.standing {
            Standing::Due(_) | Standing::Unseen => true,
            Standing::Record => !self.is_under_renewal(lease),
            Standing::Operation(_) => false,
        }
    }
}
