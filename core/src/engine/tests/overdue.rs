//! A policy that takes too long, and a clock that is set back.

use super::*;
use crate::engine::Payload::{Fresh, Shared};

#[test]
fn cl_35_time_never_runs_backwards() {
    let mut story = hurried();
    story.at(100).then(Input::Tick, []);
    story.at(50).then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    assert_eq!((story.engine.now(), story.engine.next_deadline()), (Timestamp(100), Some(Timestamp(110))));
    story.at(109).then(Input::Tick, []);
    story.at(0).then(Input::Tick, []);
    assert_eq!(story.engine.now(), Timestamp(109));
    story.at(110).then(Input::Tick, [no(R0, USER, 1, ERROR_ACCESS_DENIED)]);
    story.at(0).then(Input::Tick, []);
    story.then(accepts(R0), []);
    story.wind_up();
}

#[test]
fn cl_35_misuse_moves_the_clock_and_nothing_else() {
    let mut story = hurried();
    story.at(100).misuse(starts(A), Misuse::StartedTwice(A));
    assert_eq!(story.engine.now(), Timestamp(100));
    story.ends(A);
    story.over();
}

#[test]
fn cl_70_a_policy_beyond_its_deadline_is_denied_and_its_late_answer_brings_nothing_in() {
    for late in [true, false] {
        let mut story = hurried();
        story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
        assert_eq!(story.engine.next_deadline(), Some(Timestamp(10)));
        story.at(9).then(Input::Tick, []);
        story.at(10).then(Input::Tick, [no(R0, USER, 1, ERROR_ACCESS_DENIED)]);
        assert_eq!(story.engine.next_deadline(), None);
        story.at(11).then(Input::Tick, []);
        let lost = [reports(Misuse::TooLate(R0)), Effect::Drop("p")];
        if late {
            story.then(accepts(R0), []);
            assert_eq!(story.phase(R0), Some((Phase::Over, true)), "the reply is still out");
            story.then(answers(R0, let_in(Fresh("p"))), lost);
        } else {
            story.then(answers(R0, let_in(Fresh("p"))), lost);
            story.then(accepts(R0), []);
        }
        assert_eq!((story.engine.open_requests(), story.engine.live_leases()), (0, 0));
        story.denies_without_grant(ALICE);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_70_an_answer_after_the_deadline_does_not_count_although_nobody_looked_at_the_clock() {
    let mut story = hurried();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    let lost = [reports(Misuse::TooLate(R0)), Effect::Drop("p"), no(R0, USER, 1, ERROR_ACCESS_DENIED)];
    story.at(10).then(answers(R0, let_in(Fresh("p"))), lost);
    story.then(accepts(R0), []);
    assert_eq!(story.engine.next_deadline(), None);
    story.denies_without_grant(ALICE);
    story.ends(A);
    story.over();
}

#[test]
fn cl_70_only_what_is_overdue_is_denied_in_the_order_of_the_deadlines() {
    let mut story = hurried();
    story.enters(BOB, "p", lease(0, 1));
    story.then(asks_operation(A, 1, BOB), [asked(R0, OPERATION, Some("p"))]);
    story.at(5).then(asks_user(A, 2, ALICE), [asked(R1, USER, None)]);
    story.at(6).then(asks_quota(A, 3, BOB), [asked(R2, QUOTA, Some("p"))]);
    story.then(answers(R0, allow(Shared)), [yes_operation(R0, 1, Some(lease(1, 1)))]);
    assert_eq!(story.engine.next_deadline(), Some(Timestamp(15)), "R0 was answered in time");
    story.at(15).then(Input::Tick, [no(R1, USER, 2, ERROR_ACCESS_DENIED)]);
    story.at(99).then(Input::Tick, [no(R2, QUOTA, 3, ERROR_ACCESS_DENIED)]);
    for request in [R0, R1, R2] {
        story.then(accepts(request), []);
    }
    story.then(releases(lease(1, 1)), []);
    story.then(releases(lease(0, 1)), []);
    story.then(abandons(R2, Abandoned::Dropped), [Effect::Drop("p")]);
    story.then(abandons(R1, Abandoned::Panicked), []);
    story.ends(A);
    story.over();
}

#[test]
fn cl_70_an_overdue_reauthorization_revokes() {
    let mut story = hurried();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_user(A, 2, ALICE), [asked(R0, USER, Some("p"))]);
    story.at(10).then(Input::Tick, [no(R0, USER, 2, ERROR_ACCESS_DENIED)]);
    story.denies_without_grant(ALICE);
    story.then(answers(R0, let_in(Shared)), [reports(Misuse::TooLate(R0))]);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_70_without_a_deadline_a_policy_may_take_for_ever() {
    let mut story = story();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    assert_eq!(story.engine.next_deadline(), None);
    story.at(u64::MAX).then(Input::Tick, []);
    story.then(answers(R0, let_in(Fresh("p"))), [yes_user(R0, 1, lease(0, 1))]);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}
