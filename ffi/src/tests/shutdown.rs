//! Startup, Shutdown, and several applications in one process.

use std::sync::atomic::Ordering;
use std::thread;

use super::host::{Host, Request};
use crate::code::{ERROR_INTERNAL_ERROR, ERROR_INVALID_PARAMETER, ERROR_OPERATION_ABORTED};
use crate::runtime::ERROR_ALREADY_EXISTS;

#[test]
fn cl_54_shutdown_answers_what_is_open_and_frees_what_is_left() {
    let host = Host::start();
    let (board, alice, parked) = (host.board(), Request::of("alice"), Request::of("park"));
    host.user(&alice);
    host.user(&parked);
    assert_eq!(host.shutdown(), 0);
    assert_eq!(parked.verdict().error, ERROR_OPERATION_ABORTED);
    assert_eq!((board.alive(), board.shutdowns.load(Ordering::SeqCst)), (0, 1));
    // The policy still holds the reply: it is used up without a word to the host.
    board.users.lock().unwrap().pop().unwrap().deny();
    assert_eq!((parked.verdict().error, host.balance()), (ERROR_OPERATION_ABORTED, (0, 0, 0)));
}

#[test]
fn cl_54_after_shutdown_nothing_is_said_any_more() {
    let host = Host::start();
    assert_eq!(host.shutdown(), 0);
    let late = Request::of("alice");
    host.user(&late);
    host.operation(&late, "", "");
    host.quota(&late);
    assert!(late.is_open());
    host.release(1 << 32);
}

#[test]
fn cl_55_each_application_is_started_and_shut_down_once() {
    let host = Host::start();
    assert_eq!(host.startup("wsman/test"), (ERROR_ALREADY_EXISTS, 0));
    assert_eq!(host.shutdown(), 0);
    assert_eq!(host.shutdown(), ERROR_INVALID_PARAMETER);
    let (error, again) = host.startup("wsman/test");
    assert_eq!(error, 0, "the same name again is a new application");
    assert_ne!(again, host.application);
}

#[test]
fn cl_55_a_policy_that_does_not_start_leaves_nothing_behind() {
    let host = Host::start();
    for _ in 0..2 {
        assert_eq!(host.startup("wsman/fails"), (1234, 0));
        assert_eq!(host.startup("wsman/panics"), (ERROR_INTERNAL_ERROR, 0));
    }
}

#[test]
fn cl_55_applications_do_not_disturb_each_other() {
    let one = Host::start();
    let (_, application) = one.startup("wsman/other");
    let two = one.other(application);
    let (first, second, parked) = (Request::of("alice"), Request::of("alice"), Request::of("park"));
    one.user(&first);
    two.user(&second);
    two.user(&parked);
    let board = two.board();
    assert_eq!(one.shutdown(), 0);
    assert!(parked.is_open());
    assert_eq!((board.alive(), two.balance()), (1, (1, 1, 1)));
    two.release(first.verdict().context); // CL-16: went with its application
    two.release(second.verdict().context);
    assert_eq!(board.alive(), 0);
    board.users.lock().unwrap().clear();
    assert_eq!(two.shutdown(), 0);
    assert_eq!(two.balance(), (0, 0, 0));
}

#[test]
fn cl_60_shutdown_from_inside_a_completion_does_not_hang() {
    let host = Host::start();
    let inner = host.clone();
    let request = Request::of("alice").inside(move |_| assert_eq!(inner.shutdown(), 0));
    host.user(&request);
    assert_eq!((request.verdict().error, host.balance()), (0, (0, 0, 0)));
    let logged = host.logged("CL-62: calls were still inside the library when Shutdown returned");
    assert_eq!((logged.level, logged.field("inside")), (tracing::Level::ERROR, Some("1")));
}

#[test]
fn cl_62_shutdown_waits_for_calls_that_are_inside() {
    let host = Host::start();
    let (board, inner, request) = (host.board(), host.clone(), Request::of("linger"));
    thread::scope(|scope| {
        scope.spawn(|| inner.user(&request));
        while request.is_open() {
            thread::yield_now();
        }
        assert_eq!(host.shutdown(), 0);
        assert_eq!(board.lingered.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn cl_54_requests_that_race_with_shutdown_are_answered_or_not_asked() {
    let host = Host::start();
    let board = host.board();
    let requests: Vec<_> = (0..400).map(|number| Request::of(["alice", "bob", "drop", "deny"][number % 4])).collect();
    thread::scope(|scope| {
        for part in requests.chunks(200) {
            let host = host.clone();
            scope.spawn(move || {
                for request in part {
                    host.user(request);
                    let verdict = (!request.is_open()).then(|| request.verdict());
                    verdict.filter(|said| said.context % 3 == 1).inspect(|said| host.release(said.context));
                }
            });
        }
        thread::yield_now();
        assert_eq!(host.shutdown(), 0);
    });
    assert_eq!((board.alive(), host.balance()), (0, (0, 0, 0)));
}
