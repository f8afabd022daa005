//! Each seeded fault of the engine shows: in some script the engine does something else than a sound one.

use super::*;
use crate::call::Quota;
use crate::engine::Answer;
use crate::engine::Payload::{Fresh, None as Nothing, Shared};
use crate::fault::Fault;
use crate::rule::Side;

/// Inputs and their times. The numbers in them are those that a sound engine gives out.
type Script = Vec<(u64, Happens)>;

fn at_once(inputs: impl IntoIterator<Item = Happens>) -> Script {
    inputs.into_iter().map(|input| (0, input)).collect()
}

fn enter(number: u64, user: User, payload: Value) -> [Happens; 3] {
    [asks_user(A, number, user), answers(R0, let_in(Fresh(payload))), accepts(R0)]
}

/// One payload behind a user, an operation and a re-authorization; then wrong releases.
fn shared() -> Script {
    let mut inputs = Vec::from([starts(A), asks_user(A, 1, ALICE), answers(R0, let_in_as(TOKEN, "p")), accepts(R0)]);
    inputs.extend([asks_operation(A, 2, ALICE), answers(R0, allow(Shared)), accepts(R0)]);
    inputs.extend([asks_user(A, 3, ALICE), answers(R0, let_in(Shared)), releases(lease(0, 1)), accepts(R0)]);
    inputs.extend([Input::Release { context: None }, releases(lease(1, 1)), releases(lease(2, 1))]);
    inputs.extend(enter(4, ALICE, "q"));
    inputs.push(releases(lease(0, 1)));
    at_once(inputs)
}

/// Every way to say no to ALICE, and what she can do then.
fn denied() -> Script {
    let mut inputs = Vec::from([starts(A)]);
    inputs.extend(enter(1, ALICE, "p"));
    for answer in [redirect("elsewhere"), deny(5)] {
        inputs.extend([asks_user(A, 2, ALICE), answers(R0, answer), accepts(R0)]);
    }
    inputs.extend([asks_operation(A, 3, ALICE), accepts(R0)]);
    inputs.extend([asks_user(A, 4, ALICE), answers(R0, let_in_as(TOKEN, "q")), refuses(R0)]);
    at_once(inputs)
}

/// Two users with a quota each, an operation that outlives its user, and an end with leases left in two applications.
fn two_users() -> Script {
    let mut inputs = Vec::from([starts(A), starts(B)]);
    inputs.extend(enter(1, ALICE, "p"));
    inputs.extend(enter(2, BOB, "q"));
    for quota in [ONE_SHELL, Quota { timeslot_s: 0, ..ONE_SHELL }] {
        inputs.extend([asks_quota(A, 3, ALICE), answers(R0, Answer::Quota(quota)), accepts(R0)]);
    }
    inputs.extend([asks_operation(A, 4, ALICE), answers(R0, allow(Fresh("r"))), accepts(R0)]);
    inputs.extend([asks_operation(A, 5, ALICE), releases(lease(0, 1)), answers(R0, allow(Nothing)), accepts(R0)]);
    inputs.push(releases(lease(2, 1)));
    inputs.extend([asks_user(B, 6, BOB), answers(R0, let_in(Fresh("s"))), accepts(R0)]);
    inputs.extend([asks_user(A, 7, BOB), stops(A), accepts(R0), stops(B)]);
    at_once(inputs)
}

/// Replies that come back without a verdict while others are open.
fn abandoned(why: Abandoned) -> Script {
    let ask = [starts(A), asks_user(A, 1, ALICE), asks_user(A, 2, BOB)];
    at_once(ask.into_iter().chain([abandons(R0, why), answers(R1, deny(5)), accepts(R1), accepts(R0)]))
}

/// A clock that is set back, a deadline, and answers after it: one that the engine has denied, one that it has not.
fn late() -> Script {
    let asks = [(5, starts(A)), (0, asks_user(A, 1, ALICE)), (10, Input::Tick), (15, Input::Tick)];
    let again = [(15, asks_user(A, 2, ALICE)), (25, answers(R0, let_in(Fresh("q"))))];
    asks.into_iter().chain([(15, answers(R0, let_in(Fresh("p")))), (15, accepts(R0))]).chain(again).collect()
}

fn scripts() -> [Script; 6] {
    [shared(), denied(), two_users(), abandoned(Abandoned::Dropped), abandoned(Abandoned::Panicked), late()]
}

/// Whether the engine with the fault departs from the sound one, in what it does and not only in what it holds.
fn shows(fault: Fault, generations: u32, script: Script) -> bool {
    let config = EngineConfig { generations, answer_within: Some(Millis(10)), ..EngineConfig::default() };
    let (mut sound, mut faulty) = (Engine::new(config), Engine::new(config).with_fault(fault));
    script.into_iter().any(|(now, input)| {
        let now = Timestamp(now);
        sound.step(now, input.clone()) != faulty.step(now, input)
    })
}

#[test]
fn every_fault_of_the_engine_shows() {
    let of_the_engine = Fault::ALL.iter().filter(|fault| fault.side() == Side::Plugin);
    let shown = |fault: &Fault| [1, u32::MAX].iter().any(|last| scripts().into_iter().any(|s| shows(*fault, *last, s)));
    let hidden: Vec<_> = of_the_engine.filter(|fault| !shown(fault)).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn no_fault_of_the_host_shows_in_the_engine() {
    for fault in Fault::ALL.iter().filter(|fault| fault.side() == Side::Host) {
        assert!(scripts().into_iter().all(|script| !shows(*fault, u32::MAX, script)), "{fault}");
    }
}

#[test]
fn faults_of_a_dropped_reply_and_of_a_panic_are_told_apart() {
    let (dropped, panicked) = (Abandoned::Dropped, Abandoned::Panicked);
    for (fault, why, other) in [
        (Fault::DropAllows, dropped, panicked),
        (Fault::DroppedReplyLeftPending, dropped, panicked),
        (Fault::PanicAllows, panicked, dropped),
        (Fault::PanicHarmsOthers, panicked, dropped),
    ] {
        assert!(shows(fault, u32::MAX, abandoned(why)), "{fault}");
        assert!(!shows(fault, u32::MAX, abandoned(other)), "{fault}");
    }
}

#[test]
fn a_token_comes_with_no_failure_about_an_operation_in_any_engine() {
    let mut inputs = Vec::from([starts(A)]);
    inputs.extend(enter(1, ALICE, "p"));
    inputs.extend([asks_operation(A, 2, ALICE), answers(R0, deny(5)), accepts(R0)]);
    assert!(!shows(Fault::FailureCarriesToken, u32::MAX, at_once(inputs)));
    assert!(shows(Fault::FailureCarriesToken, u32::MAX, denied()));
}

#[test]
fn a_release_completes_nobody_elses_request_in_any_engine() {
    let mut inputs = Vec::from([starts(A)]);
    inputs.extend(enter(1, ALICE, "p"));
    inputs.extend([asks_user(A, 2, BOB), asks_user(A, 3, ALICE), answers(R1, deny(5))]); // hers is being completed
    inputs.push(releases(lease(0, 1)));
    assert!(!shows(Fault::CompletionInsideRelease, u32::MAX, at_once(inputs)));
    assert!(
        shows(Fault::CompletionInsideRelease, u32::MAX, shared())
            || shows(Fault::CompletionInsideRelease, u32::MAX, two_users())
    );
}
