//! What an answer may carry: redirects, tokens, quotas.

use super::*;
use crate::call::{Completion, Identity, Quota};
use crate::code::{
    ERROR_INTERNAL_ERROR, ERROR_NOT_ENOUGH_MEMORY, ERROR_OPERATION_ABORTED, ERROR_REDIRECT_LOCATION_INVALID,
    ERROR_WSMAN_REDIRECT_REQUESTED,
};
use crate::engine::Answer;
use crate::engine::Payload::{Fresh, None as Nothing};

const ELSEWHERE: &str = "https://b.example:5986/wsman";

fn sent_to(url: &'static str) -> Does {
    let Does::Complete { completion, .. } = no(R0, USER, 1, ERROR_WSMAN_REDIRECT_REQUESTED) else { unreachable!() };
    says(R0, Completion { extended: Some(url.into()), ..completion })
}

#[test]
fn cl_73_a_redirect_leaves_with_a_good_url_or_as_a_failure() {
    let invalid = || no(R0, USER, 1, ERROR_REDIRECT_LOCATION_INVALID);
    let with_code =
        |text: Option<&'static str>| Answer::Deny { error: ERROR_WSMAN_REDIRECT_REQUESTED, text: text.map(Into::into) };
    let ways = [
        (redirect(ELSEWHERE), sent_to(ELSEWHERE)),
        (redirect("/wsman"), invalid()),
        (redirect(""), invalid()),
        (with_code(Some(ELSEWHERE)), sent_to(ELSEWHERE)),
        (with_code(Some("javascript:alert(1)")), invalid()),
        (with_code(None), invalid()),
    ];
    for (answer, said) in ways {
        let mut story = story();
        story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
        story.then(answers(R0, answer), [said]);
        story.then(accepts(R0), []);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_73_a_redirect_of_a_user_revokes_like_any_failure() {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, Some("p"))]);
    story.then(answers(R0, redirect(ELSEWHERE)), [sent_to(ELSEWHERE)]);
    story.then(accepts(R0), []);
    story.denies_without_grant(ALICE);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_74_a_token_that_came_too_late_is_closed() {
    let mut story = hurried();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.at(10).then(Input::Tick, [no(R0, USER, 1, ERROR_ACCESS_DENIED)]);
    let lost = [reports(Misuse::TooLate(R0)), Effect::CloseToken(TOKEN), Effect::Drop("p")];
    story.then(answers(R0, let_in_as(TOKEN, "p")), lost);
    story.then(accepts(R0), []);
    story.ends(A);
    story.over();
}

#[test]
fn cl_74_a_token_that_came_twice_is_closed_once_and_handed_over_once() {
    let mut story = story();
    let (kept, second) = (Identity::Token(TOKEN), crate::id::Token(8));
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.then(answers(R0, let_in_as(TOKEN, "p")), [yes_user_as(R0, 1, lease(0, 1), kept)]);
    let lost = [reports(Misuse::NoReplyDue(R0)), Effect::CloseToken(second), Effect::Drop("q")];
    story.then(answers(R0, let_in_as(second, "q")), lost);
    story.then(accepts(R0), []);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_74_a_token_for_which_there_is_no_room_is_closed() {
    for (payload, dropped) in [(Fresh("q"), Some(Effect::Drop("q"))), (Nothing, None)] {
        let mut story = story();
        story.enters(BOB, "p", lease(0, 1));
        story.engine.shards[0].leases.last_slot = 0;
        story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
        let answer = Answer::AllowUser { payload, identity: Identity::Token(TOKEN), administrator: true };
        let mut expected: Vec<_> = dropped.into_iter().collect();
        expected.extend([Effect::CloseToken(TOKEN), no(R0, USER, 1, ERROR_NOT_ENOUGH_MEMORY)]);
        assert_eq!(story.step(answers(R0, answer)), Ok(expected));
        story.then(accepts(R0), []);
        story.denies_without_grant(ALICE);
        story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_74_a_token_on_its_way_at_shutdown_is_handed_over_or_closed() {
    for (host_says, closed) in [(accepts(R0), None), (refuses(R0), Some(Effect::CloseToken(TOKEN)))] {
        let mut story = story();
        let identity = Identity::Token(TOKEN);
        story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
        story.then(answers(R0, let_in_as(TOKEN, "p")), [yes_user_as(R0, 1, lease(0, 1), identity)]);
        story.then(stops(A), []);
        let left = u32::from(closed.is_none());
        let mut expected = Vec::from([Effect::Drop("p")]);
        expected.extend(closed);
        expected.push(drained(A, left, 0));
        assert_eq!(story.step(host_says), Ok(expected));
        story.over();
    }
}

#[test]
fn cl_80_a_quota_is_always_answered() {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    let no_shells = Quota { shells: 0, operations: 0, timeslot_s: 1, per_timeslot: 0 };
    let no_time = Quota { timeslot_s: 0, ..ONE_SHELL };
    let ways = [
        (answers(R0, Answer::Quota(ONE_SHELL)), yes_quota(R0, 2, ONE_SHELL)),
        (answers(R0, Answer::Quota(no_shells)), yes_quota(R0, 2, no_shells)),
        (answers(R0, Answer::Quota(EngineConfig::SERVICE_QUOTA)), yes_quota(R0, 2, EngineConfig::SERVICE_QUOTA)),
        (answers(R0, Answer::Quota(no_time)), no(R0, QUOTA, 2, ERROR_INTERNAL_ERROR)),
        (answers(R0, deny(1)), no(R0, QUOTA, 2, 1)),
        (abandons(R0, Abandoned::Dropped), no(R0, QUOTA, 2, ERROR_ACCESS_DENIED)),
        (abandons(R0, Abandoned::Panicked), no(R0, QUOTA, 2, ERROR_ACCESS_DENIED)),
    ];
    for (answer, said) in ways {
        story.then(asks_quota(A, 2, ALICE), [asked(R0, QUOTA, Some("p"))]);
        story.then(answer, [said]);
        story.then(accepts(R0), []);
    }
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_80_a_quota_is_answered_without_a_grant_and_at_shutdown_too() {
    let mut story = story();
    let denied = no(R0, QUOTA, 1, ERROR_ACCESS_DENIED);
    story.then(asks_quota(A, 1, ALICE), [reports(Misuse::NoGrant(QUOTA)), denied]);
    story.then(stops(A), []);
    let aborted = no(R1, QUOTA, 2, ERROR_OPERATION_ABORTED);
    story.then(asks_quota(A, 2, ALICE), [reports(Misuse::ShuttingDown(A)), aborted]);
    story.then(accepts(R0), []);
    story.then(accepts(R1), [drained(A, 0, 0)]);
    story.over();
}
