//! Queues in the order of deadlines: a tree, and two wheels of timers.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::hint::black_box;
use std::rc::Rc;
use std::sync::LazyLock;
use std::time::Duration;

use hierarchical_hash_wheel_timer::wheels::Skip;
use hierarchical_hash_wheel_timer::wheels::cancellable::{CancellableTimerEntry, QuadWheelWithOverflow};
use tokio::runtime::{EnterGuard, Runtime};
use tokio::time::{Instant, advance};
use tokio_util::time::{DelayQueue, delay_queue};

use super::{IDLE_MS, Timers};

pub(super) struct Tree {
    by_deadline: BTreeMap<(u64, u32), ()>,
    deadlines: Vec<u64>,
}

impl Tree {
    pub(super) fn with_capacity(count: usize) -> Self {
        Self { by_deadline: BTreeMap::new(), deadlines: Vec::with_capacity(count) }
    }
}

impl Timers for Tree {
    fn insert(&mut self, id: u32, now: u64) {
        self.deadlines.push(now + IDLE_MS);
        self.by_deadline.insert((now + IDLE_MS, id), ());
    }

    fn touch(&mut self, id: u32, now: u64) -> bool {
        let deadline = &mut self.deadlines[id as usize];
        let was_there = self.by_deadline.remove(&(*deadline, id)).is_some();
        *deadline = now + IDLE_MS;
        self.by_deadline.insert((*deadline, id), ());
        was_there
    }

    fn expire(&mut self, now: u64) -> usize {
        let mut expired = 0;
        while let Some(entry) = self.by_deadline.first_entry().filter(|entry| entry.key().0 <= now) {
            black_box(entry.remove_entry());
            expired += 1;
        }
        expired
    }
}

/// The queue needs a runtime for its clock; the clock stands still until it is told to move.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime of one thread")
});

pub(super) struct Delays {
    _inside: EnterGuard<'static>,
    start: Instant,
    queue: DelayQueue<u32>,
    keys: Vec<delay_queue::Key>,
}

impl Delays {
    pub(super) fn with_capacity(count: usize) -> Self {
        let inside = RUNTIME.enter();
        let (queue, keys) = (DelayQueue::with_capacity(count), Vec::with_capacity(count));
        Self { _inside: inside, start: Instant::now(), queue, keys }
    }

    fn deadline(&self, now: u64) -> Instant {
        self.start + Duration::from_millis(now + IDLE_MS)
    }
}

impl Timers for Delays {
    fn insert(&mut self, id: u32, now: u64) {
        let key = self.queue.insert_at(id, self.deadline(now));
        self.keys.push(key);
    }

    fn touch(&mut self, id: u32, now: u64) -> bool {
        self.queue.reset_at(&self.keys[id as usize], self.deadline(now));
        true
    }

    fn expire(&mut self, now: u64) -> usize {
        let queue = &mut self.queue;
        RUNTIME.block_on(async {
            advance(Duration::from_millis(now)).await;
            let mut expired = 0;
            while let Some(entry) = poll_fn(|context| queue.poll_expired(context)).await {
                black_box(entry.into_inner());
                expired += 1;
            }
            expired
        })
    }
}

/// An entry of the wheel.
#[derive(Debug)]
struct Entry(u32);

impl CancellableTimerEntry for Entry {
    type Id = u32;

    fn id(&self) -> &u32 {
        &self.0
    }
}

pub(super) struct Wheel {
    wheel: QuadWheelWithOverflow<Entry>,
    now: u64,
}

impl Wheel {
    pub(super) fn new() -> Self {
        Self { wheel: QuadWheelWithOverflow::new(), now: 0 }
    }

    /// Time passes; how many entries are due.
    fn advance(&mut self, now: u64) -> usize {
        let mut expired = 0;
        while self.now < now {
            match self.wheel.can_skip() {
                Skip::Empty => self.now = now,
                Skip::Millis(most) => {
                    let span = (now - self.now).min(u64::from(most));
                    self.wheel.skip(span as u32);
                    self.now += span;
                }
                Skip::None => {
                    let due = self.wheel.tick();
                    self.now += 1;
                    expired += due.len();
                    black_box(due);
                }
            }
        }
        expired
    }
}

impl Timers for Wheel {
    fn insert(&mut self, id: u32, now: u64) {
        assert_eq!(self.advance(now), 0, "nothing is due yet");
        let inserted = self.wheel.insert_ref_with_delay(Rc::new(Entry(id)), Duration::from_millis(IDLE_MS));
        assert!(inserted.is_ok(), "the delay is not over");
    }

    fn touch(&mut self, id: u32, now: u64) -> bool {
        let was_there = self.wheel.cancel(&id).is_ok();
        self.insert(id, now);
        was_there
    }

    fn expire(&mut self, now: u64) -> usize {
        self.advance(now)
    }
}
