//! Linearizability: whatever several threads saw of the shared engine, one order of the same steps on the pure engine
//! explains it.
//!
//! Histories are recorded on the system's threads, and, built with `--cfg wsman_authz_shuttle`, on random schedules of
//! more threads than loom can hold (`tests/scripts/shuttle.sh`). Stateright's tester looks for the order; the pure
//! [`wsman_authz_core::engine::Engine`] is the specification.

#![cfg(not(wsman_authz_loom))]
#![allow(clippy::disallowed_methods, reason = "these tests are about threads")]

mod history;
mod player;

use std::sync::{Arc, Barrier};

use wsman_authz_core::Timestamp;
use wsman_authz_core::call::Identity;
use wsman_authz_core::engine::{Answer, Effect, EngineConfig, Input, Payload};
use wsman_authz_core::sync::{Mutex, thread};

use history::{Act, History, Saw, Subject, engine};
use player::play;

/// An engine under a lock that is taken twice for one step: the mistake that the tester must find.
struct Torn {
    engine: Mutex<history::Pure>,
    /// Both threads have read before one writes.
    both: Option<Barrier>,
}

impl Subject for Torn {
    fn act(&self, act: &Act) -> Saw {
        let mut copy = self.engine.lock().clone();
        let saw = act.on(&mut copy);
        self.both.as_ref().map(Barrier::wait);
        *self.engine.lock() = copy;
        saw
    }
}

/// An engine with one lease, and what releases it.
fn one_lease() -> (history::Pure, Act) {
    let mut engine = engine(EngineConfig::default());
    let answer = Answer::AllowUser { payload: Payload::Fresh(1), identity: Identity::Client, administrator: false };
    let sender = wsman_authz_core::Sender::new(1).expect("not NULL");
    let application = player::APPLICATION;
    let asked = engine.step(Timestamp(0), Input::AuthorizeUser { application, sender, user: 1 }).expect("it runs");
    let [Effect::Ask { request, .. }] = asked.as_slice() else { panic!("{asked:?}") };
    let request = *request;
    let said = engine.step(Timestamp(0), Input::Answer { request, answer }).expect("always taken");
    let [Effect::Complete { completion, .. }] = said.as_slice() else { panic!("{said:?}") };
    let context = completion.context;
    assert!(engine.step(Timestamp(0), Input::Completed { request, error: 0 }).is_ok());
    (engine, Act::Step(0, Input::Release { context }))
}

/// Two threads act once each; what they saw.
fn two_at_once(subject: impl Subject + Send + Sync + 'static, start: history::Pure, act: &Act) -> Arc<History> {
    let (subject, history) = (Arc::new(subject), Arc::new(History::new(start)));
    let threads = [1, 2].map(|number| {
        let (subject, history, act) = (Arc::clone(&subject), Arc::clone(&history), act.clone());
        thread::spawn(move || drop(history.record(number, &*subject, act)))
    });
    threads.into_iter().for_each(|thread| thread.join().expect("it only acts"));
    history
}

#[cfg(not(wsman_authz_shuttle))]
#[test]
fn a_torn_step_is_not_linearizable() {
    let (engine, release) = one_lease();
    let torn = Torn { engine: Mutex::new(engine.clone()), both: Some(Barrier::new(2)) };
    let history = two_at_once(torn, engine, &release);
    assert_eq!(history.order(), None, "both releases were taken: no order explains it");
}

#[cfg(not(wsman_authz_shuttle))]
#[test]
fn whole_steps_of_two_threads_are_linearizable() {
    let (engine, release) = one_lease();
    let history = two_at_once(player::shared(engine.clone()), engine, &release);
    assert_eq!(history.order().map(|order| order.len()), Some(2));
}

#[cfg(not(wsman_authz_shuttle))]
#[test]
fn what_threads_see_of_the_shared_engine_is_linearizable() {
    let mut overlapping = (0..400).filter(|seed| play(4, 5, *seed)).count();
    // On a busy machine threads come one after the other for a long time.
    for seed in 400..40_000 {
        if overlapping > 0 {
            return;
        }
        overlapping += usize::from(play(4, 5, seed));
    }
    panic!("no two threads were ever inside at a time");
}

#[cfg(wsman_authz_shuttle)]
mod under_shuttle {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use shuttle::rand::Rng;

    use super::*;

    /// Plays so many random schedules, and as many of the PCT kind; nearly all have threads inside at a time.
    fn schedules(threads: u8, acts: usize, count: usize) {
        let overlapping = Arc::new(AtomicUsize::new(0));
        let sum = Arc::clone(&overlapping);
        let once = move || {
            let seed = shuttle::rand::thread_rng().r#gen();
            sum.fetch_add(usize::from(play(threads, acts, seed)), SeqCst);
        };
        shuttle::check_random(once.clone(), count);
        shuttle::check_pct(once, count, 3);
        assert!(overlapping.load(SeqCst) > count, "{overlapping:?} of {} schedules", 2 * count);
    }

    /// Small enough to show quickly that there is no order, too: the planted race is looked for here.
    #[test]
    fn three_threads_see_one_engine() {
        schedules(3, 3, 10_000);
    }

    #[test]
    fn eight_threads_see_one_engine() {
        schedules(8, 4, 10_000);
    }

    #[test]
    fn sixteen_threads_see_one_engine() {
        schedules(16, 3, 5_000);
    }

    #[test]
    fn a_torn_step_is_found() {
        let torn = || {
            let (engine, release) = one_lease();
            let torn = Torn { engine: Mutex::new(engine.clone()), both: None };
            assert!(two_at_once(torn, engine, &release).order().is_some(), "no order explains it");
        };
        let found = catch_unwind(AssertUnwindSafe(|| shuttle::check_random(torn, 1_000)));
        assert!(found.is_err(), "1000 schedules, and none tears the step");
    }
}
