//! Exploring: the shipped machines under a moderately large scenario, in the default dialect.
//!
//! The limit takes every step of the graph and keeps nothing: no search is faster than its model.

use std::collections::HashSet;
use std::hint::black_box;
use std::time::{Duration, Instant};

use stateright::{Checker as _, Model as _};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_models::explore::{Bounds, Same, Stream, Watch, explore, explore_as};
use wsman_authz_models::model::{Checked, Model, Scenario, Tape, World};

use crate::harness::{Bench, Case, Contender, Met, Role, Row, Run};
use crate::threads::{together, with_threads};

/// More states than any scenario has.
const ENOUGH: usize = 10_000_000;

/// What a stored state is to take at most.
const MOST_BYTES: f64 = 64.0;

/// Every state of a model.
fn states(model: &Model) -> Vec<World> {
    let mut seen = HashSet::from([model.initial()]);
    let (mut open, mut actions) = (vec![model.initial()], Vec::new());
    while let Some(world) = open.pop() {
        model.actions(&world, &mut actions);
        for action in actions.drain(..) {
            let next = model.next(&world, action, &mut Tape::default());
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    seen.into_iter().collect()
}

fn steps_alone(model: &Model, worlds: &[World]) {
    let (mut tape, mut actions) = (Tape::default(), Vec::new());
    for world in worlds {
        model.actions(world, &mut actions);
        for action in actions.drain(..) {
            black_box(model.next(world, action, &mut tape));
        }
    }
}

/// The explorer, as `verify` calls it: it must find everything, and nothing wrong.
fn explored(model: &Model, unique: u64) {
    let exploration = explore(model, Bounds::states(ENOUGH), &Watch::default());
    assert!(exploration.exhausted && exploration.unique == unique, "{exploration:?}");
}

fn checked(model: &Model, threads: usize, unique: u64) {
    let checker = Checked::new(model.clone()).checker().threads(threads).spawn_bfs().join();
    assert_eq!(checker.unique_state_count() as u64, unique, "stateright finds the same states");
}

/// `once` sees so many states on each thread.
fn contender<'a>(name: &'static str, role: Role, states: u64, once: impl Fn() -> Duration + 'a) -> Contender<'a> {
    Contender::new(name, role, move |times| {
        let took = (0..times).map(|_| once()).sum();
        Run { operations: times * states, parts: vec![took] }
    })
}

fn case(bench: &mut Bench, name: &str, model: &Model, worlds: &[World], threads: usize) {
    let unique = worlds.len() as u64;
    let stateright = || {
        let start = Instant::now();
        checked(model, threads, unique);
        start.elapsed()
    };
    let contenders = vec![
        contender("steps alone", Role::Limit, unique, || together(threads, |_| steps_alone(model, worlds)))
            .note("nothing is found twice, because nothing is kept"),
        contender("stateright", Role::Peer, unique / threads as u64, stateright)
            .note("breadth first; its threads share one exploration; states are 64-bit hashes"),
        contender("exact explorer", Role::Ours, unique, || together(threads, |_| explored(model, unique)))
            .note("breadth first; one exploration on each thread; whole states, and the way back to rest"),
    ];
    bench.measure(Case { workload: "W5", name: with_threads(name, threads), parts: &[""], contenders });
}

/// What a state takes in the store of the explorer, and what it takes whole.
fn sizes(name: &str, model: &Model, worlds: &[World]) -> [Row; 2] {
    let mut stream = Stream::default();
    let whole: usize = worlds.iter().map(|world| stream.of(world).len()).sum();
    let stored = explore(model, Bounds::states(ENOUGH), &Watch::default()).bytes;
    let mean = |bytes: f64| bytes / worlds.len() as f64;
    let whole = Row::figure("W5", name, "state, whole", mean(whole as f64), "bytes");
    let stored = Row::figure("W5", name, "stored state", mean(stored as f64), "bytes");
    let met = Met { target: format!("≤ {MOST_BYTES} bytes"), met: stored.value <= MOST_BYTES };
    let note = "each piece of a state is kept once; where it ends is in it, the way to it and the index are not".to_owned();
    [whole, Row { role: Role::Ours, targets: vec![met], note, ..stored }]
}

/// How many times fewer states there are if those that differ in names only are one.
fn fewer(name: &str, model: &Model, unique: u64) -> Row {
    let few = explore_as(Same::UpToNames, model, Bounds::states(ENOUGH), &Watch::default());
    let note = format!("{} states are left; with two users and two operations 100 for one are wanted", few.unique);
    let fewer = unique as f64 / few.unique as f64;
    Row { note, ..Row::figure("W5", name, "all states for one up to names", fewer, "states") }
}

/// Runs the workload.
///
/// # Panics
/// If the explorers do not find the same.
pub fn run(bench: &mut Bench) {
    let wanted = if bench.settings.quick { "pairs" } else { "traffic" };
    let scenario = Scenario::find(wanted).expect("a scenario of that name");
    let model = Model::new(scenario.clone(), Dialect::default());
    let worlds = states(&model);
    let name = format!("{wanted}, {} states", worlds.len());
    for threads in [1, 2] {
        case(bench, &name, &model, &worlds, threads);
    }
    sizes(&name, &model, &worlds).into_iter().for_each(|row| bench.add(row));
    bench.add(fewer(&name, &model, worlds.len() as u64));
}
