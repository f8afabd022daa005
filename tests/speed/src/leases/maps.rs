//! Leases that are numbers from a counter, found in a concurrent map.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;

use super::Leases;
use crate::payload::Payload;

type Hasher = foldhash::fast::FixedState;

/// Numbers that are never given twice.
#[derive(Default)]
struct Numbers(AtomicU64);

impl Numbers {
    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

#[derive(Default)]
pub(super) struct Dash {
    numbers: Numbers,
    map: DashMap<u64, Payload, Hasher>,
}

impl Leases for Dash {
    type Handle = u64;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> u64 {
        let number = self.numbers.next();
        self.map.insert(number, make());
        number
    }

    fn release(&self, _: usize, handle: u64) {
        drop(self.map.remove(&handle).expect("live"));
    }
}

#[derive(Default)]
pub(super) struct Scc {
    numbers: Numbers,
    map: scc::HashMap<u64, Payload, Hasher>,
}

impl Leases for Scc {
    type Handle = u64;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> u64 {
        let number = self.numbers.next();
        assert!(self.map.insert_sync(number, make()).is_ok(), "a fresh number");
        number
    }

    fn release(&self, _: usize, handle: u64) {
        drop(self.map.remove_sync(&handle).expect("live"));
    }
}

#[derive(Default)]
pub(super) struct Papaya {
    numbers: Numbers,
    map: papaya::HashMap<u64, Payload, Hasher>,
}

impl Leases for Papaya {
    type Handle = u64;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> u64 {
        let number = self.numbers.next();
        self.map.pin().insert(number, make());
        number
    }

    fn release(&self, _: usize, handle: u64) {
        assert!(self.map.pin().remove(&handle).is_some(), "live");
    }
}
