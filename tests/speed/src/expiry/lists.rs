//! Stamps by number, and lists in the order of use: since every record may be idle for equally long, the one that was
//! used longest ago is the next to expire.

use std::hint::black_box;

use super::{IDLE_MS, Timers};

pub(super) struct Stamps(Vec<u64>);

impl Stamps {
    /// What is not there has this stamp.
    const GONE: u64 = u64::MAX;

    pub(super) fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }
}

impl Timers for Stamps {
    fn insert(&mut self, _: u32, now: u64) {
        self.0.push(now + IDLE_MS);
    }

    fn touch(&mut self, id: u32, now: u64) -> bool {
        self.0[id as usize] = now + IDLE_MS;
        true
    }

    fn expire(&mut self, now: u64) -> usize {
        let mut expired = 0;
        for (id, stamp) in self.0.iter_mut().enumerate().filter(|(_, stamp)| **stamp <= now) {
            black_box(id);
            *stamp = Self::GONE;
            expired += 1;
        }
        expired
    }
}

pub(super) struct Hashlink(hashlink::LruCache<u32, u64>);

impl Hashlink {
    pub(super) fn new() -> Self {
        Self(hashlink::LruCache::new_unbounded())
    }
}

impl Timers for Hashlink {
    fn insert(&mut self, id: u32, now: u64) {
        self.0.insert(id, now + IDLE_MS);
    }

    fn touch(&mut self, id: u32, now: u64) -> bool {
        self.0.get_mut(&id).map(|deadline| *deadline = now + IDLE_MS).is_some()
    }

    fn expire(&mut self, now: u64) -> usize {
        let mut expired = 0;
        while self.0.iter().next().is_some_and(|(_, deadline)| *deadline <= now) {
            black_box(self.0.remove_lru());
            expired += 1;
        }
        expired
    }
}

pub(super) struct Lru(lru::LruCache<u32, u64>);

impl Lru {
    pub(super) fn new() -> Self {
        Self(lru::LruCache::unbounded())
    }
}

impl Timers for Lru {
    fn insert(&mut self, id: u32, now: u64) {
        self.0.put(id, now + IDLE_MS);
    }

    fn touch(&mut self, id: u32, now: u64) -> bool {
        self.0.get_mut(&id).map(|deadline| *deadline = now + IDLE_MS).is_some()
    }

    fn expire(&mut self, now: u64) -> usize {
        let mut expired = 0;
        while self.0.peek_lru().is_some_and(|(_, deadline)| *deadline <= now) {
            black_box(self.0.pop_lru());
            expired += 1;
        }
        expired
    }
}
