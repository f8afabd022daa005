//! Startup, Shutdown, and entry points at the wrong time.

use std::ptr;
use std::sync::{Arc, Mutex};

use tracing::Level;

use super::NOTHING;
use crate::code::{ERROR_INTERNAL_ERROR, ERROR_INVALID_PARAMETER, ERROR_OPERATION_ABORTED};
use crate::exports;
use crate::runtime::ERROR_ALREADY_EXISTS;
use crate::testing::letter::wide;
use crate::tests::host::{Host, Request};
use crate::tests::policy::Policy;
use crate::{ApplicationInfo, Identity, OperationRequest, Plugin, ShutdownReason, StartError, UserGrant, UserRequest};

/// Calls every entry point for an application that does not run: none answers, each is reported.
fn nothing_is_answered(host: &Host, application: usize) {
    let requests = [1, 2, 3].map(|_| Request::of("alice"));
    let before = host.count("the contract was broken");
    host.user(&requests[0]);
    host.operation(&requests[1], "", "");
    host.quota(&requests[2]);
    assert!(requests.iter().all(Request::is_open), "CL-54: nobody may be answered any more");
    host.complains(&format!("CL-54: the host called application a{application}, which does not run"));
    host.release(1 << 32);
    host.complains("CL-16: the host released 0x100000000, which is no live lease; ignored");
    assert_eq!(host.shutdown(), ERROR_INVALID_PARAMETER);
    host.complains(&format!("CL-54: the host called application a{application}, which does not run"));
    assert_eq!((host.count("the contract was broken") - before, host.balance()), (5, NOTHING));
}

#[test]
fn cl_54_before_startup_nothing_is_answered() {
    nothing_is_answered(&Host::idle(), 1);
}

#[test]
fn cl_54_after_shutdown_nothing_is_answered() {
    let host = Host::start();
    assert_eq!(host.shutdown(), 0);
    nothing_is_answered(&host, host.application);
}

#[test]
fn cl_54_an_unknown_plugin_context_names_no_application() {
    let host = Host::start();
    for (context, number) in [(0, 0), (2, 2), (u32::MAX as usize, u32::MAX as usize), (1 << 32 | 1, 0), (usize::MAX, 0)]
    {
        nothing_is_answered(&host.other(context), number);
    }
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_54_entry_points_inside_shutdown_are_denied() {
    let host = Host::start();
    let parked = {
        let host = host.clone();
        // Shutdown denies what is open; from inside of that denial the host goes on as if nothing had happened.
        Request::of("park").inside(move |said| {
            assert_eq!(said.error, ERROR_OPERATION_ABORTED);
            let [user, operation, quota] = [1, 2, 3].map(|_| Request::of("alice"));
            host.user(&user);
            host.operation(&operation, "", "");
            host.quota(&quota);
            for request in [user, operation, quota] {
                assert_eq!(request.verdict().error, ERROR_OPERATION_ABORTED);
            }
            host.complains("CL-54: the host called application a1 during its shutdown; denied");
            assert_eq!(host.shutdown(), ERROR_INVALID_PARAMETER);
            assert_eq!(host.startup("wsman/test"), (ERROR_ALREADY_EXISTS, 0));
        })
    };
    host.user(&parked);
    let board = host.board();
    let alice = Request::of("alice");
    host.user(&alice);
    assert_eq!(host.shutdown(), 0);
    assert_eq!((parked.verdict().error, board.alive()), (ERROR_OPERATION_ABORTED, 0));
    board.users.lock().unwrap().clear();
    assert_eq!(host.balance(), NOTHING);
}

/// Lets the host speak while `shutdown` runs.
struct Guest;

type Visit = Box<dyn Fn() + Send>;
static VISIT: Mutex<Option<Visit>> = Mutex::new(None);

impl Plugin for Guest {
    type Context = ();

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<()>) {
        request.allow(UserGrant::new(Identity::Client));
    }

    fn authorize_operation(&self, request: OperationRequest<()>) {
        request.allow();
    }

    fn shutdown(&self, _: ShutdownReason) {
        if let Some(visit) = VISIT.lock().unwrap().take() {
            visit();
        }
    }
}

#[test]
fn cl_50_entry_points_while_the_policy_shuts_down_are_denied() {
    let host = Host::<Guest>::load();
    let user = Request::of("alice");
    host.user(&user);
    let requests = Arc::new([1, 2, 3].map(|_| Request::of("alice")));
    let (late, visitor, context) = (Arc::clone(&requests), host.clone(), user.verdict().context);
    *VISIT.lock().unwrap() = Some(Box::new(move || {
        visitor.user(&late[0]);
        visitor.operation(&late[1], "", "");
        visitor.quota(&late[2]);
        visitor.release(context); // the engine freed it already
    }));
    assert_eq!(host.shutdown(), 0);
    assert!(requests.iter().all(|request| request.verdict().error == ERROR_OPERATION_ABORTED));
    assert_eq!((host.balance(), host.count("the contract was broken")), (NOTHING, 4));
}

#[test]
fn cl_55_an_application_that_runs_is_not_started_again() {
    let host = Host::start();
    assert_eq!(host.startup("wsman/test"), (ERROR_ALREADY_EXISTS, 0));
    let logged = host.logged("CL-55: Startup of an application that runs already; refused");
    assert_eq!((logged.level, logged.field("identification")), (Level::ERROR, Some("wsman/test")));
    let user = host.let_in("alice"); // the one that runs goes on
    host.release(user);
    assert_eq!((host.shutdown(), host.balance()), (0, NOTHING));
}

#[test]
fn cl_55_a_policy_that_does_not_start_leaves_nothing_behind() {
    let host = Host::<Policy>::idle();
    for (name, code) in [("wsman/fails", 1234), ("wsman/panics", ERROR_INTERNAL_ERROR)] {
        for _ in 0..2 {
            assert_eq!(host.startup(name), (code, 0), "its name is free again");
            let logged = host.logged("the policy did not start");
            let fields = ["identification", "code"].map(|field| logged.field(field).unwrap().to_owned());
            assert_eq!((logged.level, fields), (Level::ERROR, [name.to_owned(), code.to_string()]));
        }
    }
    let logged = host.logged("CL-61: panic stopped at the boundary");
    assert_eq!([logged.field("what"), logged.field("message")], [Some("start of the policy"), Some("at start")]);
    nothing_is_answered(&host, 1);
}

#[test]
fn startup_without_a_place_for_its_answer_is_refused() {
    let host = Host::<Policy>::idle();
    let name = wide("wsman/x");
    let startup = || {
        // SAFETY: HA-02: the name is a text; NULL is allowed for the rest.
        unsafe { exports::startup(host.library.exported(), 0, name.as_ptr(), ptr::null(), ptr::null_mut()) }
    };
    assert_eq!(host.log.around(startup), ERROR_INVALID_PARAMETER);
    let logged = host.logged("Startup cannot be understood; refused");
    assert_eq!((logged.level, logged.field("why")), (Level::ERROR, Some("pluginContext is NULL")));
    assert_eq!(host.startup("wsman/x").0, 0, "nothing was started by it");
}

#[test]
fn cl_54_shutdown_with_requests_in_flight_and_contexts_left() {
    let host = Host::start();
    let (board, _left) = (host.board(), host.let_in("alice"));
    let (parked, operation) = (Request::of("park"), Request::of("alice"));
    host.user(&parked);
    host.operation(&operation, "", "park");
    assert_eq!(host.balance(), (1, 1, 2));
    assert_eq!((host.shutdown(), board.alive()), (0, 1), "the request that the policy holds shows a context");
    assert_eq!([&parked, &operation].map(|request| request.verdict().error), [ERROR_OPERATION_ABORTED; 2]);
    let drained = host.logged("application drained: contexts not released, replies still held");
    assert_eq!([drained.field("leases"), drained.field("replies")], [Some("1"), Some("2")]);
    let held = host.logged("application shut down: the policy still holds requests");
    assert_eq!((held.level, held.field("replies")), (Level::WARN, Some("2")));
    board.users.lock().unwrap().clear();
    board.operations.lock().unwrap().clear();
    assert_eq!((board.alive(), host.balance()), (0, NOTHING));
}
