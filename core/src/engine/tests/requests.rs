//! One fitting completion for each request, whatever the policy does.

use super::*;
use crate::call::Identity;
use crate::code::{ERROR_INTERNAL_ERROR, ERROR_SUCCESS};
use crate::engine::Answer;
use crate::engine::Payload::{Fresh, None as Nothing};

/// ALICE is in; a question of each kind is open: [`R0`] to [`R2`], with senders 10 to 12.
fn one_of_each() -> Story {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_user(A, 10, ALICE), [asked(R0, USER, Some("p"))]);
    story.then(asks_operation(A, 11, ALICE), [asked(R1, OPERATION, Some("p"))]);
    story.then(asks_quota(A, 12, ALICE), [asked(R2, QUOTA, Some("p"))]);
    story
}

const EACH: [(RequestId, crate::call::RequestKind, u64); 3] = [(R0, USER, 10), (R1, OPERATION, 11), (R2, QUOTA, 12)];

#[test]
fn cl_50_a_second_answer_makes_no_second_completion() {
    let mut story = one_of_each();
    for (request, kind, number) in EACH {
        story.then(answers(request, deny(5)), [no(request, kind, number, 5)]);
        story.then(answers(request, deny(5)), [reports(Misuse::NoReplyDue(request))]);
        story.misuse(abandons(request, Abandoned::Dropped), Misuse::NoReplyDue(request));
        story.then(accepts(request), []);
        story.misuse(accepts(request), Misuse::NotCompleting(request));
        story.then(answers(request, deny(5)), [reports(Misuse::NoReplyDue(request))]);
    }
    story.wind_up();
}

#[test]
fn cl_50_a_request_that_was_never_made_has_no_answer() {
    let mut story = story();
    let lost = [reports(Misuse::NoReplyDue(R2)), Effect::CloseToken(TOKEN), Effect::Drop("p")];
    story.then(answers(R2, let_in_as(TOKEN, "p")), lost);
    story.misuse(abandons(R2, Abandoned::Panicked), Misuse::NoReplyDue(R2));
    story.misuse(accepts(R2), Misuse::NotCompleting(R2));
    story.ends(A);
    story.over();
}

#[test]
fn cl_51_a_completion_has_the_kind_and_the_pointer_of_its_question() {
    let mut story = one_of_each();
    story.then(answers(R2, Answer::Quota(ONE_SHELL)), [yes_quota(R2, 12, ONE_SHELL)]);
    story.then(answers(R0, let_in(Nothing)), [yes_user(R0, 10, lease(1, 1))]);
    story.then(answers(R1, allow(Nothing)), [yes_operation(R1, 11, None)]);
    for request in [R1, R2, R0] {
        story.then(accepts(request), []);
    }
    story.wind_up();
}

#[test]
fn cl_51_a_pointer_may_be_used_again_while_an_old_reply_is_out() {
    let mut story = hurried();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.at(10).then(Input::Tick, [no(R0, USER, 1, ERROR_ACCESS_DENIED)]);
    story.then(accepts(R0), []);
    story.then(asks_user(A, 1, BOB), [asked(R1, USER, None)]);
    story.then(answers(R0, let_in(Fresh("p"))), [reports(Misuse::TooLate(R0)), Effect::Drop("p")]);
    story.then(answers(R1, let_in(Fresh("q"))), [yes_user(R1, 1, lease(0, 1))]);
    story.then(accepts(R1), []);
    story.denies_without_grant(ALICE);
    story.then(releases(lease(0, 1)), [Effect::Drop("q")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_51_an_answer_to_another_question_is_a_failure_and_brings_nothing_in() {
    let answer = |number: usize| match number {
        0 => (let_in_as(TOKEN, "q"), Vec::from([Effect::CloseToken(TOKEN), Effect::Drop("q")])),
        1 => (allow(Fresh("q")), Vec::from([Effect::Drop("q")])),
        _ => (Answer::Quota(ONE_SHELL), Vec::new()),
    };
    for (asked, (request, kind, number)) in EACH.into_iter().enumerate() {
        for wrong in (0..3).filter(|wrong| *wrong != asked) {
            let mut story = one_of_each();
            let (answer, lost) = answer(wrong);
            let mut expected = Vec::from([reports(Misuse::WrongKind(request))]);
            expected.extend(lost);
            expected.push(no(request, kind, number, ERROR_INTERNAL_ERROR));
            assert_eq!(story.step(answers(request, answer)), Ok(expected));
            assert_eq!(story.engine.live_leases(), 1);
            story.wind_up();
        }
    }
}

#[test]
fn cl_53_a_failure_carries_its_code_and_its_text_and_nothing_else() {
    for (request, kind, number) in EACH {
        let mut story = one_of_each();
        let text = Some("not today".into());
        let Does::Complete { completion, .. } = no(request, kind, number, 1234) else { unreachable!() };
        let expected = crate::call::Completion { extended: text.clone(), ..completion };
        assert_eq!((expected.context, expected.identity, expected.quota), (None, None, None));
        story.then(answers(request, Answer::Deny { error: 1234, text }), [says(request, expected)]);
        story.wind_up();
    }
}

#[test]
fn cl_61_a_panic_denies_its_request_and_harms_no_other() {
    for (request, kind, number) in EACH {
        let mut story = one_of_each();
        let denied = [no(request, kind, number, ERROR_ACCESS_DENIED)];
        story.then(abandons(request, Abandoned::Panicked), denied);
        story.then(accepts(request), []);
        for (other, kind, number) in EACH.into_iter().filter(|(other, ..)| *other != request) {
            assert_eq!(story.phase(other), Some((Phase::Asked, true)));
            story.then(answers(other, deny(6)), [no(other, kind, number, 6)]);
            story.then(accepts(other), []);
        }
        story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
        story.ends(A);
        story.over();
    }
}

#[test]
fn cl_70_a_reply_without_a_verdict_is_a_denial() {
    for why in [Abandoned::Dropped, Abandoned::Panicked] {
        for (request, kind, number) in EACH {
            let mut story = one_of_each();
            story.then(abandons(request, why), [no(request, kind, number, ERROR_ACCESS_DENIED)]);
            story.misuse(abandons(request, why), Misuse::NoReplyDue(request));
            story.then(accepts(request), []);
            story.wind_up();
        }
    }
}

#[test]
fn cl_70_a_denial_with_the_code_of_success_is_a_denial() {
    for (request, kind, number) in EACH {
        let mut story = one_of_each();
        let denied = [no(request, kind, number, ERROR_ACCESS_DENIED)];
        story.then(answers(request, deny(ERROR_SUCCESS)), denied);
        story.then(accepts(request), []);
        story.wind_up();
    }
}

#[test]
fn cl_70_no_grant_no_question() {
    let mut story = story();
    story.denies_without_grant(ALICE);
    let denied = no(R0, QUOTA, 1, ERROR_ACCESS_DENIED);
    story.then(asks_quota(A, 1, ALICE), [reports(Misuse::NoGrant(QUOTA)), denied]);
    let lost = [reports(Misuse::NoReplyDue(R0)), Effect::Drop("p")];
    story.then(answers(R0, allow(Fresh("p"))), lost);
    story.then(accepts(R0), []);
    story.ends(A);
    story.over();
}

#[test]
fn cl_72_a_yes_names_its_identity_and_passes_the_administrator_on() {
    for identity in [Identity::Client, Identity::Host, Identity::Token(TOKEN)] {
        for administrator in [false, true] {
            let mut story = story();
            story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
            let Does::Complete { completion, .. } = yes_user_as(R0, 1, lease(0, 1), identity) else { unreachable!() };
            let expected = crate::call::Completion { administrator, ..completion };
            let answer = Answer::AllowUser { payload: Nothing, identity, administrator };
            story.then(answers(R0, answer), [says(R0, expected)]);
            story.then(accepts(R0), []);
            story.then(releases(lease(0, 1)), []);
            story.ends(A);
            story.over();
        }
    }
}
