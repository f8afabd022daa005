//! Those who only read: statistics, the watch, the trace. They see a state between two steps, and change nothing.

use crate::stage::{A, ALICE, Setting, Stage};

/// Statistics while a user is let in: what they show was true at some moment.
pub(crate) fn statistics_while_a_user_is_let_in() -> Stage {
    let stage = Stage::new();
    stage.spawn(|stage| {
        let engine = stage.engine();
        let (leases, payloads, requests) = (engine.live_leases(), engine.payloads(), engine.open_requests());
        if leases > 1 || payloads > 1 || requests > 1 {
            stage.ledger().breach("statistics", &format!("{leases} leases, {payloads} payloads, {requests} requests"));
        }
        stage.ledger().word(format!("{leases} leases, {payloads} payloads, {requests} requests"));
    });
    stage.fresh(stage.user(ALICE));
    stage
}

/// Statistics while two leases of one payload end: it is there as long as one of them is.
pub(crate) fn statistics_while_two_leases_end() -> Stage {
    let stage = Stage::new();
    let (user, operation) = (stage.let_in(ALICE), stage.begin(ALICE));
    stage.spawn(move |stage| stage.release(user));
    stage.spawn(move |stage| stage.release(operation));
    let (before, payloads, after) =
        (stage.engine().live_leases(), stage.engine().payloads(), stage.engine().live_leases());
    if after > before || after > 0 && payloads != 1 {
        stage.ledger().breach("statistics", &format!("{before} leases, {payloads} payloads, {after} leases"));
    }
    stage.ledger().word(format!("{before} leases, {payloads} payloads, {after} leases"));
    stage
}

/// The trace looks up what stands behind a context while it is released: it sees the payload, or nothing.
pub(crate) fn cl_12_a_look_behind_a_handle_while_it_is_released() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    stage.spawn(move |stage| stage.release(context));
    let behind = stage.engine().payload_of(context);
    stage.ledger().word(format!("behind it: {:?}", behind.map(|payload| payload.number)));
    stage
}

/// The watch asks for the next deadline while a question comes in and is answered.
pub(crate) fn cl_70_the_next_deadline_while_a_question_is_answered() -> Stage {
    let stage = Setting::default().answer_within(10).stage();
    stage.spawn(|stage| {
        let deadline = stage.engine().next_deadline();
        stage.ledger().word(format!("{deadline:?}"));
    });
    stage.fresh(stage.user(ALICE));
    stage
}

/// The log counts the replies that are out while Shutdown and the answer go on.
pub(crate) fn cl_54_replies_out_while_shutdown_goes_on() -> Stage {
    let stage = Stage::new();
    let question = stage.user(ALICE);
    stage.spawn(|stage| stage.shutdown(A));
    stage.spawn(move |stage| stage.fresh(question));
    let out = stage.engine().replies_out(A);
    stage.ledger().word(format!("{out} replies out"));
    stage
}
