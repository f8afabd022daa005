//! Races at the boundary: gates, performer, watch and engine together, up to the completion functions.
//!
//! As in `core/tests/races`: `cargo test` plays each scenario once, on the system's threads; `tests/scripts/loom.sh` on
//! every schedule, and the number of executions is pinned.

mod house;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use wsman_authz_core::sync::thread;
use wsman_authz_core::{ApplicationId, Context, Sender};

use crate::gate::{Bell, Gates, lane_of};
use house::House;

/// Plays one scenario on every schedule under loom, once otherwise. Under loom there must be so many schedules.
fn play(pinned: u64, scenario: fn()) {
    let executions = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&executions);
    let execution = move || {
        count.fetch_add(1, SeqCst);
        scenario();
    };
    #[cfg(wsman_authz_loom)]
    {
        let mut limits = std::env::vars().filter(|(name, _)| name.starts_with("LOOM_MAX_"));
        assert_eq!(limits.next(), None, "with a limit, a green run says nothing");
        loom::model::Builder::new().check(execution);
    }
    #[cfg(not(wsman_authz_loom))]
    execution();
    let expected = if cfg!(wsman_authz_loom) { pinned } else { 1 };
    assert_eq!(executions.load(SeqCst), expected, "executions, pinned");
}

/// A house with one application.
fn one(inside: Option<house::Inside>) -> (Arc<House>, ApplicationId) {
    let house = House::new(inside);
    let application = house.start("wsman/a").expect("it starts");
    (house, application)
}

/// Shutdown waits for a question that is inside: no completion comes after it has returned. A question that is so slow
/// that it finds the gate closed cannot be answered any more; how often that happens is pinned, too.
#[test]
fn cl_54_shutdown_against_a_question() {
    static TOO_LATE: AtomicUsize = AtomicUsize::new(0);
    play(685, || {
        let (house, a) = one(None);
        house.spawn(move |house| house.shutdown(a));
        house.user(a, "now");
        house.end(&[a]);
        TOO_LATE.fetch_add(house.too_late(), SeqCst);
    });
    let expected = if cfg!(wsman_authz_loom) { 5..=5 } else { 0..=1 };
    assert!(expected.contains(&TOO_LATE.load(SeqCst)), "too late, pinned: {TOO_LATE:?}, {expected:?}");
}

/// Shutdown waits for a release that is inside: when it returns, the destructor has run.
#[test]
fn cl_62_shutdown_against_a_release() {
    play(123, || {
        let (house, a) = one(None);
        let context = house.user(a, "now").expect("the user is in");
        house.spawn(move |house| house.release(context));
        house.shutdown(a);
        house.must(house.alive() == 0, "CL-62: a destructor runs after Shutdown returned");
        house.end(&[a]);
    });
}

/// Two releases, one after the other, of the last contexts of a payload, while Shutdown comes.
#[test]
fn cl_62_shutdown_against_two_releases() {
    play(1259, || {
        let (house, a) = one(None);
        let user = house.user(a, "now").expect("the user is in");
        let operation = house.operation(a, "now").expect("the operation begins");
        house.spawn(move |house| {
            house.release(user);
            house.release(operation);
        });
        house.shutdown(a);
        house.must(house.alive() == 0, "CL-62: a destructor runs after Shutdown returned");
        house.end(&[a]);
    });
}

/// A release and a call on two lanes while Shutdown closes the gate: it waits for both, and hears both leave. Of nobody
/// else is anything here, so that every schedule can be played.
#[test]
fn cl_62_a_gate_closes_behind_calls_on_two_lanes() {
    play(132_350, || {
        let bell = Arc::<Bell>::default();
        let (gates, a) = (Arc::new(Gates::new(Arc::clone(&bell))), ApplicationId(1));
        let (request, context) = (Sender::new(0x1000).expect("not NULL"), Context::new(1));
        assert!(lane_of(0x1000) != lane_of(1) || cfg!(not(wsman_authz_loom)), "two lanes");
        gates.open(a, &Arc::new(()));
        bell.drained(a);
        let release = Arc::clone(&gates);
        let call = Arc::clone(&gates);
        let threads = [
            thread::spawn(move || drop(release.enter_release(context))),
            thread::spawn(move || {
                if call.enter(a, request).is_some() {
                    call.leave(a, request);
                }
            }),
        ];
        assert_eq!(gates.close(a, Duration::from_secs(3600)), 0, "everybody left");
        assert!(gates.enter(a, request).is_none());
        threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    });
}

/// The policy answers on a thread of its own, before, during or after Shutdown.
#[test]
fn cl_54_shutdown_against_an_asynchronous_answer() {
    play(24, || {
        let (house, a) = one(None);
        house.user(a, "later");
        house.shutdown(a);
        house.end(&[a]);
    });
}

/// The policy drops its request on a thread of its own.
#[test]
fn cl_70_shutdown_against_a_dropped_request() {
    play(24, || {
        let (house, a) = one(None);
        house.user(a, "never");
        house.shutdown(a);
        house.end(&[a]);
    });
}

/// Two threads shut down: one waits until all is out, the other is told so at once.
#[test]
fn cl_55_two_shutdowns() {
    play(10, || {
        let (house, a) = one(None);
        house.user(a, "now");
        house.spawn(move |house| house.must(matches!(house.shutdown(a), 0 | 87), "CL-55"));
        house.shutdown(a);
        house.end(&[a]);
    });
}

/// Two applications of one name start at once: one of them does.
#[test]
fn cl_55_two_starts_under_one_name() {
    play(20, || {
        let house = House::new(None);
        house.spawn(|house| {
            if let Ok(application) = house.start("wsman/a") {
                house.shutdown(application);
            }
        });
        let first = house.start("wsman/a");
        house.end(&first.into_iter().collect::<Vec<_>>());
    });
}

/// An application shuts down while another one lets a user in and out.
#[test]
fn cl_55_a_shutdown_beside_a_release_of_another_application() {
    play(93, || {
        let (house, a) = one(None);
        let b = house.start("wsman/b").expect("it starts");
        let context = house.user(b, "now").expect("the user is in");
        house.spawn(move |house| house.shutdown(a));
        house.release(context);
        house.end(&[a, b]);
    });
}

/// The host releases a context on another thread before it has answered the completion, and shuts down.
#[test]
fn cl_10_a_release_from_inside_the_completion_against_shutdown() {
    play(240, || {
        let (house, a) = one(Some(|house, context| {
            if let Some(context) = context {
                house.spawn(move |house| house.release(context));
            }
            0
        }));
        house.user(a, "now");
        house.shutdown(a);
        house.must(house.alive() == 0, "CL-62: a destructor runs after Shutdown returned");
        house.end(&[a]);
    });
}

/// A question is answered while the watch looks at the clock; the last Shutdown waits for the watch.
#[test]
fn cl_62_shutdown_waits_for_the_watch() {
    play(59_662, || {
        let house = House::with(None, Some(Duration::from_millis(10)));
        let a = house.start("wsman/a").expect("it starts");
        house.user(a, "now");
        house.board.time.store(10, SeqCst);
        house.runtime.time_passed();
        house.shutdown(a);
        house.end(&[a]);
    });
}

/// The watch denies an overdue request, and Shutdown comes; the policy never answers.
#[test]
fn cl_70_the_watch_denies_while_shutdown_comes() {
    play(16_650, || {
        let house = House::with(None, Some(Duration::from_millis(10)));
        let a = house.start("wsman/a").expect("it starts");
        house.user(a, "kept");
        house.board.time.store(10, SeqCst);
        house.shutdown(a);
        house.board.give_up();
        house.end(&[a]);
    });
}
