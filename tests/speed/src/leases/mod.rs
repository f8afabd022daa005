//! The life of a lease: a context with a fresh payload behind it is reported, released, and the payload dropped.
//!
//! ```text
//! pattern          live     which one is released next
//! ──────────────   ──────   ──────────────────────────
//! immediate        none     the one just reported
//! 64, in order     64       the oldest
//! 100k, random     100,000  any
//! ```

mod boxes;
mod engine;
mod maps;
mod slots;

use std::any::Any;
use std::hint::black_box;
use std::sync::Mutex;

pub use boxes::Counted;
pub use engine::EngineLeases;

use crate::harness::{Bench, Case, Contender, Role, Target};
use crate::payload::{Maker, Payload};
use crate::random::Random;
use crate::threads::{together, with_threads};

/// Somebody who keeps payloads behind handles.
pub trait Leases: Sync {
    /// What is reported.
    type Handle: Copy + Send;

    /// A lease on a fresh payload, as `make` makes it.
    fn report(&self, thread: usize, make: impl FnOnce() -> Payload) -> Self::Handle;

    /// The lease ends and the payload is dropped.
    fn release(&self, thread: usize, handle: Self::Handle);
}

/// Which leases are live while one comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pattern {
    Immediate,
    InOrder(usize),
    Random(usize),
}

impl Pattern {
    /// The leases that each of so many threads keeps.
    const fn live(self, threads: usize) -> usize {
        match self {
            Self::Immediate => 0,
            Self::InOrder(live) => live,
            Self::Random(live) => live / threads,
        }
    }
}

/// One contender at its work.
struct Work<L: Leases> {
    leases: L,
    pattern: Pattern,
    makers: Vec<Maker>,
    /// What each thread keeps alive, and its random numbers, which go on from run to run.
    live: Vec<Mutex<(Vec<L::Handle>, Random)>>,
}

impl<L: Leases> Work<L> {
    fn new(leases: L, pattern: Pattern, threads: usize) -> Self {
        let makers: Vec<Maker> = (0..threads).map(Maker::new).collect();
        let keep = |thread: usize| {
            let one = |number: usize| leases.report(thread, || makers[thread].make(number as u64));
            Mutex::new(((0..pattern.live(threads)).map(one).collect(), Random::new(thread)))
        };
        let live = (0..threads).map(keep).collect();
        Self { leases, pattern, makers, live }
    }

    /// `count` leases come and go on this thread.
    fn run(&self, thread: usize, count: u64) {
        let (leases, maker) = (&self.leases, &self.makers[thread]);
        let mut state = self.live[thread].lock().expect("no contender panicked");
        let (live, random) = &mut *state;
        let report = |number| leases.report(thread, || maker.make(number));
        match self.pattern {
            Pattern::Immediate => (0..count).for_each(|number| leases.release(thread, black_box(report(number)))),
            Pattern::InOrder(_) => {
                for (number, place) in (0..count).zip((0..live.len()).cycle()) {
                    leases.release(thread, live[place]);
                    live[place] = report(number);
                }
            }
            Pattern::Random(_) => {
                for number in 0..count {
                    let place = random.below(live.len());
                    leases.release(thread, live[place]);
                    live[place] = report(number);
                }
            }
        }
    }
}

impl<L: Leases> Drop for Work<L> {
    fn drop(&mut self) {
        for (thread, live) in self.live.iter_mut().enumerate() {
            let live = live.get_mut().map(|(live, _)| std::mem::take(live));
            live.into_iter().flatten().for_each(|handle| self.leases.release(thread, handle));
        }
    }
}

/// The contenders of one case.
struct Stage {
    pattern: Pattern,
    threads: usize,
}

impl Stage {
    fn contender<'a, L: Leases + 'a>(&self, name: &'static str, role: Role, leases: L) -> Contender<'a> {
        let (work, threads) = (Work::new(leases, self.pattern, self.threads), self.threads);
        Contender::timed(name, role, move |count| together(threads, |thread| work.run(thread, count)))
    }

    fn peers(&self) -> Vec<Contender<'static>> {
        let peer = Role::Peer;
        vec![
            self.contender("Box with a count", Role::Limit, boxes::Boxes).note("unchecked: a pointer is followed"),
            self.contender("Arc::into_raw", peer, boxes::Arcs).note("unchecked"),
            self.contender("thunderdome + Mutex", peer, slots::Thunderdome::default()),
            self.contender("slab + Mutex", peer, slots::Slab::default()).note("tells no stale handle"),
            self.contender("slotmap + Mutex", peer, slots::SlotMap::default()),
            self.contender("sharded-slab", peer, slots::Sharded::default()),
            self.contender("dashmap", peer, maps::Dash::default()),
            self.contender("scc", peer, maps::Scc::default()),
            self.contender("papaya", peer, maps::Papaya::default()).note("drops later, in batches"),
        ]
    }
}

/// Makes so many leases, and the table in which they are. What is not in a table stays for ever.
type Hold<'a> = &'a dyn Fn(usize) -> Box<dyn Any>;

/// Tells every contender but the engine, with what makes leases at it. Who keeps the handles is the host's business.
pub(crate) fn each_holding(mut tell: impl FnMut(&str, Role, Hold<'_>)) {
    fn hold<L: Leases + Default + 'static>(count: usize) -> Box<dyn Any> {
        let (leases, maker) = (L::default(), Maker::new(0));
        for number in 0..count {
            // Seen by nobody, an allocation is none.
            black_box(leases.report(0, || maker.make(number as u64)));
        }
        Box::new(leases)
    }
    tell("Box with a count", Role::Limit, &hold::<boxes::Boxes>);
    tell("Arc::into_raw", Role::Peer, &hold::<boxes::Arcs>);
    tell("thunderdome", Role::Peer, &hold::<slots::Thunderdome>);
    tell("slab", Role::Peer, &hold::<slots::Slab>);
    tell("slotmap", Role::Peer, &hold::<slots::SlotMap>);
    tell("sharded-slab", Role::Peer, &hold::<slots::Sharded>);
    tell("dashmap", Role::Peer, &hold::<maps::Dash>);
    tell("scc", Role::Peer, &hold::<maps::Scc>);
    tell("papaya", Role::Peer, &hold::<maps::Papaya>);
}

/// As far as it goes without the C boundary.
fn tables(bench: &mut Bench, pattern: Pattern, name: &str, threads: usize) {
    let stage = Stage { pattern, threads };
    let mut contenders = stage.peers();
    let engine = stage.contender("SharedEngine", Role::Ours, EngineLeases::new(threads));
    let engine = engine.note("four steps: asked, answered, completed, released; the user is found by name");
    contenders.push(engine.target(Target::OfLimit(1.0)));
    bench.measure(Case { workload: "W1", name: with_threads(name, threads), parts: &[""], contenders });
}

/// Through the exports of three plug-ins, by the same host.
fn exports(bench: &mut Bench, pattern: Pattern, name: &str, threads: usize) {
    use crate::plug_in::{ByHand, HostSide, Named, Shipped};
    let stage = Stage { pattern, threads };
    let contenders = vec![
        stage
            .contender("exports by hand", Role::Limit, HostSide::<ByHand>::start(threads))
            .note("unchecked: does not even read who asks"),
        stage
            .contender("exports by hand, user looked up", Role::Peer, HostSide::<Named>::start(threads))
            .note("unchecked, but reads who asks and denies whom it does not know"),
        stage.contender("export_plugin!", Role::Ours, HostSide::<Shipped>::start(threads)).target(Target::OfLimit(1.3)),
    ];
    let name = format!("exports, {}", with_threads(name, threads));
    bench.measure(Case { workload: "W1", name, parts: &[""], contenders });
}

/// Runs the workload.
pub fn run(bench: &mut Bench) {
    let many = if bench.settings.quick { 1_000 } else { 100_000 };
    let patterns = [
        (Pattern::Immediate, "immediate"),
        (Pattern::InOrder(64), "64 live, in order"),
        (Pattern::Random(many), if bench.settings.quick { "1k live, random" } else { "100k live, random" }),
    ];
    for (pattern, name) in patterns {
        for threads in [1, 2] {
            tables(bench, pattern, name, threads);
            exports(bench, pattern, name, threads);
        }
    }
}
