//! Questions: first requests, several users, policies that answer twice, drop or panic.

use wsman_authz_core::call::RequestKind;
use wsman_authz_core::engine::Abandoned;

use crate::stage::{ALICE, BOB, REFUSED, Setting, Stage};

/// Two first requests of one user: two leases, each with its own payload.
pub(crate) fn cl_71_two_first_requests_of_one_user() -> Stage {
    let stage = Stage::new();
    stage.spawn(|stage| stage.fresh(stage.user(ALICE)));
    stage.fresh(stage.user(ALICE));
    stage
}

/// As above, with a third thread that asks for an operation of the user.
pub(crate) fn cl_71_two_first_requests_and_an_operation() -> Stage {
    let stage = Stage::new();
    let (first, second) = (stage.user(ALICE), stage.user(ALICE));
    stage.spawn(move |stage| stage.fresh(first));
    stage.spawn(move |stage| stage.fresh(second));
    stage.shared(stage.operation(ALICE));
    stage
}

/// Two users at once: each policy is shown its own user's payload.
pub(crate) fn cl_71_operations_of_two_users() -> Stage {
    let stage = Stage::new();
    stage.let_in(ALICE);
    stage.spawn(|stage| {
        stage.fresh(stage.user(BOB));
        stage.shared(stage.operation(BOB));
    });
    stage.shared(stage.operation(ALICE));
    stage
}

/// The host asks for the first operation from inside the completion that lets the user in: the grant is there.
pub(crate) fn cl_31_an_operation_from_inside_the_completion_of_its_user() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        if completion.kind == RequestKind::User {
            stage.spawn(|stage| {
                let question = stage.operation(ALICE);
                let question = question.unwrap_or_else(|| stage.ledger().breach("CL-31", "the grant came too late"));
                stage.shared(question);
            });
        }
        0
    });
    let stage = inside.stage();
    stage.fresh(stage.user(ALICE));
    stage
}

/// The host refuses to let the user in, after it asked for an operation from inside the completion.
pub(crate) fn cl_17_a_refusal_after_an_operation_was_asked_for() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        if completion.kind != RequestKind::User {
            return 0;
        }
        stage.spawn(|stage| stage.shared(stage.operation(ALICE)));
        REFUSED
    });
    let stage = inside.stage();
    stage.fresh(stage.user(ALICE));
    stage
}

/// A reply is used twice, on two threads: one answer counts, and what the other brings is dropped.
pub(crate) fn cl_50_two_answers_to_one_question() -> Stage {
    let stage = Stage::new();
    let question = stage.user(ALICE).expect("users get to the policy");
    let twin = question.twin();
    stage.spawn(move |stage| stage.fresh(twin));
    stage.fresh(question);
    stage
}

/// A policy panics while another one answers: the other user is none the wiser.
pub(crate) fn cl_61_a_panic_beside_an_answer() -> Stage {
    let stage = Stage::new();
    stage.let_in(BOB);
    let panics = stage.operation(BOB);
    stage.spawn(|stage| stage.fresh(stage.user(ALICE)));
    stage.abandon(panics, Abandoned::Panicked);
    stage
}

/// Three policies come to three ends at once: yes, no, and a dropped reply.
pub(crate) fn cl_70_a_yes_a_no_and_a_dropped_reply() -> Stage {
    let stage = Stage::new();
    let [first, second, third] = [(); 3].map(|()| stage.user(ALICE));
    stage.spawn(move |stage| stage.deny(second));
    stage.spawn(move |stage| stage.abandon(third, Abandoned::Dropped));
    stage.fresh(first);
    stage
}

/// A quota is asked for while the user's last lease ends.
pub(crate) fn cl_80_a_quota_against_a_release() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    stage.spawn(move |stage| stage.release(context));
    stage.fresh(stage.quota(ALICE));
    stage
}

/// A token is handed over while another one comes back with a refusal.
pub(crate) fn cl_74_a_token_taken_beside_a_token_refused() -> Stage {
    let refuses_bob = |stage: &Stage, completion: &wsman_authz_core::call::Completion| {
        if stage.ledger().user_of(completion) == Some(BOB) { REFUSED } else { 0 }
    };
    let stage = Setting::default().inside(refuses_bob).stage();
    stage.spawn(|stage| stage.with_token(stage.user(BOB)));
    stage.with_token(stage.user(ALICE));
    stage
}
