//! Every request is answered once, and nobody comes in whom the policy did not let in.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use super::closed;
use super::host::{Host, Request};
use super::policy::{LATE_TOKEN, Probe, TOKEN, token};
use crate::code::{
    ERROR_ACCESS_DENIED, ERROR_INTERNAL_ERROR, ERROR_REDIRECT_LOCATION_INVALID, ERROR_WSMAN_REDIRECT_REQUESTED,
};
use crate::{
    ApplicationInfo, DEFAULT_QUOTA, Identity, OperationRequest, Plugin, Quota, StartError, UserGrant, UserRequest,
};

const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";

#[test]
fn cl_50_an_answer_at_once_completes_inside_the_entry_point() {
    let host = Host::start();
    for (name, administrator) in [("alice", false), ("admin", true)] {
        let request = Request::of(name);
        host.user(&request);
        let said = request.verdict();
        assert_eq!((said.error, said.token, said.administrator, said.text), (0, 0x51, administrator, None));
        assert_ne!(said.context, 0);
    }
    assert_eq!(host.balance(), (2, 2, 0));
}

#[test]
fn cl_50_an_answer_later_from_another_thread() {
    let host = Host::start();
    let (board, request) = (host.board(), Request::of("park"));
    host.user(&request);
    assert!(request.is_open());
    let parked = board.users.lock().unwrap().pop().unwrap();
    let (told, context) = (format!("{parked:?}"), Probe::new(&board, "park"));
    assert!(told.starts_with("UserRequest"));
    thread::spawn(move || parked.allow(UserGrant::new(Identity::Client).context(context))).join().unwrap();
    assert_eq!(request.verdict().error, 0);
    host.release(request.verdict().context);
    assert_eq!((board.alive(), host.balance()), (0, (0, 0, 0)));
}

#[test]
fn cl_53_a_denial_carries_a_code_and_a_text_only() {
    let host = Host::start();
    let request = Request::of("deny");
    host.user(&request);
    let said = request.verdict();
    assert_eq!((said.error, said.context, said.token, said.text), (ERROR_ACCESS_DENIED, 0, 0, None));

    let request = Request::of("deny-with-success");
    host.user(&request);
    let said = request.verdict();
    assert_eq!((said.error, said.text.as_deref()), (ERROR_ACCESS_DENIED, Some("cut here"))); // CL-70
}

#[test]
fn cl_61_a_panic_denies_its_request_and_harms_no_other() {
    let host = Host::start();
    let (alice, parked, panicking) = (Request::of("alice"), Request::of("park"), Request::of("panic"));
    host.user(&alice);
    host.user(&parked);
    host.user(&panicking);
    assert_eq!(panicking.verdict().error, ERROR_ACCESS_DENIED);
    assert!(parked.is_open());
    let operation = Request::of("alice");
    host.operation(&operation, GET, "panic");
    assert_eq!(operation.verdict().error, ERROR_ACCESS_DENIED);
    let operation = Request::of("alice");
    host.operation(&operation, GET, "whose");
    assert_eq!(operation.verdict().text.as_deref(), Some("alice"));
    host.board().users.lock().unwrap().clear(); // a request keeps the engine, and the engine this board, for ever
}

#[test]
fn cl_70_a_dropped_request_is_denied() {
    let host = Host::start();
    let request = Request::of("drop");
    host.user(&request);
    assert_eq!(request.verdict().error, ERROR_ACCESS_DENIED);
    assert_eq!(host.balance(), (0, 0, 0));
}

/// Answers nobody, and has a deadline for it.
struct Slow(std::sync::Mutex<Vec<UserRequest<u8>>>);

impl Plugin for Slow {
    type Context = u8;
    const ANSWER_WITHIN: Option<Duration> = Some(Duration::from_millis(200));

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self(std::sync::Mutex::default()))
    }

    fn authorize_user(&self, request: UserRequest<u8>) {
        match request.sender().name() {
            "quick" => request.allow(UserGrant::new(Identity::Client)),
            _ => self.0.lock().unwrap().push(request),
        }
    }

    fn authorize_operation(&self, request: OperationRequest<u8>) {
        request.allow();
    }

    fn shutdown(&self, _: crate::ShutdownReason) {
        // Late answers of every kind: the token is closed (CL-74), nothing reaches the host (CL-50).
        for request in self.0.lock().unwrap().drain(..) {
            request.allow(UserGrant::new(Identity::Token(token(LATE_TOKEN))).context(1));
        }
    }
}

#[test]
fn cl_70_an_overdue_request_is_denied_at_the_next_call() {
    let host = Host::<Slow>::load();
    let (slow, quick, quota) = (Request::of("slow"), Request::of("quick"), Request::of("quick"));
    host.user(&slow);
    assert!(slow.is_open());
    std::thread::sleep(Duration::from_millis(250));
    host.user(&quick);
    assert_eq!((slow.verdict().error, quick.verdict().error), (ERROR_ACCESS_DENIED, 0));
    host.quota(&quota);
    assert_eq!(quota.verdict().quota.map(|quota| quota.shells), Some(DEFAULT_QUOTA.shells));
    host.release(quick.verdict().context);
    assert_eq!(host.shutdown(), 0);
    assert_eq!((closed(LATE_TOKEN), host.balance()), (1, (0, 0, 0)));
    assert_eq!(slow.verdict().error, ERROR_ACCESS_DENIED);
}

#[test]
fn cl_72_identities_are_what_the_policy_named() {
    let host = Host::start();
    let bare = Request::of("bare");
    host.user(&bare);
    assert_eq!((bare.verdict().error, bare.verdict().token), (0, 0), "the host process, by name");

    let without = Request::of("alice").with(|texts| texts.token = 0);
    host.user(&without);
    let said = without.verdict();
    assert_eq!((said.error, said.context), (ERROR_ACCESS_DENIED, 0), "NULL would be the host process");
    assert_eq!(host.board().alive(), 0);
}

#[test]
fn cl_73_a_redirect_needs_an_absolute_url() {
    let host = Host::start();
    let (good, bad) = (Request::of("redirect"), Request::of("bad-redirect"));
    host.user(&good);
    host.user(&bad);
    let said = good.verdict();
    assert_eq!((said.error, said.text.as_deref()), (ERROR_WSMAN_REDIRECT_REQUESTED, Some("https://b.example/wsman")));
    assert_eq!((bad.verdict().error, bad.verdict().text), (ERROR_REDIRECT_LOCATION_INVALID, None));
}

#[test]
fn cl_74_a_token_is_handed_over_or_closed() {
    let host = Host::start();
    let accepted = Request::of("token");
    host.user(&accepted);
    assert_eq!((accepted.verdict().token as u64, closed(TOKEN)), (TOKEN, 0));
    let refused = Request::of("token").refused(87);
    host.user(&refused);
    assert_eq!(closed(TOKEN), 1);
    drop(token(0x7755));
    assert_eq!(closed(0x7755), 1);
}

#[test]
fn cl_80_a_quota_is_answered_and_never_has_an_empty_time_slot() {
    let host = Host::start();
    for name in ["alice", "zero"] {
        let request = Request::of(name);
        host.user(&request);
        assert_eq!(request.verdict().error, 0);
    }
    let (good, zero) = (Request::of("alice"), Request::of("zero"));
    host.quota(&good);
    host.quota(&zero);
    assert_eq!(
        (good.verdict().error, good.verdict().quota),
        (0, Some(Quota { shells: 1, operations: 2, timeslot_s: 1, per_timeslot: 4 }))
    );
    assert_eq!((zero.verdict().error, zero.verdict().quota), (ERROR_INTERNAL_ERROR, None));
    assert_eq!(host.board().shutdowns.load(Ordering::SeqCst), 0);
}
