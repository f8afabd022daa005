//! Policies that panic, stay silent, answer late or from elsewhere.

use std::sync::Mutex;
use std::thread;

use tracing::Level;

use super::NOTHING;
use crate::code::{ERROR_ACCESS_DENIED, ERROR_OPERATION_ABORTED};
use crate::testing::Logged;
use crate::tests::host::{Host, Request};
use crate::tests::policy::Probe;
use crate::{
    ApplicationInfo, Identity, OperationRequest, Plugin, QuotaRequest, ShutdownReason, StartError, UserGrant,
    UserRequest,
};

const PANIC: &str = "CL-61: panic stopped at the boundary";

/// Panics wherever it can, once a user named `quiet` was let in.
struct Fragile(Mutex<Vec<UserRequest<u8>>>);

impl Plugin for Fragile {
    type Context = u8;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self(Mutex::default()))
    }

    fn authorize_user(&self, request: UserRequest<u8>) {
        match request.sender().name() {
            "quiet" => request.allow(UserGrant::new(Identity::Client).context(1)),
            "later" => {
                request.allow(UserGrant::new(Identity::Client));
                panic!("after the answer");
            }
            "parked" => {
                self.0.lock().unwrap().push(request);
                panic!("with the request put aside");
            }
            "no text" => std::panic::panic_any(7_u8),
            _ => panic!("about a user"),
        }
    }

    fn authorize_operation(&self, _: OperationRequest<u8>) {
        panic!("about an operation");
    }

    fn query_quota(&self, _: QuotaRequest<u8>) {
        panic!("about a quota");
    }

    fn shutdown(&self, _: ShutdownReason) {
        panic!("at shutdown");
    }
}

impl Drop for Fragile {
    fn drop(&mut self) {
        panic!("at its end");
    }
}

fn panics(log: &[Logged]) -> Vec<(&str, &str)> {
    let panics = log.iter().filter(|logged| logged.message == PANIC && logged.level == Level::ERROR);
    panics.map(|logged| (logged.field("what").unwrap(), logged.field("message").unwrap_or("-"))).collect()
}

#[test]
fn cl_61_a_panic_anywhere_denies_its_request_and_harms_no_other() {
    let host = Host::<Fragile>::load();
    let quiet = Request::of("quiet");
    host.user(&quiet);
    let [user, mute, operation, quota] =
        [Request::of("x"), Request::of("no text"), Request::of("quiet"), Request::of("quiet")];
    host.user(&user);
    host.user(&mute);
    host.operation(&operation, "", "");
    host.quota(&quota);
    for request in [user, mute, operation, quota] {
        let said = request.verdict();
        assert_eq!((said.error, said.context, said.token), (ERROR_ACCESS_DENIED, 0, 0), "{said:?}");
    }
    let denied: Vec<_> = host.log.events().into_iter().filter(|l| l.message.starts_with("CL-70")).collect();
    assert!(denied.len() == 4 && denied.iter().all(|logged| logged.field("panicked") == Some("true")), "{denied:?}");

    let (later, parked) = (Request::of("later"), Request::of("parked"));
    host.user(&later);
    host.user(&parked);
    assert_eq!((later.verdict().error, parked.is_open()), (0, true), "an answer stands, a request put aside is open");
    host.release(later.verdict().context);
    host.release(quiet.verdict().context);
    assert_eq!(host.shutdown(), 0);
    assert_eq!(parked.verdict().error, ERROR_OPERATION_ABORTED);
    let log = host.log.events();
    let policy = |message| ("policy", message);
    assert_eq!(panics(&log)[..4], ["about a user", "-", "about an operation", "about a quota"].map(policy));
    assert_eq!(panics(&log)[4..6], ["after the answer", "with the request put aside"].map(policy));
    assert_eq!(
        panics(&log)[6..],
        [("shutdown of the policy", "at shutdown"), ("destructor of the policy", "at its end")]
    );
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn cl_70_a_request_that_is_dropped_is_denied_and_logged() {
    let host = Host::start();
    let request = Request::of("drop");
    host.user(&request);
    assert_eq!(request.verdict().error, ERROR_ACCESS_DENIED);
    let logged = host.logged("CL-70: a request was dropped unanswered; denied");
    assert_eq!((logged.level, logged.field("panicked")), (Level::WARN, Some("false")));
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn cl_50_a_request_that_is_never_answered_is_denied_at_shutdown() {
    static NEVER: Mutex<Vec<UserRequest<Probe>>> = Mutex::new(Vec::new());
    let host = Host::start();
    let (board, request) = (host.board(), Request::of("park"));
    host.user(&request);
    assert_eq!((host.shutdown(), request.verdict().error), (0, ERROR_OPERATION_ABORTED));
    NEVER.lock().unwrap().append(&mut board.users.lock().unwrap()); // never, not even by dropping it
    assert_eq!(host.balance(), (0, 0, 1), "its number stays taken; nothing else of it is left");
}

#[test]
fn cl_50_an_answer_may_come_from_another_thread() {
    let host = Host::start();
    let (board, request) = (host.board(), Request::of("park"));
    host.user(&request);
    let parked = board.users.lock().unwrap().pop().unwrap();
    thread::spawn(move || parked.allow(UserGrant::new(Identity::Client))).join().unwrap();
    host.release(request.verdict().context);
    assert_eq!((request.verdict().error, host.balance()), (0, NOTHING));
}

#[test]
fn cl_54_an_answer_after_shutdown_reaches_nobody() {
    let host = Host::start();
    let board = host.board();
    let requests = ["park", "park"].map(Request::of);
    requests.iter().for_each(|request| host.user(request));
    assert_eq!(host.shutdown(), 0);
    let (one, two) = {
        let mut parked = board.users.lock().unwrap();
        (parked.pop().unwrap(), parked.pop().unwrap())
    };
    let probe = crate::tests::policy::Probe::new(&board, "late");
    host.log.around(|| one.allow(UserGrant::new(Identity::Client).context(probe)));
    let logged = host.logged("the contract was broken");
    assert!(logged.field("misuse").is_some_and(|text| text.starts_with("CL-70: the answer to request")), "{logged}");
    host.log.around(|| drop(two));
    assert_eq!(requests.map(|request| request.verdict().error), [ERROR_OPERATION_ABORTED; 2]);
    assert_eq!((board.alive(), host.balance()), (0, NOTHING));
}
