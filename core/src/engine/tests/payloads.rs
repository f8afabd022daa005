//! When a payload is dropped: never under a lease or a pin, once after the last of them.

use super::*;
use crate::code::{ERROR_ACCESS_DENIED, ERROR_OPERATION_ABORTED};
use crate::engine::Payload::{Fresh, Shared};

/// ALICE is in with `p` and `lease(0, 1)`; her operation, [`R0`], is before the policy.
fn judged_while_in() -> Story {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_operation(A, 2, ALICE), [asked(R0, OPERATION, Some("p"))]);
    story
}

#[test]
fn cl_12_a_request_in_flight_pins_the_payload_it_was_shown() {
    for kind in [USER, OPERATION, QUOTA] {
        let mut story = story();
        story.enters(ALICE, "p", lease(0, 1));
        story.then(asks(kind, A, 2, ALICE), [asked(R0, kind, Some("p"))]);
        story.then(releases(lease(0, 1)), []);
        assert_eq!((story.engine.live_leases(), story.engine.payloads()), (0, 1), "the policy looks at it");
        let denied = [no(R0, kind, 2, ERROR_ACCESS_DENIED), Effect::Drop("p")];
        story.then(answers(R0, deny(ERROR_ACCESS_DENIED)), denied);
        story.then(accepts(R0), []);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_12_a_shared_payload_passes_from_the_pin_to_the_operation() {
    let mut story = judged_while_in();
    story.then(releases(lease(0, 1)), []);
    story.then(answers(R0, allow(Shared)), [yes_operation(R0, 2, Some(lease(0, 2)))]);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 2)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_12_the_pin_lasts_until_the_reply_came_back_although_the_request_is_over() {
    let mut story = hurried();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_operation(A, 2, ALICE), [asked(R0, OPERATION, Some("p"))]);
    story.at(10).then(Input::Tick, [no(R0, OPERATION, 2, ERROR_ACCESS_DENIED)]);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 1)), []);
    story.then(answers(R0, allow(Shared)), [reports(Misuse::TooLate(R0)), Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_12_two_requests_pin_one_payload() {
    let mut story = judged_while_in();
    story.then(asks_quota(A, 3, ALICE), [asked(R1, QUOTA, Some("p"))]);
    story.then(releases(lease(0, 1)), []);
    story.then(answers(R1, crate::engine::Answer::Quota(ONE_SHELL)), [yes_quota(R1, 3, ONE_SHELL)]);
    story.then(accepts(R1), []);
    let denied = [no(R0, OPERATION, 2, ERROR_ACCESS_DENIED), Effect::Drop("p")];
    story.then(abandons(R0, Abandoned::Dropped), denied);
    story.then(accepts(R0), []);
    story.ends(A);
    story.over();
}

#[test]
fn cl_13_a_shared_payload_goes_with_its_last_lease_whichever_that_is() {
    let (user, operation) = (lease(0, 1), lease(1, 1));
    for [first, last] in [[user, operation], [operation, user]] {
        let mut story = judged_while_in();
        story.then(answers(R0, allow(Shared)), [yes_operation(R0, 2, Some(operation))]);
        story.then(accepts(R0), []);
        assert_eq!((story.engine.live_leases(), story.engine.payloads()), (2, 1));
        story.then(releases(first), []);
        story.then(releases(last), [Effect::Drop("p")]);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_13_what_comes_with_a_second_answer_is_dropped() {
    let mut story = judged_while_in();
    story.then(answers(R0, allow(Fresh("q"))), [yes_operation(R0, 2, Some(lease(1, 1)))]);
    story.then(answers(R0, allow(Fresh("r"))), [reports(Misuse::NoReplyDue(R0)), Effect::Drop("r")]);
    story.then(accepts(R0), []);
    story.then(answers(R0, allow(Fresh("s"))), [reports(Misuse::NoReplyDue(R0)), Effect::Drop("s")]);
    story.then(releases(lease(1, 1)), [Effect::Drop("q")]);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_13_shutdown_drops_what_the_host_left_behind_and_says_how_much() {
    let mut story = judged_while_in();
    story.then(answers(R0, allow(Fresh("q"))), [yes_operation(R0, 2, Some(lease(1, 1)))]);
    story.then(accepts(R0), []);
    story.then(stops(A), [Effect::Drop("p"), Effect::Drop("q"), drained(A, 2, 0)]);
    story.misuse(releases(lease(0, 1)), Misuse::ReleasedUnknown(lease(0, 1)));
    story.over();
}

#[test]
fn cl_13_shutdown_ends_the_pin_of_a_reply_that_never_came_back() {
    let mut story = judged_while_in();
    story.then(stops(A), [no(R0, OPERATION, 2, ERROR_OPERATION_ABORTED)]);
    story.then(releases(lease(0, 1)), []);
    story.then(accepts(R0), [Effect::Drop("p"), drained(A, 0, 1)]);
    assert_eq!((story.engine.open_requests(), story.engine.payloads()), (1, 0), "the number stays taken");
    story.then(answers(R0, allow(Fresh("q"))), [reports(Misuse::TooLate(R0)), Effect::Drop("q")]);
    story.over();
}

#[test]
fn cl_13_no_room_for_a_lease_drops_the_payload_and_denies() {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    story.engine.shards[0].leases.last_slot = 0;
    story.then(asks_operation(A, 2, ALICE), [asked(R0, OPERATION, Some("p"))]);
    let refused = no(R0, OPERATION, 2, crate::code::ERROR_NOT_ENOUGH_MEMORY);
    story.then(answers(R0, allow(Fresh("q"))), [Effect::Drop("q"), refused.clone()]);
    story.then(accepts(R0), []);
    story.then(asks_operation(A, 2, ALICE), [asked(R0, OPERATION, Some("p"))]);
    story.then(answers(R0, allow(Shared)), [refused]);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}
