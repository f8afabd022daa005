//! The exact explorer: breadth first, whole states, so a counterexample is provably a shortest one.
//!
//! States are the same if they are equal, or, where that is enough, if they differ in nothing but names ([`Same`]).
//!
//! It also computes what no search of states can see on the way: from every state that can be reached, a state at rest
//! can be reached. (A search for "eventually" misses violations on cycles; this is reachability on the whole graph.)

mod encode;
mod rest;
mod store;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wsman_authz_core::RuleSet;

use crate::model::{Action, Model, Tape, World};
pub use encode::Stream;
use store::{Origin, Seen, Store};

/// How far to go, and whom to tell.
#[derive(Debug, Default)]
pub struct Watch {
    /// States found so far, by all explorations that share this watch.
    pub unique: AtomicU64,
    /// States generated so far.
    pub generated: AtomicU64,
    /// The depth of the exploration that reported last.
    pub depth: AtomicU64,
    /// Set from outside to end early; what ended so is not exhausted.
    pub stop: AtomicBool,
}

/// What one exploration found.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// Different states.
    pub unique: u64,
    /// States generated, the first included.
    pub generated: u64,
    /// Bytes that the states take, each piece of them kept once; without the ways to them and the index over them.
    pub bytes: u64,
    /// Steps to the state farthest from the first.
    pub depth: u32,
    /// Whether every state that can be reached was seen: no bound and no `stop` cut any off.
    pub exhausted: bool,
    /// Which states counted as one.
    pub same: Same,
    /// Witnesses met, as bits in the order of [`crate::model::Witness::ALL`].
    pub witnesses: u32,
    /// Rules of the contract whose premise was reached.
    pub reached: RuleSet,
    /// How it ends badly, if it does.
    pub counterexample: Option<Counterexample>,
    /// How long it took.
    pub time: Duration,
}

/// A shortest way into trouble.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// What the environment does, step by step.
    pub actions: Vec<Action>,
    /// What is wrong at the end.
    pub trouble: Trouble,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// These rules are broken.
    Broken(RuleSet),
    /// No state at rest can be reached any more: something is lost or waits for ever.
    NoRest,
    /// A machine panicked.
    Panic(String),
}

/// Where an exploration stops, after the step in which it gets there. What is cut off so is not exhausted.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// This bounds the memory.
    pub states: usize,
    /// From the first state.
    pub steps: u32,
}

impl Bounds {
    /// So many states, wherever they are.
    #[must_use]
    pub const fn states(states: usize) -> Self {
        Self { states, steps: u32::MAX }
    }
}

/// Which states count as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Same {
    /// Those that are equal.
    #[default]
    Equal,
    /// Those that differ in names only: of users, leases, payloads, tokens, requests ([`Model::nameless`]). The first of
    /// them that is found stands for the others. So a mistake may not show that is in naming itself, or that only what
    /// the contract and the ledger remember tells. Where a model has no such states, only equal ones are the same.
    UpToNames,
}

/// Explores a model to the end, or as far as the bounds are.
#[must_use]
pub fn explore(model: &Model, bounds: Bounds, watch: &Watch) -> Exploration {
    explore_as(Same::Equal, model, bounds, watch)
}

/// As [`explore`], with fewer states where more of them are the same.
#[must_use]
pub fn explore_as(same: Same, model: &Model, bounds: Bounds, watch: &Watch) -> Exploration {
    let same = if model.has_nameless_states() { same } else { Same::Equal };
    Search::new(model, same).run(bounds, watch)
}

/// Replays actions and returns the state at their end.
#[must_use]
pub fn replay(model: &Model, actions: &[Action], tape: &mut Tape) -> World {
    actions.iter().fold(model.initial(), |world, action| model.next(&world, *action, tape))
}

struct Search<'a> {
    model: &'a Model,
    same: Same,
    started: Instant,
    store: Store,
    stream: Stream,
    /// From state to state, for the way back to rest.
    edges: Vec<(u32, u32)>,
    rests: Vec<u32>,
    tape: Tape,
    generated: u64,
    trouble: Option<(u32, Option<Action>, Trouble)>,
}

impl<'a> Search<'a> {
    fn new(model: &'a Model, same: Same) -> Self {
        Self {
            model,
            same,
            started: Instant::now(),
            store: Store::default(),
            stream: Stream::default(),
            edges: Vec::new(),
            rests: Vec::new(),
            tape: Tape::default(),
            generated: 0,
            trouble: None,
        }
    }

    fn run(mut self, bounds: Bounds, watch: &Watch) -> Exploration {
        let initial = self.model.initial();
        let (mut level, mut next) = (Vec::new(), Vec::new());
        self.arrive(initial, None, &mut level);
        let (mut depth, mut exhausted) = (0, true);
        let (mut told_unique, mut told_generated) = (0, 0);
        while !level.is_empty() && self.trouble.is_none() && exhausted {
            for (number, world) in level.drain(..) {
                self.expand(number, world, &mut next);
                if self.trouble.is_some() {
                    break;
                }
            }
            depth += u32::from(!next.is_empty());
            let unique = self.store.len() as u64;
            watch.unique.fetch_add(unique - told_unique, Ordering::Relaxed);
            watch.generated.fetch_add(self.generated - told_generated, Ordering::Relaxed);
            watch.depth.store(depth.into(), Ordering::Relaxed);
            (told_unique, told_generated) = (unique, self.generated);
            let within = self.store.len() <= bounds.states && depth < bounds.steps;
            exhausted = next.is_empty() || within && !watch.stop.load(Ordering::Relaxed);
            std::mem::swap(&mut level, &mut next); // the one that is empty keeps its memory
        }
        if self.trouble.is_none()
            && exhausted
            && let Some(stuck) = rest::first_stuck(self.store.len(), &self.edges, &self.rests)
        {
            self.trouble = Some((stuck, None, Trouble::NoRest));
        }
        self.finish(depth, exhausted)
    }

    fn expand(&mut self, number: u32, world: World, next: &mut Vec<(u32, World)>) {
        let mut actions = Vec::new();
        self.model.actions(&world, &mut actions);
        let Some(last) = actions.pop() else { return };
        let mut origin = Origin { parent: number, action: 0 };
        for action in actions {
            self.step(origin, action, world.clone(), next);
            origin.action += 1;
            if self.trouble.is_some() {
                return;
            }
        }
        self.step(origin, last, world, next);
    }

    fn step(&mut self, origin: Origin, action: Action, mut world: World, next: &mut Vec<(u32, World)>) {
        let step = catch_unwind(AssertUnwindSafe(|| {
            self.model.advance(&mut world, action, &mut self.tape);
            self.arrive(world, Some(origin), next);
        }));
        if let Err(panic) = step {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            self.trouble = Some((origin.parent, Some(action), Trouble::Panic(text.unwrap_or_default())));
        }
    }

    fn arrive(&mut self, mut world: World, origin: Option<Origin>, level: &mut Vec<(u32, World)>) {
        self.generated += 1;
        let seen = match self.same {
            Same::Equal => self.store.add(self.stream.pieces(&world), origin),
            // What ends an exploration, and what it looks for at its end, is no matter of names. Probes know more of a
            // state than its outline.
            Same::UpToNames => {
                self.model.probe(&mut world, &mut self.tape);
                let nameless = (self.model.nameless(&world), world.broken, world.at_rest());
                self.store.add(self.stream.pieces(&nameless), origin)
            }
        };
        let number = match seen {
            Seen::Known(number) => number,
            Seen::New(number) => {
                if self.same == Same::Equal {
                    self.model.probe(&mut world, &mut self.tape);
                }
                if !world.broken.is_empty() {
                    self.trouble = Some((number, None, Trouble::Broken(world.broken)));
                }
                if world.at_rest() {
                    self.rests.push(number);
                }
                level.push((number, world));
                number
            }
        };
        if let Some(origin) = origin {
            self.edges.push((origin.parent, number));
        }
    }

    fn finish(self, depth: u32, exhausted: bool) -> Exploration {
        let counterexample = self.trouble.map(|(number, last, trouble)| {
            let mut world = self.model.initial();
            let mut actions = Vec::new();
            for index in self.store.path(number) {
                let mut choices = Vec::new();
                self.model.actions(&world, &mut choices);
                let action = choices[usize::from(index)];
                world = self.model.next(&world, action, &mut Tape::default());
                actions.push(action);
            }
            actions.extend(last);
            Counterexample { actions, trouble }
        });
        Exploration {
            unique: self.store.len() as u64,
            generated: self.generated,
            bytes: self.store.bytes() as u64,
            depth,
            exhausted: exhausted && counterexample.is_none(),
            same: self.same,
            witnesses: self.tape.witnesses,
            reached: self.tape.reached,
            counterexample,
            time: self.started.elapsed(),
        }
    }
}
