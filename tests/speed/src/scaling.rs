//! What many cores do to the engine, on paper: a counting model of locks and cache lines.
//!
//! Each core takes one step after the other, for users that it meets at random. A step holds the lock of the user's
//! shard for a part of its time and writes the lines of that shard and some of the user. A line that another core wrote
//! last must come from there: a transfer. A core that finds the lock taken waits. Nothing here is a clock: the model
//! counts, and says how throughput and transfers grow with cores and shards.

use std::collections::BTreeSet;

use crate::random::Random;

/// What a step is made of.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Ticks that a step takes.
    pub ticks: usize,
    /// Ticks of these that it holds the lock.
    pub held: usize,
    /// Lines of a shard that each step writes: the lock, the heads of its tables, the state of the application.
    pub shard_lines: usize,
    /// Lines of a user that each step writes: the request or the lease, the payload's counts.
    pub user_lines: usize,
    /// How many users there are.
    pub users: usize,
}

impl Shape {
    /// The engine's, as its code reads (ARCHITECTURE.md, *Shards*); how long the lock is held is an estimate.
    pub const ENGINE: Self = Self { ticks: 8, held: 6, shard_lines: 5, user_lines: 3, users: 10_000 };
}

/// What was counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counted {
    /// Steps in the time in which one core alone takes one.
    pub throughput: f64,
    /// Cache lines that came from another core, for each step.
    pub transfers: f64,
    /// Part of the time that cores waited for locks.
    pub waiting: f64,
}

/// What a core does.
#[derive(Clone, Copy)]
enum Core {
    /// Wants the lock for this user.
    Wants(usize),
    /// Has it for so many ticks more, then works without it.
    Holds {
        shard: usize,
        left: usize,
    },
    Works(usize),
}

/// Counts what so many cores do in so many ticks.
#[must_use]
pub fn count(shape: Shape, cores: usize, shards: usize, ticks: usize) -> Counted {
    let mut random = Random::new(cores * 1_000 + shards);
    let mut locked = vec![false; shards];
    // Who wrote last.
    let (mut shard_of, mut user_of) = (vec![0; shards], vec![0; shape.users]);
    let mut all: Vec<Core> = (0..cores).map(|core| Core::Works(core % (shape.ticks - shape.held) + 1)).collect();
    let (mut steps, mut transfers, mut waited) = (0_usize, 0_usize, 0_usize);
    for tick in 0..ticks {
        for turn in 0..cores {
            let core = (turn + tick) % cores; // nobody is always first
            match all[core] {
                Core::Wants(user) if locked[user % shards] => waited += 1,
                Core::Wants(user) => {
                    let shard = user % shards;
                    locked[shard] = true;
                    transfers += usize::from(shard_of[shard] != core) * shape.shard_lines;
                    transfers += usize::from(user_of[user] != core) * shape.user_lines;
                    (shard_of[shard], user_of[user]) = (core, core);
                    all[core] = Core::Holds { shard, left: shape.held - 1 };
                }
                Core::Holds { shard, left: 0 } => {
                    locked[shard] = false;
                    steps += 1;
                    all[core] = Core::Works(shape.ticks - shape.held - 1);
                }
                Core::Holds { shard, left } => all[core] = Core::Holds { shard, left: left - 1 },
                Core::Works(0) => all[core] = Core::Wants(random.below(shape.users)),
                Core::Works(left) => all[core] = Core::Works(left - 1),
            }
        }
    }
    let each = |sum: usize| sum as f64 / steps.max(1) as f64;
    Counted {
        throughput: steps as f64 * (shape.ticks + 1) as f64 / ticks as f64,
        transfers: each(transfers),
        waiting: waited as f64 / (ticks * cores) as f64,
    }
}

/// The table, for so many cores: with one shard, with one for each core, with four for each.
#[must_use]
pub fn table() -> String {
    let mut text = String::from(
        "| cores | shards | throughput, one core = 1 | transfers a step | waiting |\n|---|---|---|---|---|\n",
    );
    for cores in [1, 2, 4, 8, 16, 32, 64] {
        for shards in BTreeSet::from([1, cores, 4 * cores]) {
            let Counted { throughput, transfers, waiting } = count(Shape::ENGINE, cores, shards, 200_000);
            let waiting = 100.0 * waiting;
            text += &format!("| {cores} | {shards} | {throughput:.1} | {transfers:.1} | {waiting:.0} % |\n");
        }
    }
    text
}
