//! Payloads: the author's values, each with two counts that are never added up.
//!
//! ```text
//! leases  pins   payload
//! ──────  ─────  ─────────────────────────────────────────────
//! > 0     any    the host holds it (CL-12)
//! 0       > 0    only a request in flight may look at it (CL-12)
//! 0       0      leaves the table, to be dropped once (CL-13)
//! ```

use core::num::NonZeroU32;

use crate::slab::Slab;

/// The number of a payload in its shard. It begins at 1, so that a lease without a payload takes no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PayloadNumber(NonZeroU32);

impl PayloadNumber {
    const fn of(slot: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(slot)) // exact: the last number of a slab is never given out
    }

    const fn slot(self) -> u32 {
        self.0.get() - 1
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Counted<P> {
    value: P,
    leases: u32,
    pins: u32,
}

/// All payloads of a shard, by number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PayloadTable<P> {
    payloads: Slab<Counted<P>>,
}

impl<P> Default for PayloadTable<P> {
    fn default() -> Self {
        Self { payloads: Slab::default() }
    }
}

impl<P: Clone> PayloadTable<P> {
    /// Takes a payload with its first lease; gives it back if there is no room.
    pub(super) fn insert_leased(&mut self, value: P) -> Result<PayloadNumber, P> {
        let slot = self.payloads.insert(Counted { value, leases: 1, pins: 0 });
        slot.map(PayloadNumber::of).map_err(|counted| counted.value)
    }

    /// Counts one more lease (CL-22: also when the payload is reported again).
    pub(super) fn lease(&mut self, number: PayloadNumber) {
        if let Some(counted) = self.payloads.get_mut(number.slot()) {
            counted.leases += 1;
        }
    }

    /// Pins the payload for a request in flight and shows it (CL-12).
    pub(super) fn pin(&mut self, number: PayloadNumber) -> Option<P> {
        let counted = self.payloads.get_mut(number.slot())?;
        counted.pins += 1;
        Some(counted.value.clone())
    }

    /// Ends one lease; the payload, if that was the last thing that kept it (CL-13).
    pub(super) fn unlease(&mut self, number: PayloadNumber) -> Option<P> {
        let counted = self.payloads.get_mut(number.slot())?;
        counted.leases = counted.leases.saturating_sub(1);
        self.take_if_unused(number)
    }

    /// Ends one pin; the payload, if that was the last thing that kept it (CL-13).
    pub(super) fn unpin(&mut self, number: PayloadNumber) -> Option<P> {
        let counted = self.payloads.get_mut(number.slot())?;
        counted.pins = counted.pins.saturating_sub(1);
        self.take_if_unused(number)
    }

    fn take_if_unused(&mut self, number: PayloadNumber) -> Option<P> {
        let counted = self.payloads.get(number.slot())?;
        if counted.leases > 0 || counted.pins > 0 {
            return None; // CL-12
        }
        self.payloads.remove(number.slot()).map(|counted| counted.value)
    }

    /// The value, whatever keeps it. Only seeded faults and tests look.
    pub(super) fn peek(&self, number: PayloadNumber) -> Option<&P> {
        self.payloads.get(number.slot()).map(|counted| &counted.value)
    }

    pub(super) fn len(&self) -> usize {
        self.payloads.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cl_13_a_payload_leaves_once_after_its_last_lease_and_pin() {
        let mut payloads = PayloadTable::default();
        let number = payloads.insert_leased('p').expect("room");
        assert_eq!(payloads.pin(number), Some('p'));
        payloads.lease(number);
        assert_eq!(payloads.unlease(number), None, "CL-22: a second lease stands on it");
        assert_eq!(payloads.unlease(number), None, "CL-12: a request may look at it");
        assert_eq!(payloads.unpin(number), Some('p'));
        assert_eq!((payloads.unpin(number), payloads.unlease(number), payloads.len()), (None, None, 0));
    }
}
