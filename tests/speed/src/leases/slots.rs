//! Leases that are numbers of slots. The payload lies in the slot: no allocation of its own.

use parking_lot::Mutex;

use super::Leases;
use crate::payload::Payload;

/// A table behind one lock.
macro_rules! locked {
    ($Name:ident, $Table:ty, $Key:ty, $remove:ident) => {
        #[derive(Default)]
        pub(super) struct $Name(Mutex<$Table>);

        impl Leases for $Name {
            type Handle = $Key;

            fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> $Key {
                let payload = make();
                self.0.lock().insert(payload)
            }

            fn release(&self, _: usize, handle: $Key) {
                // The lock is open again when the payload is dropped.
                let payload = self.0.lock().$remove(handle);
                drop(payload.expect("live"));
            }
        }
    };
}

locked!(Thunderdome, thunderdome::Arena<Payload>, thunderdome::Index, remove);
locked!(Slab, slab::Slab<Payload>, usize, try_remove);
locked!(SlotMap, slotmap::SlotMap<slotmap::DefaultKey, Payload>, slotmap::DefaultKey, remove);

#[derive(Default)]
pub(super) struct Sharded(sharded_slab::Slab<Payload>);

impl Leases for Sharded {
    type Handle = usize;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> usize {
        self.0.insert(make()).expect("room")
    }

    fn release(&self, _: usize, handle: usize) {
        drop(self.0.take(handle).expect("live"));
    }
}
