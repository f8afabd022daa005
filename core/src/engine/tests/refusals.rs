//! The host refuses a completion: everything in it comes back.

use super::*;
use crate::call::Identity;
use crate::engine::Answer;
use crate::engine::Payload::{Fresh, None as Nothing, Shared};

#[test]
fn cl_17_a_refused_user_leaves_no_lease_grant_payload_or_token() {
    let mut story = story();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    let said = yes_user_as(R0, 1, lease(0, 1), Identity::Token(TOKEN));
    story.then(answers(R0, let_in_as(TOKEN, "p")), [said]);
    story.then(refuses(R0), [Effect::Drop("p"), Effect::CloseToken(TOKEN)]);
    assert_eq!((story.engine.live_leases(), story.engine.payloads()), (0, 0));
    story.misuse(releases(lease(0, 1)), Misuse::ReleasedUnknown(lease(0, 1)));
    story.denies_without_grant(ALICE);
    story.ends(A);
    story.over();
}

#[test]
fn cl_17_a_refused_operation_leaves_the_user_as_it_was() {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    for (payload, dropped) in [(Fresh("q"), Some("q")), (Shared, None), (Nothing, None)] {
        story.then(asks_operation(A, 2, ALICE), [asked(R0, OPERATION, Some("p"))]);
        assert!(matches!(story.step(answers(R0, allow(payload))).as_deref(), Ok([Effect::Complete { .. }])));
        let expected: Vec<_> = dropped.map(Effect::Drop).into_iter().collect();
        assert_eq!(story.step(refuses(R0)), Ok(expected));
        assert_eq!((story.engine.live_leases(), story.engine.payloads()), (1, 1));
    }
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_17_a_refusal_is_not_repeated() {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_quota(A, 2, ALICE), [asked(R0, QUOTA, Some("p"))]);
    story.then(answers(R0, Answer::Quota(ONE_SHELL)), [yes_quota(R0, 2, ONE_SHELL)]);
    story.then(refuses(R0), []);
    assert_eq!(story.engine.open_requests(), 0);
    story.misuse(refuses(R0), Misuse::NotCompleting(R0));
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_17_a_lease_that_was_released_before_the_refusal_is_not_ended_twice() {
    let mut story = story();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    let said = yes_user_as(R0, 1, lease(0, 1), Identity::Token(TOKEN));
    story.then(answers(R0, let_in_as(TOKEN, "p")), [said]);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.then(asks_user(A, 2, BOB), [asked(R1, USER, None)]);
    story.then(answers(R1, let_in(Fresh("q"))), [yes_user(R1, 2, lease(0, 2))]);
    story.then(refuses(R0), [Effect::CloseToken(TOKEN)]);
    assert_eq!(story.engine.live_leases(), 1, "BOB has the slot now");
    story.then(accepts(R1), []);
    story.then(releases(lease(0, 2)), [Effect::Drop("q")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_17_an_operation_asked_for_inside_a_completion_outlives_its_refusal() {
    let mut story = story();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.then(answers(R0, let_in(Fresh("p"))), [yes_user(R0, 1, lease(0, 1))]);
    story.then(asks_operation(A, 2, ALICE), [asked(R1, OPERATION, Some("p"))]);
    story.then(refuses(R0), []);
    assert_eq!((story.engine.live_leases(), story.engine.payloads()), (0, 1), "CL-12: R1 looks at it");
    story.then(answers(R1, allow(Nothing)), [yes_operation(R1, 2, None), Effect::Drop("p")]);
    story.then(accepts(R1), []);
    story.ends(A);
    story.over();
}

#[test]
fn cl_23_a_refused_reauthorization_counts_as_failed() {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_user(A, 2, ALICE), [asked(R0, USER, Some("p"))]);
    story.then(answers(R0, let_in(Shared)), [yes_user(R0, 2, lease(1, 1))]);
    story.then(refuses(R0), []);
    story.denies_without_grant(ALICE);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_74_a_token_is_closed_if_refused_and_not_if_accepted() {
    let mut story = story();
    for (host_says, closed) in [(accepts(R0), None), (refuses(R0), Some(Effect::CloseToken(TOKEN)))] {
        let identity = Identity::Token(TOKEN);
        story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
        let answer = Answer::AllowUser { payload: Nothing, identity, administrator: false };
        let slot = story.engine.live_leases() as u32;
        story.then(answers(R0, answer), [yes_user_as(R0, 1, lease(slot, 1), identity)]);
        assert_eq!(story.step(host_says), Ok(closed.into_iter().collect()));
    }
    story.then(releases(lease(0, 1)), []);
    story.ends(A);
    story.over();
}
