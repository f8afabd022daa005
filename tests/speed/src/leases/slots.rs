//! Leases that are numbers of slots. The payload lies in the slot: no allocation of its own.

use parking_lot::Mutex;

use super::Leases;
use crate::payload::Payload;

#[derive(Default)]
pub(super) struct Thunderdome(Mutex<thunderdome::Arena<Payload>>);

impl Leases for Thunderdome {
    type Handle = thunderdome::Index;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> Self::Handle {
        let payload = make();
        self.0.lock().insert(payload)
    }

    fn release(&self, _: usize, handle: Self::Handle) {
        // The lock is open again when the payload is dropped: here, and in the others below.
        let payload = self.0.lock().remove(handle);
        drop(payload.expect("live"));
    }
}

#[derive(Default)]
pub(super) struct Slab(Mutex<slab::Slab<Payload>>);

impl Leases for Slab {
    type Handle = usize;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> usize {
        let payload = make();
        self.0.lock().insert(payload)
    }

    fn release(&self, _: usize, handle: usize) {
        let payload = self.0.lock().try_remove(handle);
        drop(payload.expect("live"));
    }
}

#[derive(Default)]
pub(super) struct SlotMap(Mutex<slotmap::SlotMap<slotmap::DefaultKey, Payload>>);

impl Leases for SlotMap {
    type Handle = slotmap::DefaultKey;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> Self::Handle {
        let payload = make();
        self.0.lock().insert(payload)
    }

    fn release(&self, _: usize, handle: Self::Handle) {
        let payload = self.0.lock().remove(handle);
        drop(payload.expect("live"));
    }
}

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
