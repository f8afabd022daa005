//! Two applications in one process: one engine, one table of handles, nothing else in common.

use wsman_authz_core::call::RequestKind;

use crate::stage::{A, ALICE, B, Stage};

/// A stage with both applications, and ALICE in each.
fn both() -> Stage {
    let stage = Stage::new();
    stage.start(B);
    stage.let_in(ALICE);
    stage.fresh(stage.ask(B, RequestKind::User, ALICE));
    stage
}

/// One is shut down while the other judges an operation.
pub(crate) fn cl_55_a_shutdown_beside_a_request_of_another_application() -> Stage {
    let stage = both();
    stage.spawn(|stage| stage.shutdown(B));
    stage.shared(stage.operation(ALICE));
    stage
}

/// Both are shut down at once.
pub(crate) fn cl_55_two_applications_shut_down_at_once() -> Stage {
    let stage = both();
    stage.spawn(|stage| stage.shutdown(B));
    stage.shutdown(A);
    stage
}

/// One starts while the other is shut down with a question open.
pub(crate) fn cl_55_a_start_beside_a_shutdown() -> Stage {
    let stage = Stage::new();
    let question = stage.user(ALICE);
    stage.spawn(|stage| {
        stage.start(B);
        stage.fresh(stage.ask(B, RequestKind::User, ALICE));
    });
    stage.shutdown(A);
    stage.join();
    stage.fresh(question);
    stage
}

/// Users of one name in both: each is shown its own payload, and failing in one does not touch the other.
pub(crate) fn cl_71_users_of_one_name_in_two_applications() -> Stage {
    let stage = both();
    stage.spawn(|stage| {
        stage.deny(stage.ask(B, RequestKind::User, ALICE));
    });
    let question = stage.operation(ALICE);
    let question = question.unwrap_or_else(|| stage.ledger().breach("CL-71", "no grant in the other application"));
    stage.shared(question);
    stage
}
