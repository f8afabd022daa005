//! Deadlines: the denial of an overdue request against everything else that may end it.

use wsman_authz_core::engine::Abandoned;

use crate::stage::{A, ALICE, BOB, Setting, Stage};

/// A stage on which a question about ALICE is overdue.
fn overdue() -> (Stage, Option<crate::stage::Question>) {
    let stage = Setting::default().answer_within(10).stage();
    let question = stage.user(ALICE);
    stage.pass(10);
    (stage, question)
}

/// The watch denies an overdue request while the answer comes: it never counts, and what it brings is dropped.
pub(crate) fn cl_70_overdue_denial_against_a_late_yes() -> Stage {
    let (stage, question) = overdue();
    stage.spawn(Stage::tick);
    stage.with_token(question);
    stage
}

/// The deadline passes while the answer is on its way: it counts or it does not, but only one of them.
pub(crate) fn cl_70_the_deadline_passes_while_the_answer_comes() -> Stage {
    let stage = Setting::default().answer_within(10).stage();
    let question = stage.user(ALICE);
    stage.spawn(|stage| {
        stage.pass(10);
        stage.tick();
    });
    stage.fresh(question);
    stage
}

/// Two threads look at the clock: each overdue request is denied once.
pub(crate) fn cl_50_two_looks_at_the_clock() -> Stage {
    let stage = Setting::default().answer_within(10).stage();
    let questions = [stage.user(ALICE), stage.user(BOB)];
    stage.pass(10);
    stage.spawn(Stage::tick);
    stage.tick();
    stage.join();
    questions.into_iter().flatten().for_each(|question| stage.abandon(question, Abandoned::Dropped));
    stage
}

/// A policy drops the reply to an overdue request.
pub(crate) fn cl_70_overdue_denial_against_a_dropped_reply() -> Stage {
    let (stage, question) = overdue();
    stage.spawn(Stage::tick);
    stage.abandon(question, Abandoned::Dropped);
    stage
}

/// Shutdown and the watch deny the same request.
pub(crate) fn cl_50_overdue_denial_against_shutdown() -> Stage {
    let (stage, question) = overdue();
    stage.spawn(Stage::tick);
    stage.shutdown(A);
    stage.join();
    stage.deny(question);
    stage
}

/// The watch, Shutdown and the late answer itself.
pub(crate) fn cl_70_overdue_denial_shutdown_and_a_late_yes() -> Stage {
    let (stage, question) = overdue();
    stage.spawn(Stage::tick);
    stage.spawn(move |stage| stage.fresh(question));
    stage.shutdown(A);
    stage
}

/// A thread reads the clock, and comes to the engine after another one with a later time: nothing becomes overdue twice,
/// and a new question has its full time.
pub(crate) fn cl_35_a_thread_that_comes_with_an_old_time() -> Stage {
    let stage = Setting::default().answer_within(10).stage();
    let question = stage.user(ALICE);
    stage.spawn(|stage| {
        stage.pass(20);
        stage.tick();
    });
    stage.tick_late(5);
    stage.fresh(stage.user(BOB));
    stage.fresh(question);
    stage
}
