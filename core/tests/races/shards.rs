//! Shards: users under different locks. What concerns one of them is done under one, what concerns all under all.

use crate::stage::{A, ALICE, BOB, Setting, Stage};

/// A stage with ALICE in one shard and BOB in another.
fn apart() -> Stage {
    let stage = Setting::shards().stage();
    stage.let_in(ALICE);
    stage.let_in(BOB);
    stage
}

/// Each is busy in a shard of its own: two locks, and no number is given twice.
pub(crate) fn cl_71_users_in_two_shards_at_once() -> Stage {
    let stage = apart();
    stage.spawn(|stage| stage.shared(stage.operation(BOB)));
    stage.fresh(stage.operation(ALICE));
    stage
}

/// Shutdown waits for an answer in each shard: whoever comes last ends the application, once.
pub(crate) fn cl_54_the_last_answers_in_two_shards_of_an_application_that_shuts_down() -> Stage {
    let stage = apart();
    let (alice, bob) = (stage.operation(ALICE), stage.operation(BOB));
    stage.spawn(move |stage| stage.shared(bob));
    stage.shutdown(A);
    stage.shared(alice);
    stage
}

/// A question in each shard comes before, during or after Shutdown.
pub(crate) fn cl_54_shutdown_of_two_shards_against_questions_in_both() -> Stage {
    let stage = apart();
    stage.spawn(|stage| stage.shutdown(A));
    stage.shared(stage.operation(ALICE));
    stage.shared(stage.operation(BOB));
    stage
}

/// Two threads call Shutdown: one is taken, the other is told so, and no shard takes both.
pub(crate) fn cl_55_two_shutdowns_of_two_shards() -> Stage {
    let stage = apart();
    stage.spawn(|stage| stage.shutdown(A));
    stage.shutdown(A);
    stage
}

/// Releases in both shards come before or after Shutdown: each payload goes with one of them.
pub(crate) fn cl_13_shutdown_of_two_shards_against_releases_in_both() -> Stage {
    let stage = Setting::shards().stage();
    let (alice, bob) = (stage.let_in(ALICE), stage.let_in(BOB));
    stage.spawn(|stage| stage.shutdown(A));
    stage.release(alice);
    stage.release(bob);
    stage
}

/// One look at the clock finds both overdue, or one of them, or none.
pub(crate) fn cl_50_a_look_at_the_clock_against_late_answers_in_two_shards() -> Stage {
    let stage = Setting::shards().answer_within(2).stage();
    let (alice, bob) = (stage.user(ALICE), stage.user(BOB));
    stage.pass(2);
    stage.spawn(|stage| stage.tick());
    stage.fresh(alice);
    stage.fresh(bob);
    stage
}

/// Numbers about everything are taken under all locks: one lease ends in a shard before one begins in the other, and
/// nobody counts both.
pub(crate) fn statistics_of_two_shards() -> Stage {
    let stage = Setting::shards().stage();
    let alice = stage.let_in(ALICE);
    stage.spawn(move |stage| {
        stage.release(alice);
        stage.let_in(BOB);
    });
    let leases = stage.engine().live_leases();
    if leases > 1 {
        stage.ledger().breach("statistics", "a lease that had ended, and one that came after it");
    }
    stage.ledger().word(format!("{leases} leases"));
    stage
}
