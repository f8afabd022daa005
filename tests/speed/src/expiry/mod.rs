//! Idle records: each is inserted, touched at random, and at the end all of them expire.
//!
//! Time is passed in and runs at a thousand steps a millisecond; the three parts are timed one by one.

mod host;
mod lists;
mod moka;
mod queues;

use std::time::{Duration, Instant};

use crate::harness::{Bench, Case, Contender, Role, Run, Target};
use crate::random::Random;

/// How long a record may be idle.
const IDLE_MS: u64 = 900_000;

/// The three parts of a run.
const PARTS: &[&str] = &["insert", "touch", "expire"];

/// Somebody who knows what was idle for how long.
trait Timers {
    /// A record begins.
    fn insert(&mut self, id: u32, now: u64);

    /// The record is used; whether it was there.
    fn touch(&mut self, id: u32, now: u64) -> bool;

    /// Waits for real time, where time cannot be passed in.
    fn wait(&mut self) {}

    /// Everything that was idle for too long at `now` leaves; how many.
    fn expire(&mut self, now: u64) -> usize;
}

/// A record was gone before its time: only where real time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TooSlow;

/// One life of `count` records.
fn cycle(timers: &mut impl Timers, count: u32, random: &mut Random) -> Result<[Duration; 3], TooSlow> {
    let start = Instant::now();
    for id in 0..count {
        timers.insert(id, u64::from(id) >> 10);
    }
    let inserted = start.elapsed();
    let (start, mut are_there) = (Instant::now(), true);
    for step in u64::from(count)..2 * u64::from(count) {
        are_there &= timers.touch(random.below(count as usize) as u32, step >> 10);
    }
    let touched = start.elapsed();
    if !are_there {
        return Err(TooSlow);
    }
    timers.wait();
    let start = Instant::now();
    let expired = timers.expire((u64::from(count) >> 9) + IDLE_MS + 1);
    let expiring = start.elapsed();
    if expired == count as usize { Ok([inserted, touched, expiring]) } else { Err(TooSlow) }
}

/// `make` makes room for so many records.
fn contender<'a, T: Timers>(
    name: &'static str,
    role: Role,
    count: u32,
    mut make: impl FnMut(usize) -> T + 'a,
) -> Contender<'a> {
    let mut random = Random::new(0);
    Contender::new(name, role, move |cycles| {
        let mut parts = [Duration::ZERO; 3];
        for _ in 0..cycles {
            let times = cycle(&mut make(count as usize), count, &mut random);
            let times = times.expect("time is passed in: nothing expires early, and everything in the end");
            parts.iter_mut().zip(times).for_each(|(part, time)| *part += time);
        }
        Run { operations: cycles * u64::from(count), parts: parts.to_vec() }
    })
}

fn case(bench: &mut Bench, name: &str, count: u32) {
    let peer = Role::Peer;
    let ours = contender("Host", Role::Ours, count, |_| host::HostTimers::new());
    let contenders = vec![
        contender("array of stamps", Role::Limit, count, lists::Stamps::with_capacity)
            .note("a sweep over all of them says who is due"),
        contender("BTreeMap by deadline", peer, count, queues::Tree::with_capacity),
        contender("tokio-util DelayQueue", peer, count, queues::Delays::with_capacity).note("its clock is paused"),
        contender("hierarchical_hash_wheel_timer", peer, count, |_| queues::Wheel::new())
            .note("a touch cancels and inserts"),
        contender("hashlink LruCache", peer, count, |_| lists::Hashlink::new()),
        contender("lru", peer, count, |_| lists::Lru::new()),
        moka::contender(count),
        ours.note("a touch is a whole request, as in W3; an insert is the first one")
            .target_of("touch", Target::OfLimit(2.0))
            .target_of("expire", Target::OfLimit(1.0)),
    ];
    bench.measure(Case { workload: "W4", name: name.to_owned(), parts: PARTS, contenders });
}

/// Runs the workload.
pub fn run(bench: &mut Bench) {
    case(bench, "1k records", 1_000);
    case(bench, "10k records", 10_000);
    if !bench.settings.quick {
        case(bench, "100k records", 100_000);
        case(bench, "1M records", 1_000_000);
    }
    if bench.settings.full {
        case(bench, "10M records", 10_000_000);
    }
}
