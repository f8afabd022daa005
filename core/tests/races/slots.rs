//! Handles: a slot that names another lease, a slot without generations, a value that nobody was given.

use wsman_authz_core::Context;

use crate::stage::{ALICE, BOB, Setting, Stage};

/// A handle is released once more while its slot gets its next lease.
pub(crate) fn cl_14_a_reused_slot_against_a_stale_release() -> Stage {
    let stage = Stage::new();
    let stale = stage.let_in(ALICE);
    stage.release(stale);
    stage.spawn(move |stage| stage.release(stale));
    stage.fresh(stage.user(BOB));
    stage
}

/// The slot becomes vacant, is taken, and its old handle is released, all at once.
pub(crate) fn cl_16_a_slot_that_changes_hands_against_a_double_release() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    let question = stage.user(BOB);
    stage.spawn(move |stage| stage.release(context));
    stage.spawn(move |stage| stage.release(context));
    stage.fresh(question);
    stage
}

/// The slot has one generation: whoever comes after the release gets another slot.
pub(crate) fn cl_14_a_slot_out_of_generations_is_retired() -> Stage {
    let stage = Setting::default().generations(1).stage();
    let context = stage.let_in(ALICE);
    stage.spawn(move |stage| stage.release(context));
    stage.fresh(stage.user(BOB));
    stage
}

/// A value that was never reported, with the slot of one that is and a generation to come.
pub(crate) fn cl_16_a_forged_handle_beside_a_release() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    let forged = Context::new(context.value() + (2 << 32)).expect("not NULL");
    stage.spawn(move |stage| stage.release(forged));
    stage.release(context);
    stage.fresh(stage.user(BOB));
    stage
}

/// A request number is free again as soon as the reply is back and the completion answered: two requests on it.
pub(crate) fn cl_51_a_request_number_that_changes_hands() -> Stage {
    let stage = Stage::new();
    let question = stage.user(ALICE);
    stage.spawn(|stage| stage.deny(stage.user(BOB)));
    stage.fresh(question);
    stage
}

/// NULL is released beside a release of the only lease: it is nobody's.
pub(crate) fn cl_15_null_beside_a_release() -> Stage {
    let stage = Stage::new();
    let context = stage.let_in(ALICE);
    stage.spawn(Stage::release_null);
    stage.deny(stage.operation(ALICE));
    stage.release(context);
    stage
}
