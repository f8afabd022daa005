//! moka takes its time from the system, so it has to be waited for: as long as a cycle needs, and no longer.

use std::thread;
use std::time::{Duration, Instant};

use super::{Timers, TooSlow, cycle};
use crate::harness::{Contender, Role, Run};
use crate::random::Random;

struct Moka {
    cache: moka::sync::Cache<u32, ()>,
    idle: Duration,
    touched: Instant,
}

impl Moka {
    fn new(idle: Duration) -> Self {
        let cache = moka::sync::Cache::builder().time_to_idle(idle).build();
        Self { cache, idle, touched: Instant::now() }
    }
}

impl Timers for Moka {
    fn insert(&mut self, id: u32, _: u64) {
        self.cache.insert(id, ());
    }

    fn touch(&mut self, id: u32, _: u64) -> bool {
        self.cache.get(&id).is_some()
    }

    fn wait(&mut self) {
        // What is still in its queues belongs to the touches, not to the expiry.
        self.cache.run_pending_tasks();
        self.touched = Instant::now();
        thread::sleep(self.idle + Duration::from_millis(2));
    }

    fn expire(&mut self, _: u64) -> usize {
        let before = self.cache.entry_count();
        while self.cache.entry_count() > 0 {
            assert!(self.touched.elapsed() < self.idle * 4 + Duration::from_secs(60), "moka expires what is idle");
            self.cache.run_pending_tasks();
        }
        before as usize
    }
}

/// moka with a time to idle that leaves it enough to insert and to touch.
pub(super) fn contender(count: u32) -> Contender<'static> {
    let mut random = Random::new(0);
    let mut idle = Duration::from_millis(30) + Duration::from_micros(3) * count;
    let run = move |cycles: u64| {
        let mut parts = [Duration::ZERO; 3];
        let mut done = 0;
        while done < cycles {
            match cycle(&mut Moka::new(idle), count, &mut random) {
                Ok(times) => {
                    parts.iter_mut().zip(times).for_each(|(part, time)| *part += time);
                    done += 1;
                }
                Err(TooSlow) => {
                    idle *= 2;
                    assert!(idle < Duration::from_secs(600), "a cycle takes minutes, or moka loses records");
                }
            }
        }
        Run { operations: cycles * u64::from(count), parts: parts.to_vec() }
    };
    Contender::new("moka, time_to_idle", Role::Peer, run)
        .at_most(if count > 1_000 { 1 } else { 4 })
        .note("reads the clock; expires in real time, so its runs are short")
}
