//! Startup and Shutdown, and that applications do not disturb each other.

use super::*;
use crate::code::ERROR_OPERATION_ABORTED;
use crate::engine::Payload::Fresh;

const KINDS: [crate::call::RequestKind; 3] = [USER, OPERATION, QUOTA];

#[test]
fn cl_54_before_startup_and_after_shutdown_there_is_nobody_to_answer() {
    let mut story = untold(EngineConfig::default());
    for _ in 0..2 {
        for kind in KINDS {
            story.misuse(asks(kind, A, 1, ALICE), Misuse::NotRunning(A));
        }
        story.misuse(stops(A), Misuse::NotRunning(A));
        assert!(story.engine.is_empty());
        assert_eq!(story.engine, Engine::new(EngineConfig::default()), "nothing is remembered");
        story.then(starts(A), []);
        assert!(story.engine.has_application(A) && !story.engine.is_empty());
        story.ends(A);
    }
    story.over();
}

#[test]
fn cl_54_during_shutdown_a_question_is_denied_and_shutdown_waits_for_it() {
    for kind in KINDS {
        let mut story = story();
        story.enters(ALICE, "p", lease(0, 1));
        story.then(asks_user(A, 1, BOB), [asked(R0, USER, None)]);
        story.then(stops(A), [no(R0, USER, 1, ERROR_OPERATION_ABORTED)]);
        let aborted = no(R1, kind, 2, ERROR_OPERATION_ABORTED);
        story.then(asks(kind, A, 2, ALICE), [reports(Misuse::ShuttingDown(A)), aborted]);
        story.then(accepts(R0), []);
        assert!(story.engine.has_application(A), "R1 is on its way");
        story.then(accepts(R1), [Effect::Drop("p"), drained(A, 1, 1)]);
        assert!(!story.engine.has_application(A));
        story.then(abandons(R0, Abandoned::Dropped), []);
        story.over();
    }
}

#[test]
fn cl_54_shutdown_waits_for_the_return_of_the_last_completion() {
    let mut story = story();
    for (request, number, user) in [(R0, 1, ALICE), (R1, 2, BOB)] {
        story.then(asks_user(A, number, user), [asked(request, USER, None)]);
    }
    story.then(answers(R0, let_in(Fresh("p"))), [yes_user(R0, 1, lease(0, 1))]);
    story.then(stops(A), [no(R1, USER, 2, ERROR_OPERATION_ABORTED)]);
    story.then(refuses(R1), []);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.then(accepts(R0), [drained(A, 0, 1)]);
    story.then(abandons(R1, Abandoned::Panicked), []);
    story.over();
}

#[test]
fn cl_54_after_shutdown_a_late_answer_makes_no_completion() {
    let mut story = story();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.then(stops(A), [no(R0, USER, 1, ERROR_OPERATION_ABORTED)]);
    story.then(accepts(R0), [drained(A, 0, 1)]);
    story.then(starts(A), []);
    story.then(asks_user(A, 1, ALICE), [asked(R1, USER, None)]);
    let lost = [reports(Misuse::TooLate(R0)), Effect::CloseToken(TOKEN), Effect::Drop("p")];
    story.then(answers(R0, let_in_as(TOKEN, "p")), lost);
    assert_eq!(story.phase(R1), Some((Phase::Asked, true)), "the new application's own question");
    story.then(answers(R1, deny(5)), [no(R1, USER, 1, 5)]);
    story.then(accepts(R1), []);
    story.ends(A);
    story.over();
}

/// Whoever takes such a step needs all shards, so it must be no other.
#[cfg(feature = "std")]
#[test]
fn cl_54_an_application_may_end_with_the_answer_to_its_own_request_alone() {
    let mut story = story();
    story.then(starts(B), []);
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.then(asks_user(B, 2, ALICE), [asked(R1, USER, None)]);
    let may_end = |story: &Story, input| story.engine.shards[0].may_end_with(&input);
    assert!(!may_end(&story, accepts(R0)), "all run");
    story.then(stops(A), [no(R0, USER, 1, ERROR_OPERATION_ABORTED)]);
    assert!(may_end(&story, accepts(R0)) && may_end(&story, refuses(R0)));
    assert!(!may_end(&story, accepts(R1)), "B runs");
    assert!(!may_end(&story, accepts(RequestId(9))), "nobody asked");
    for input in [abandons(R0, Abandoned::Dropped), asks_user(A, 3, BOB), releases(lease(0, 1))] {
        assert!(!may_end(&story, input));
    }
    story.then(answers(R1, deny(5)), [no(R1, USER, 2, 5)]);
    story.then(accepts(R1), []);
    story.ends(B);
    story.wind_up();
}

#[test]
fn cl_55_each_startup_has_one_shutdown() {
    let mut story = story();
    story.misuse(starts(A), Misuse::StartedTwice(A));
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.then(stops(A), [no(R0, USER, 1, ERROR_OPERATION_ABORTED)]);
    story.misuse(stops(A), Misuse::ShuttingDown(A));
    story.misuse(starts(A), Misuse::StartedTwice(A));
    story.then(accepts(R0), [drained(A, 0, 1)]);
    story.misuse(stops(A), Misuse::NotRunning(A));
    story.then(abandons(R0, Abandoned::Dropped), []);
    story.over();
}

#[test]
fn cl_55_the_shutdown_of_one_application_leaves_the_other_as_it_was() {
    let mut story = story();
    story.then(starts(B), []);
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_user(B, 2, ALICE), [asked(R0, USER, None)]);
    story.then(answers(R0, let_in(Fresh("q"))), [yes_user(R0, 2, lease(1, 1))]);
    story.then(accepts(R0), []);
    story.then(asks_operation(A, 3, ALICE), [asked(R0, OPERATION, Some("p"))]);
    story.then(asks_operation(B, 4, ALICE), [asked(R1, OPERATION, Some("q"))]);

    story.then(stops(A), [no(R0, OPERATION, 3, ERROR_OPERATION_ABORTED)]);
    story.then(asks_quota(B, 5, ALICE), [asked(R2, QUOTA, Some("q"))]);
    story.then(accepts(R0), [Effect::Drop("p"), drained(A, 1, 1)]);
    story.then(abandons(R0, Abandoned::Dropped), []);

    story.then(answers(R2, deny(5)), [no(R2, QUOTA, 5, 5)]);
    story.then(answers(R1, allow(Fresh("r"))), [yes_operation(R1, 4, Some(lease(0, 2)))]);
    for request in [R1, R2] {
        story.then(accepts(request), []);
    }
    story.then(releases(lease(0, 2)), [Effect::Drop("r")]);
    story.then(releases(lease(1, 1)), [Effect::Drop("q")]);
    story.ends(B);
    story.over();
}

#[test]
fn cl_55_an_empty_application_ends_at_once() {
    let mut story = story();
    story.then(starts(B), []);
    story.ends(B);
    assert!(story.engine.has_application(A) && !story.engine.has_application(B));
    story.ends(A);
    story.over();
}
