//! Re-authorization: against the start and the end of operations, against expiry, against itself.

use wsman_authz_core::call::RequestKind;

use crate::stage::{ALICE, REFUSED, Setting, Stage};

/// An operation starts while its user is let in again: it stands on the old payload or on the new one.
pub(crate) fn cl_20_success_against_the_start_of_an_operation() -> Stage {
    let stage = Stage::new();
    let old = stage.let_in(ALICE);
    stage.spawn(move |stage| {
        stage.fresh(stage.user(ALICE));
        stage.release(old);
    });
    stage.shared(stage.operation(ALICE));
    stage
}

/// An operation starts while its user is turned away: it began before, or never.
pub(crate) fn cl_23_failure_against_the_start_of_an_operation() -> Stage {
    let stage = Stage::new();
    let old = stage.let_in(ALICE);
    stage.spawn(move |stage| {
        stage.deny(stage.user(ALICE));
        stage.release(old);
    });
    stage.shared(stage.operation(ALICE));
    stage
}

/// As above, and the host starts the operation from inside the completion that says no: too late.
pub(crate) fn cl_23_an_operation_from_inside_the_failure() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        if completion.kind == RequestKind::User && !completion.is_success() {
            stage.spawn(|stage| stage.shared(stage.operation(ALICE)));
        }
        0
    });
    let stage = inside.stage();
    let old = stage.let_in(ALICE);
    stage.deny(stage.user(ALICE));
    stage.release(old);
    stage
}

/// The host refuses the re-authorization that the policy allowed, while an operation starts.
pub(crate) fn cl_23_refusal_against_the_start_of_an_operation() -> Stage {
    let inside = Setting::default().inside(|stage, completion| {
        let again = completion.kind == RequestKind::User && !stage.ledger().is_first(completion.context);
        if again { REFUSED } else { 0 }
    });
    let stage = inside.stage();
    let old = stage.let_in(ALICE);
    stage.spawn(move |stage| {
        stage.fresh(stage.user(ALICE));
        stage.release(old);
    });
    stage.shared(stage.operation(ALICE));
    stage
}

/// An operation of the old context ends while its user is let in again.
pub(crate) fn cl_24_success_against_the_end_of_an_operation() -> Stage {
    let stage = Stage::new();
    let (old, operation) = (stage.let_in(ALICE), stage.begin(ALICE));
    let question = stage.user(ALICE);
    stage.spawn(move |stage| stage.release(operation));
    stage.fresh(question);
    stage.release(old);
    stage
}

/// An operation of the old context outlives a failed re-authorization, whose old lease is released at once.
pub(crate) fn cl_24_failure_against_the_end_of_an_operation() -> Stage {
    let stage = Stage::new();
    let (old, operation) = (stage.let_in(ALICE), stage.begin(ALICE));
    let question = stage.user(ALICE);
    stage.spawn(move |stage| stage.release(operation));
    stage.deny(question);
    stage.release(old);
    stage
}

/// The record expires, and its lease is released, while the policy is asked whether to renew it.
pub(crate) fn cl_21_success_against_expiry() -> Stage {
    let stage = Stage::new();
    let old = stage.let_in(ALICE);
    stage.spawn(move |stage| stage.release(old));
    stage.fresh(stage.user(ALICE));
    stage
}

/// As above, and the policy goes on with the payload that it was shown, if it was shown one.
pub(crate) fn cl_22_the_same_payload_again_against_expiry() -> Stage {
    let stage = Stage::new();
    let old = stage.let_in(ALICE);
    stage.spawn(move |stage| stage.release(old));
    stage.shared(stage.user(ALICE));
    stage
}

/// Re-authorization, expiry, and the start of an operation.
pub(crate) fn cl_22_the_same_payload_again_against_expiry_and_an_operation() -> Stage {
    let stage = Stage::new();
    let old = stage.let_in(ALICE);
    let (renewal, operation) = (stage.user(ALICE), stage.operation(ALICE));
    stage.spawn(move |stage| stage.release(old));
    stage.spawn(move |stage| stage.shared(operation));
    stage.shared(renewal);
    stage
}

/// Two re-authorizations of one user: one says yes, the other no. Both old leases and new ones are accounted for.
pub(crate) fn cl_23_a_yes_and_a_no_about_one_user() -> Stage {
    let stage = Stage::new();
    let old = stage.let_in(ALICE);
    stage.spawn(|stage| stage.fresh(stage.user(ALICE)));
    stage.deny(stage.user(ALICE));
    stage.release(old);
    stage
}

/// A yes, a no, and an operation that asks which of them counts.
pub(crate) fn cl_23_a_yes_a_no_and_an_operation() -> Stage {
    let stage = Stage::new();
    stage.let_in(ALICE);
    let (yes, no) = (stage.user(ALICE), stage.user(ALICE));
    stage.spawn(move |stage| stage.fresh(yes));
    stage.spawn(move |stage| stage.deny(no));
    stage.shared(stage.operation(ALICE));
    stage
}
