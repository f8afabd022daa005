//! Who speaks for a user: re-authorization, races of first requests, other users.

use super::*;
use crate::engine::Answer;
use crate::engine::Payload::{Fresh, Shared};

const OLD: u64 = 1;
const NEW: u64 = 2;

/// ALICE is in with `p` and `lease(0, 1)`; whether she may stay is before the policy as [`R0`].
fn asked_again() -> Story {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_user(A, NEW, ALICE), [asked(R0, USER, Some("p"))]);
    story
}

/// Two first requests of ALICE at a time, [`R0`] and [`R1`]; both get a yes, in this order.
fn raced() -> Story {
    let mut story = story();
    story.then(asks_user(A, OLD, ALICE), [asked(R0, USER, None)]);
    story.then(asks_user(A, NEW, ALICE), [asked(R1, USER, None)]);
    story.then(answers(R0, let_in(Fresh("p"))), [yes_user(R0, OLD, lease(0, 1))]);
    story.then(answers(R1, let_in(Fresh("q"))), [yes_user(R1, NEW, lease(1, 1))]);
    story.then(accepts(R0), []);
    story.then(accepts(R1), []);
    story
}

#[test]
fn cl_22_the_payload_that_is_reported_again_outlives_the_old_lease() {
    for inside in [true, false] {
        let mut story = asked_again();
        story.then(answers(R0, let_in(Shared)), [yes_user(R0, NEW, lease(1, 1))]);
        if inside {
            story.then(releases(lease(0, 1)), []);
            story.then(accepts(R0), []);
        } else {
            story.then(accepts(R0), []);
            story.then(releases(lease(0, 1)), []);
        }
        story.then(asks_operation(A, 3, ALICE), [asked(R0, OPERATION, Some("p"))]);
        story.then(answers(R0, allow(Shared)), [yes_operation(R0, 3, Some(lease(0, 2)))]);
        story.then(accepts(R0), []);
        story.then(releases(lease(1, 1)), []);
        story.then(releases(lease(0, 2)), [Effect::Drop("p")]);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_22_it_may_be_reported_again_and_again() {
    let mut story = story();
    let nth = |number: u32| lease(number % 2, number / 2 + 1);
    story.enters(ALICE, "p", nth(0));
    for round in 0..20 {
        story.then(asks_user(A, NEW, ALICE), [asked(R0, USER, Some("p"))]);
        story.then(answers(R0, let_in(Shared)), [yes_user(R0, NEW, nth(round + 1))]);
        story.then(accepts(R0), []);
        story.then(releases(nth(round)), []);
        assert_eq!((story.engine.live_leases(), story.engine.payloads()), (1, 1));
    }
    story.then(stops(A), [Effect::Drop("p"), drained(A, 1, 0)]);
    story.over();
}

#[test]
fn cl_22_a_new_payload_replaces_the_old_one() {
    let mut story = asked_again();
    story.then(answers(R0, let_in(Fresh("q"))), [yes_user(R0, NEW, lease(1, 1))]);
    story.then(asks_operation(A, 3, ALICE), [asked(R1, OPERATION, Some("q"))]);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.then(answers(R1, allow(Shared)), [yes_operation(R1, 3, Some(lease(0, 2)))]);
    story.then(accepts(R1), []);
    story.then(releases(lease(1, 1)), []);
    story.then(releases(lease(0, 2)), [Effect::Drop("q")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_23_after_a_failed_reauthorization_nothing_speaks_for_the_user() {
    let ways = [
        answers(R0, deny(5)),
        answers(R0, redirect("https://b.example/")),
        answers(R0, allow(Shared)),
        abandons(R0, Abandoned::Dropped),
        abandons(R0, Abandoned::Panicked),
    ];
    for fails in ways {
        let mut story = asked_again();
        assert!(story.step(fails).is_ok());
        story.denies_without_grant(ALICE); // Before the completion returned: the host may ask from inside it.
        story.then(accepts(R0), []);
        story.denies_without_grant(ALICE);
        let denied = no(R0, QUOTA, 4, ERROR_ACCESS_DENIED);
        story.then(asks_quota(A, 4, ALICE), [reports(Misuse::NoGrant(QUOTA)), denied]);
        story.then(accepts(R0), []);
        story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_23_an_operation_in_flight_gets_the_answer_of_its_policy() {
    let mut story = asked_again();
    story.then(asks_operation(A, 3, ALICE), [asked(R1, OPERATION, Some("p"))]);
    story.then(answers(R0, deny(5)), [no(R0, USER, NEW, 5)]);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 1)), []);
    story.then(answers(R1, allow(Shared)), [yes_operation(R1, 3, Some(lease(0, 2)))]);
    story.then(accepts(R1), []);
    story.then(releases(lease(0, 2)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_23_a_revoked_user_comes_back_by_a_new_yes() {
    let mut story = asked_again();
    story.then(answers(R0, deny(5)), [no(R0, USER, NEW, 5)]);
    story.then(accepts(R0), []);
    story.then(asks_user(A, 3, ALICE), [asked(R0, USER, None)]);
    story.then(answers(R0, let_in(Fresh("q"))), [yes_user(R0, 3, lease(1, 1))]);
    story.then(accepts(R0), []);
    story.then(asks_quota(A, 4, ALICE), [asked(R0, QUOTA, Some("q"))]);
    story.then(answers(R0, Answer::Quota(ONE_SHELL)), [yes_quota(R0, 4, ONE_SHELL)]);
    story.then(accepts(R0), []);
    story.then(releases(lease(1, 1)), [Effect::Drop("q")]);
    story.denies_without_grant(ALICE); // The old lease is live, but it speaks no more.
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_23_a_grant_that_came_after_the_question_stands() {
    let mut story = story();
    story.then(asks_user(A, OLD, ALICE), [asked(R0, USER, None)]);
    story.then(asks_user(A, NEW, ALICE), [asked(R1, USER, None)]);
    story.then(answers(R0, let_in(Fresh("p"))), [yes_user(R0, OLD, lease(0, 1))]);
    story.then(answers(R1, deny(5)), [no(R1, USER, NEW, 5)]);
    story.then(accepts(R1), []);
    story.then(accepts(R0), []);
    story.then(asks_operation(A, 3, ALICE), [asked(R0, OPERATION, Some("p"))]);
    story.then(answers(R0, allow(Shared)), [yes_operation(R0, 3, Some(lease(1, 1)))]);
    story.then(accepts(R0), []);
    story.then(stops(A), [Effect::Drop("p"), drained(A, 2, 0)]);
    story.over();
}

#[test]
fn cl_24_leases_of_operations_outlive_the_user_lease() {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    for (number, payload, context) in [(2, Shared, lease(1, 1)), (3, Fresh("q"), lease(2, 1))] {
        story.then(asks_operation(A, number, ALICE), [asked(R0, OPERATION, Some("p"))]);
        story.then(answers(R0, allow(payload)), [yes_operation(R0, number, Some(context))]);
        story.then(accepts(R0), []);
    }
    story.then(releases(lease(0, 1)), []);
    assert_eq!((story.engine.live_leases(), story.engine.payloads()), (2, 2));
    story.denies_without_grant(ALICE);
    story.then(releases(lease(2, 1)), [Effect::Drop("q")]);
    story.then(releases(lease(1, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_71_of_two_first_requests_the_one_that_is_not_released_speaks() {
    let (p, q) = (("p", lease(0, 1)), ("q", lease(1, 1)));
    for ((loser, released), (winner, kept)) in [(q, p), (p, q)] {
        let mut story = raced();
        story.then(releases(released), [Effect::Drop(loser)]);
        story.then(asks_operation(A, 3, ALICE), [asked(R0, OPERATION, Some(winner))]);
        story.then(answers(R0, deny(5)), [no(R0, OPERATION, 3, 5)]);
        story.then(accepts(R0), []);
        story.then(releases(kept), [Effect::Drop(winner)]);
        story.denies_without_grant(ALICE);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_71_the_newest_yes_speaks_while_both_leases_live() {
    let mut story = raced();
    story.then(asks_operation(A, 3, ALICE), [asked(R0, OPERATION, Some("q"))]);
    story.then(answers(R0, deny(5)), [no(R0, OPERATION, 3, 5)]);
    story.then(accepts(R0), []);
    story.then(asks_user(A, 4, ALICE), [asked(R0, USER, Some("q"))]);
    story.then(answers(R0, deny(5)), [no(R0, USER, 4, 5)]);
    story.then(accepts(R0), []);
    story.denies_without_grant(ALICE); // Both were live when the question came in.
    story.then(stops(A), [Effect::Drop("p"), Effect::Drop("q"), drained(A, 2, 0)]);
    story.over();
}

#[test]
fn cl_71_a_grant_speaks_for_one_user_of_one_application() {
    let mut story = story();
    story.then(starts(B), []);
    story.enters(ALICE, "p", lease(0, 1));
    story.denies_without_grant(BOB);
    let denied = no(R0, OPERATION, 3, ERROR_ACCESS_DENIED);
    story.then(asks_operation(B, 3, ALICE), [reports(Misuse::NoGrant(OPERATION)), denied]);
    story.then(accepts(R0), []);
    story.then(asks_user(A, 4, BOB), [asked(R0, USER, None)]);
    story.then(answers(R0, let_in(Shared)), [yes_user(R0, 4, lease(1, 1))]);
    story.then(accepts(R0), []);
    story.then(asks_quota(A, 5, BOB), [asked(R0, QUOTA, None)]);
    story.then(answers(R0, deny(5)), [no(R0, QUOTA, 5, 5)]);
    story.then(accepts(R0), []);
    story.then(releases(lease(1, 1)), []);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.ends(B);
    story.over();
}

#[test]
fn cl_71_a_denial_revokes_nobody_else() {
    let mut story = story();
    story.then(starts(B), []);
    story.enters(ALICE, "p", lease(0, 1));
    for (application, user) in [(A, BOB), (B, ALICE)] {
        story.then(asks_user(application, 2, user), [asked(R0, USER, None)]);
        story.then(answers(R0, deny(5)), [no(R0, USER, 2, 5)]);
        story.then(accepts(R0), []);
    }
    story.then(asks_quota(A, 3, ALICE), [asked(R0, QUOTA, Some("p"))]);
    story.then(answers(R0, Answer::Quota(ONE_SHELL)), [yes_quota(R0, 3, ONE_SHELL)]);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.ends(B);
    story.over();
}

#[test]
fn the_leases_that_speak_for_a_user_can_be_seen_in_their_order() {
    let story = raced();
    let seen = |user| story.engine.grants(A, &user).collect::<Vec<_>>();
    assert_eq!((seen(ALICE), seen(BOB)), (Vec::from([lease(0, 1), lease(1, 1)]), Vec::new()));
}
