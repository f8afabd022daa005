//! Releases: against completions, against each other, against a policy that looks.

use wsman_authz_core::call::RequestKind;

use crate::stage::{ALICE, BOB, REFUSED, Setting, Stage};

/// The host releases a context on another thread before it has answered the completion that reported it.
pub(crate) fn cl_10_a_release_overtakes_the_return_of_its_completion() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        if let Some(context) = completion.context {
            stage.spawn(move |stage| stage.release(context));
        }
        0
    });
    let stage = inside.stage();
    stage.fresh(stage.user(ALICE));
    stage
}

/// The host releases a context from inside the completion that reported it, while the user asks for an operation.
pub(crate) fn cl_60_a_release_inside_its_completion() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        completion.context.filter(|_| completion.kind == RequestKind::User).map(|context| stage.release(context));
        0
    });
    let stage = inside.stage();
    stage.spawn(|stage| {
        stage.shared(stage.operation(ALICE));
    });
    stage.fresh(stage.user(ALICE));
    stage
}

/// Two threads give the same context back: one ends the lease, the other is told so.
pub(crate) fn cl_16_two_releases_of_one_handle() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    stage.spawn(move |stage| stage.release(context));
    stage.release(context);
    stage
}

/// As above, with a third thread.
pub(crate) fn cl_16_three_releases_of_one_handle() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    for _ in 0..2 {
        stage.spawn(move |stage| stage.release(context));
    }
    stage.release(context);
    stage
}

/// User and operation share a payload, and both leases end at once: it is dropped once.
pub(crate) fn cl_13_the_last_two_leases_of_a_payload_end_at_once() -> Stage {
    let stage = Stage::new();
    let (user, operation) = (stage.let_in(ALICE), stage.begin(ALICE));
    stage.spawn(move |stage| stage.release(user));
    stage.release(operation);
    stage
}

/// Four leases on one payload end on four threads.
pub(crate) fn cl_13_four_leases_of_a_payload_end_at_once() -> Stage {
    let stage = Stage::new();
    let user = stage.let_in(ALICE);
    let operations = [0; 3].map(|_| stage.begin(ALICE));
    for operation in operations {
        stage.spawn(move |stage| stage.release(operation));
    }
    stage.release(user);
    stage
}

/// The user's last lease ends while the policy looks at the payload to judge an operation.
pub(crate) fn cl_12_a_release_while_the_policy_looks() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    let question = stage.operation(ALICE);
    stage.spawn(move |stage| stage.release(context));
    stage.shared(question);
    stage
}

/// As above, with two policies that look: one says yes with the payload, the other says no.
pub(crate) fn cl_12_a_release_while_two_policies_look() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    let (first, second) = (stage.operation(ALICE), stage.operation(ALICE));
    stage.spawn(move |stage| stage.release(context));
    stage.spawn(move |stage| stage.shared(first));
    stage.deny(second);
    stage
}

/// The release of the user's context races the question that would pin its payload.
pub(crate) fn cl_12_a_release_against_the_question_that_pins() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    stage.spawn(move |stage| stage.release(context));
    stage.shared(stage.operation(ALICE));
    stage
}

/// The host releases a context on another thread, and then refuses the completion that reported it.
pub(crate) fn cl_17_a_refused_completion_against_the_release_of_its_lease() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        if let Some(context) = completion.context {
            stage.spawn(move |stage| stage.release(context));
        }
        REFUSED
    });
    let stage = inside.stage();
    stage.fresh(stage.user(ALICE));
    stage
}

/// Two users are let in at once, and the host refuses both: tokens are closed, payloads dropped.
pub(crate) fn cl_74_two_refused_completions_at_once() -> Stage {
    let stage = Setting::default().inside(|_, _| REFUSED).stage();
    stage.spawn(|stage| stage.with_token(stage.user(BOB)));
    stage.with_token(stage.user(ALICE));
    stage
}

/// A destructor takes a step of its own, while another thread takes steps: no lock is held around it.
pub(crate) fn cl_60_a_destructor_calls_back_in() -> Stage {
    let stage = Stage::new();
    let question = stage.user(ALICE).expect("users get to the policy");
    let held = stage.let_in(BOB);
    let context = stage.called_back(question, move |stage| stage.release(held)).expect("the host takes it");
    stage.spawn(move |stage| stage.release(context));
    stage.shared(stage.operation(BOB));
    stage
}

/// Two users' leases end while a third question about one of them is open: it stays open.
pub(crate) fn cl_52_releases_complete_no_request_that_is_open() -> Stage {
    let stage = Stage::new();
    let (alice, bob) = (stage.let_in(ALICE), stage.let_in(BOB));
    let question = stage.user(ALICE);
    stage.spawn(move |stage| stage.release(alice));
    stage.spawn(move |stage| stage.release(bob));
    stage.deny(question);
    stage
}
