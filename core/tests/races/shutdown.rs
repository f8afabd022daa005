//! Shutdown: against each entry point, against answers that are still to come, against itself.

use wsman_authz_core::engine::Abandoned;

use crate::stage::{A, ALICE, BOB, REFUSED, Setting, Stage};

/// A stage with a user in, and a thread that shuts it down.
fn shutting_down() -> Stage {
    let stage = Stage::new();
    stage.let_in(ALICE);
    stage.spawn(|stage| stage.shutdown(A));
    stage
}

/// AuthorizeUser comes before, during or after Shutdown.
pub(crate) fn cl_54_shutdown_against_a_question_about_a_user() -> Stage {
    let stage = shutting_down();
    stage.fresh(stage.user(BOB));
    stage
}

/// AuthorizeOperation comes before, during or after Shutdown.
pub(crate) fn cl_54_shutdown_against_a_question_about_an_operation() -> Stage {
    let stage = shutting_down();
    stage.shared(stage.operation(ALICE));
    stage
}

/// QueryQuota comes before, during or after Shutdown.
pub(crate) fn cl_54_shutdown_against_a_question_about_a_quota() -> Stage {
    let stage = shutting_down();
    stage.fresh(stage.quota(ALICE));
    stage
}

/// ReleaseContext comes before, during or after Shutdown: the payload goes with one of them.
pub(crate) fn cl_13_shutdown_against_releases() -> Stage {
    let stage = Stage::new();
    let (user, operation) = (stage.let_in(ALICE), stage.begin(ALICE));
    stage.spawn(|stage| stage.shutdown(A));
    stage.release(user);
    stage.release(operation);
    stage
}

/// Two threads call Shutdown: one is taken, the other is told so.
pub(crate) fn cl_55_two_shutdowns() -> Stage {
    let stage = shutting_down();
    stage.shutdown(A);
    stage
}

/// The answer of a policy comes before, during or after Shutdown.
pub(crate) fn cl_70_shutdown_against_a_late_answer() -> Stage {
    let stage = Stage::new();
    let question = stage.user(ALICE);
    stage.spawn(|stage| stage.shutdown(A));
    stage.with_token(question);
    stage
}

/// Shutdown finds two questions open, and both answers are on their way.
pub(crate) fn cl_70_shutdown_against_two_late_answers() -> Stage {
    let stage = Stage::new();
    stage.let_in(ALICE);
    let (user, operation) = (stage.user(BOB), stage.operation(ALICE));
    stage.spawn(move |stage| stage.fresh(user));
    stage.spawn(move |stage| stage.shared(operation));
    stage.shutdown(A);
    stage
}

/// A policy drops its reply, and the payload that it was shown with it, while Shutdown frees the rest.
pub(crate) fn cl_12_shutdown_against_a_dropped_reply() -> Stage {
    let stage = Stage::new();
    stage.let_in(ALICE);
    let question = stage.operation(ALICE);
    stage.spawn(|stage| stage.shutdown(A));
    stage.abandon(question, Abandoned::Dropped);
    stage
}

/// The host shuts down from inside a completion, on another thread: the application drains when the completion is back.
pub(crate) fn cl_54_shutdown_from_inside_a_completion() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        if completion.is_success() {
            stage.spawn(|stage| stage.shutdown(A));
        }
        0
    });
    let stage = inside.stage();
    stage.fresh(stage.user(ALICE));
    stage
}

/// As above, and the host refuses the completion.
pub(crate) fn cl_17_shutdown_against_a_refusal() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        if completion.is_success() {
            stage.spawn(|stage| stage.shutdown(A));
        }
        REFUSED
    });
    let stage = inside.stage();
    stage.with_token(stage.user(ALICE));
    stage
}

/// Shutdown, a late answer, and the release of the lease that it would share.
pub(crate) fn cl_13_shutdown_a_late_answer_and_a_release() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    let question = stage.operation(ALICE);
    stage.spawn(move |stage| stage.shared(question));
    stage.spawn(move |stage| stage.release(context));
    stage.shutdown(A);
    stage
}

/// Shutdown, a late answer, a release, and another Shutdown, on four threads.
pub(crate) fn cl_55_two_shutdowns_a_late_denial_and_a_release() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    let question = stage.operation(ALICE);
    stage.spawn(move |stage| stage.abandon(question, Abandoned::Panicked));
    stage.spawn(move |stage| stage.release(context));
    stage.spawn(|stage| stage.shutdown(A));
    stage.shutdown(A);
    stage
}

/// A reply outlives its application, and is used while another application takes its request number.
pub(crate) fn cl_54_a_reply_that_outlives_its_application() -> Stage {
    let stage = Stage::new();
    stage.let_in(ALICE);
    let question = stage.operation(ALICE);
    stage.shutdown(A);
    stage.start(crate::stage::B);
    stage.spawn(move |stage| stage.fresh(question));
    let other = stage.ask(crate::stage::B, wsman_authz_core::call::RequestKind::User, ALICE);
    stage.fresh(other);
    stage
}
