//! The shipped host. Its deadlines are its own business, so it is asked for what moves them.

use super::{IDLE_MS, Timers};
use crate::visits::Visits;

pub(super) struct HostTimers(Visits<u32>);

impl HostTimers {
    pub(super) fn new() -> Self {
        Self(Visits::new(IDLE_MS))
    }
}

impl Timers for HostTimers {
    fn insert(&mut self, id: u32, now: u64) {
        self.0.first(id, now);
    }

    fn touch(&mut self, id: u32, now: u64) -> bool {
        self.0.again(id, now);
        true
    }

    fn expire(&mut self, now: u64) -> usize {
        self.0.expire(now)
    }
}
