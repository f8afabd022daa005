//! One more lease: the user has a payload, an operation leases it once more and gives it back.

mod engine;
mod pointers;
mod tables;

use std::sync::Mutex;

use crate::harness::{Bench, Case, Contender, Role, Target};
use crate::random::Random;
use crate::threads::{together, with_threads};

/// Somebody who has a payload for each user, each leased once.
pub trait Users: Sync {
    /// The payload of a user is leased once more, and given back.
    fn lease_and_release(&self, thread: usize, user: usize);
}

/// The contenders of one case.
#[derive(Clone, Copy)]
struct Stage {
    users: usize,
    threads: usize,
}

impl Stage {
    fn contender<'a, U: Users + 'a>(self, name: &'static str, role: Role, all: U) -> Contender<'a> {
        let Self { users, threads } = self;
        // They go on from run to run: the same users again would be in the cache.
        let randoms: Vec<_> = (0..threads).map(|thread| Mutex::new(Random::new(thread))).collect();
        let work = move |thread: usize, count: u64| {
            let mut random = randoms[thread].lock().expect("no contender panicked");
            for _ in 0..count {
                let user = if users == 1 { 0 } else { random.below(users) };
                all.lease_and_release(thread, user);
            }
        };
        Contender::timed(name, role, move |count| together(threads, |thread| work(thread, count)))
    }
}

fn case(bench: &mut Bench, name: &str, stage: Stage, most: f64) {
    let Stage { users, .. } = stage;
    let peer = Role::Peer;
    let ours = stage.contender("SharedEngine", Role::Ours, engine::EngineUsers::new(users));
    let contenders = vec![
        stage
            .contender("Arc::increment_strong_count", Role::Limit, pointers::Arcs::new(users))
            .note("unchecked: a pointer is followed"),
        stage.contender("thunderdome + Mutex", peer, tables::Thunderdome::new(users)),
        stage.contender("slab + Mutex", peer, tables::Slab::new(users)).note("tells no stale handle"),
        stage.contender("slotmap + Mutex", peer, tables::SlotMap::new(users)),
        stage.contender("sharded-slab", peer, tables::Sharded::new(users)),
        stage.contender("dashmap", peer, tables::Dash::new(users)),
        stage.contender("scc", peer, tables::Scc::new(users)),
        stage.contender("papaya", peer, tables::Papaya::new(users)),
        ours.note("four steps, with a lease of its own; the user is found by name").target(Target::OfLimit(most)),
    ];
    bench.measure(Case { workload: "W2", name: with_threads(name, stage.threads), parts: &[""], contenders });
}

/// Runs the workload.
pub fn run(bench: &mut Bench) {
    for threads in [1, 2] {
        case(bench, "one user", Stage { users: 1, threads }, 1.5);
    }
    if bench.settings.quick {
        return case(bench, "1k users, random", Stage { users: 1_000, threads: 1 }, 1.5);
    }
    case(bench, "10k users, random", Stage { users: 10_000, threads: 1 }, 1.5);
    case(bench, "1M users, random", Stage { users: 1_000_000, threads: 1 }, 2.0);
}
