//! Applications, payloads and the log, from Startup to the last callback.

use std::ptr;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use super::author::{POLICY, board, empty, lines, numbers, payload, run};
use super::host::{COMPLETIONS, Host, Request, wide};
use super::keep;
use crate::answers::{IdentityCode, wsman_authz_allow_user, wsman_authz_deny};
use crate::entry::{self, Completions};
use crate::policy::{LogLevel, Policy, wsman_authz_check_policy};
use crate::statistics::{Statistics, wsman_authz_read_statistics};
use crate::status::Status;

const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";

fn let_in(host: &Host, user: &str) -> usize {
    let request = Request::of(user);
    host.user(&request);
    assert_eq!(request.verdict().error, 0);
    request.verdict().context
}

fn check(policy: *const Policy) -> Status {
    // SAFETY: CA-01.
    unsafe { wsman_authz_check_policy(policy) }
}

#[test]
fn a_policy_is_checked_before_anything_is_called() {
    let mut end = 0;
    for (policy, status) in [
        (Policy { size: 0, ..POLICY }, Status::WrongSize),
        (Policy { size: size_of::<Policy>() + 8, ..POLICY }, Status::WrongSize),
        (Policy { authorize_user: None, ..POLICY }, Status::MissingCallback),
        (Policy { authorize_operation: None, ..POLICY }, Status::MissingCallback),
    ] {
        assert_eq!((check(&raw const policy), Host::startup(&raw const policy, "wsman/x").0), (status, 87));
        end += 1;
    }
    assert_eq!((end, check(ptr::null()), Host::startup(ptr::null(), "wsman/x").0), (4, Status::NullArgument, 87));
    assert_eq!(check(&POLICY), Status::Ok);
}

#[test]
fn a_startup_without_the_functions_of_the_host_is_refused() {
    let (policy, _) = (keep(POLICY), board());
    let mut context = ptr::dangling_mut();
    let mut start = |completions: *const Completions| {
        // SAFETY: CA-01, CA-04, HA-05.
        unsafe {
            entry::wsman_authz_plugin_startup(policy, completions, 0, wide("x").as_ptr(), ptr::null(), &raw mut context)
        }
    };
    assert_eq!(start(ptr::null()), 87);
    assert_eq!(start(&COMPLETIONS), 0);
    for lacking in [
        Completions { user: None, ..COMPLETIONS },
        Completions { operation: None, ..COMPLETIONS },
        Completions { quota: None, ..COMPLETIONS },
    ] {
        assert_eq!(start(&raw const lacking), 87);
    }
    // SAFETY: CA-01, CA-04: NULL is allowed.
    let without_out = unsafe {
        entry::wsman_authz_plugin_startup(policy, &COMPLETIONS, 0, ptr::null(), ptr::null(), ptr::null_mut())
    };
    assert_eq!(without_out, 87);
    assert!(
        lines().iter().any(|(level, line)| *level == LogLevel::Error as u32 && line.contains("completion functions"))
    );
    assert_eq!((context.addr(), entry::wsman_authz_plugin_shutdown(policy, context, 0, 3)), (1, 0));
}

#[test]
fn cl_55_a_policy_that_was_never_started_hears_nothing() {
    let (policy, request) = (keep(POLICY), Request::of("alice"));
    let host = Host { policy, application: 1 };
    host.user(&request);
    host.operation(&request, GET, "");
    host.quota(&request);
    host.release(1 << 32);
    assert!(request.is_open());
    assert_eq!(host.shutdown(), 87);
    let mut numbers = empty();
    // SAFETY: CA-04.
    let mut read = |policy, size| unsafe {
        numbers.size = size;
        wsman_authz_read_statistics(policy, &raw mut numbers)
    };
    assert_eq!(read(host.policy, size_of::<Statistics>()), Status::NotRunning);
    assert_eq!(read(host.policy, 8), Status::WrongSize);
    assert_eq!(read(ptr::null(), size_of::<Statistics>()), Status::NullArgument);
    // SAFETY: CA-04: NULL is allowed.
    assert_eq!(unsafe { wsman_authz_read_statistics(host.policy, ptr::null_mut()) }, Status::NullArgument);
}

#[test]
fn cl_55_start_may_refuse_and_each_application_has_a_state_of_its_own() {
    let (one, first) = run(POLICY);
    assert_eq!(Host::startup(one.policy, "wsman/fails").0, 1234);
    assert_eq!(Host::startup(one.policy, "wsman/test").0, 183);
    let second = board();
    let (error, application) = Host::startup(one.policy, "wsman/other");
    let two = Host { policy: one.policy, application };
    assert_eq!((error, numbers(one.policy).applications), (0, 2));
    let (context, _) = (let_in(&one, "alice"), let_in(&two, "alice"));
    assert_eq!((two.shutdown(), second.dropped(), first.dropped()), (0, vec![1], vec![]));
    assert_eq!((second.ended.load(Ordering::SeqCst), first.ended.load(Ordering::SeqCst)), (1, 0));
    one.release(context);
    assert_eq!((first.dropped(), one.shutdown()), (vec![1], 0));
    for board in [first, second] {
        assert_eq!((board.shutdowns.load(Ordering::SeqCst), board.ended.load(Ordering::SeqCst)), (1, 1));
    }
    assert_eq!(one.shutdown(), 87, "shut down already");
}

#[test]
fn cl_14_a_second_life_of_a_policy_is_a_stranger_to_the_first() {
    let (host, first) = run(POLICY);
    let stale = let_in(&host, "alice");
    assert_eq!((host.shutdown(), first.dropped()), (0, vec![1]));
    let board = board();
    let (_, application) = Host::startup(host.policy, "wsman/test");
    assert_ne!(application, host.application);
    let host = Host { application, ..host };
    let fresh = let_in(&host, "alice");
    host.release(stale);
    assert_eq!((board.dropped(), numbers(host.policy).misuses), (vec![], 1));
    host.release(fresh);
    assert_eq!((board.dropped(), host.shutdown()), (vec![1], 0));
}

#[test]
fn cl_22_the_users_payload_given_again_is_not_handed_over_twice() {
    let (host, board) = run(POLICY);
    let (old, new) = (let_in(&host, "alice"), let_in(&host, "alice"));
    assert_ne!(old, new);
    host.release(old);
    assert_eq!((board.dropped(), numbers(host.policy).payloads), (vec![], 1));
    host.release(new);
    assert_eq!((board.dropped(), host.shutdown()), (vec![1], 0));
}

#[test]
fn cl_12_a_shared_payload_and_one_of_its_own_live_as_long_as_their_operation() {
    let (host, board) = run(POLICY);
    let user = let_in(&host, "alice");
    let contexts = ["share", "fresh", ""].map(|resource| {
        let request = Request::of("alice");
        host.operation(&request, GET, resource);
        assert_eq!((request.verdict().error, board.status()), (0, Status::Ok));
        request.verdict().context
    });
    assert_eq!(board.asked.lock().unwrap()[..4], ["alice", "Negotiate", "https://host/wsman?x=1", GET]);
    host.release(user);
    host.release(contexts[1]);
    assert_eq!((board.dropped(), contexts[2]), (vec![7], 0));
    host.release(contexts[0]);
    assert_eq!((board.dropped(), host.shutdown()), (vec![7, 1], 0));
}

#[test]
fn cl_16_a_release_too_many_is_counted_and_logged() {
    let (host, board) = run(POLICY);
    let context = let_in(&host, "alice");
    for release in [context, context, 0, 22, usize::MAX] {
        host.release(release);
    }
    assert_eq!((board.dropped(), numbers(host.policy).misuses), (vec![1], 4));
    let warned = lines().iter().any(|(level, line)| *level == LogLevel::Warning as u32 && line.contains("CL-16"));
    assert!(warned, "{:?}", lines());
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_17_a_refused_completion_drops_the_payload_at_once() {
    let (host, board) = run(POLICY);
    let request = Request::of("alice").refused(87);
    host.user(&request);
    assert_eq!((board.status(), board.dropped()), (Status::Ok, vec![1]));
    assert_eq!(numbers(host.policy), Statistics { applications: 1, refused_completions: 1, ..empty() });
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_70_a_callback_that_never_answers_is_overdue_and_its_late_answer_is_dropped() {
    let (host, board) = run(Policy { answer_within_ms: 20, ..POLICY });
    let (late, other) = (Request::of("park"), Request::of("other"));
    host.user(&late);
    thread::sleep(Duration::from_millis(40));
    host.user(&other); // whose call looks at the clock
    assert_eq!(late.verdict().error, 5);
    assert_eq!(numbers(host.policy).held_requests, 1);
    // SAFETY: CA-06: no token.
    let status = unsafe {
        let client = IdentityCode::Client as u32;
        wsman_authz_allow_user(board.parked("park"), payload(9), client, ptr::null_mut(), 0)
    };
    assert_eq!((status, board.dropped()), (Status::Ok, vec![9]));
    assert_eq!((late.verdict().error, host.shutdown()), (5, 0));
}

#[test]
fn cl_70_a_thread_denies_on_time_if_asked_for() {
    let (host, _) = run(Policy { answer_within_ms: 20, watch_overdue: 1, ..POLICY });
    let request = Request::of("silent");
    host.user(&request);
    while request.is_open() {
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!((request.verdict().error, host.shutdown()), (5, 0));
}

#[test]
fn cl_54_shutdown_denies_what_is_held_and_makes_it_stale() {
    let (host, board) = run(POLICY);
    let (parked, silent) = (Request::of("park"), Request::of("silent"));
    host.user(&parked);
    host.user(&silent);
    assert_eq!(numbers(host.policy).held_requests, 2);
    assert_eq!(host.shutdown(), 0);
    assert_eq!((parked.verdict().error, silent.verdict().error), (995, 995));
    // SAFETY: CA-03.
    assert_eq!(unsafe { wsman_authz_deny(board.parked("park"), 0, ptr::null()) }, Status::StaleRequest);
    assert_eq!((board.ended.load(Ordering::SeqCst), numbers(host.policy).held_requests), (1, 0));
}

#[test]
fn a_policy_of_two_callbacks_is_enough() {
    let policy = Policy { start: None, shutdown: None, drop_payload: None, drop_state: None, log: None, ..POLICY };
    let (host, request) = (Host::start(Policy { authorize_user: Some(says_no), ..policy }), Request::of("alice"));
    host.user(&request);
    host.release(3);
    assert_eq!((request.verdict().error, host.shutdown()), (5, 0));
}

unsafe extern "C" fn says_no(state: *mut std::ffi::c_void, question: *const crate::question::Question) {
    assert!(state.is_null());
    // SAFETY: CA-05: the question is not answered.
    let request = unsafe { (*question).request };
    // SAFETY: CA-03: NULL is allowed.
    assert_eq!(unsafe { wsman_authz_deny(request, 0, ptr::null()) }, Status::Ok);
}
