//! What the host holds, releases, refuses; and that no lock is held meanwhile.

use super::host::{Host, Request};
use crate::code::ERROR_ACCESS_DENIED;

const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";

fn operate(host: &Host, user: &str, resource: &str) -> usize {
    let request = Request::of(user);
    host.operation(&request, GET, resource);
    assert_eq!(request.verdict().error, 0);
    request.verdict().context
}

#[test]
fn cl_12_a_shared_context_lives_until_its_last_release() {
    let host = Host::start();
    let (board, user) = (host.board(), host.let_in("alice"));
    let (shared, fresh, none) =
        (operate(&host, "alice", "share"), operate(&host, "alice", "fresh"), operate(&host, "alice", ""));
    assert_eq!((board.alive(), none), (2, 0));
    assert_ne!(user, shared, "every report is a lease of its own");
    host.release(user);
    host.release(fresh);
    assert_eq!(board.alive(), 1);
    host.release(shared);
    assert_eq!((board.alive(), host.balance()), (0, (0, 0, 0)));
}

#[test]
fn cl_12_a_parked_request_keeps_the_context_it_looks_at() {
    let host = Host::start();
    let (board, user, request) = (host.board(), host.let_in("alice"), Request::of("alice"));
    host.operation(&request, GET, "park");
    host.release(user);
    assert_eq!(board.alive(), 1);
    let parked = board.operations.lock().unwrap().pop().unwrap();
    assert_eq!(parked.user_context().map(|probe| probe.user.as_str()), Some("alice"));
    assert_eq!((parked.action().uri(), parked.action_uri(), parked.number().to_string()), (GET, GET, "3".to_owned()));
    parked.deny();
    assert_eq!((request.verdict().error, board.alive(), host.balance()), (ERROR_ACCESS_DENIED, 0, (0, 0, 0)));
}

#[test]
fn cl_16_releasing_twice_or_garbage_changes_nothing() {
    let host = Host::start();
    let (board, alice, bob) = (host.board(), host.let_in("alice"), host.let_in("bob"));
    for garbage in [alice, alice, 0, 22, usize::MAX] {
        host.release(garbage);
    }
    assert_eq!((board.alive(), host.balance()), (1, (1, 1, 0)));
    host.release(bob);
    assert_eq!(board.alive(), 0);
}

#[test]
fn cl_17_a_refused_completion_leaves_nothing_behind() {
    let host = Host::start();
    let (board, request) = (host.board(), Request::of("alice").refused(87));
    host.user(&request);
    assert_ne!(request.verdict().context, 0);
    assert_eq!((board.alive(), host.balance()), (0, (0, 0, 0)));
    let operation = Request::of("alice");
    host.operation(&operation, GET, "");
    assert_eq!(operation.verdict().error, ERROR_ACCESS_DENIED, "CL-70: the user was not let in");
}

#[test]
fn cl_22_a_context_that_is_kept_survives_the_old_release() {
    let host = Host::start();
    let (board, old) = (host.board(), host.let_in("alice"));
    let new = host.let_in("alice");
    host.release(old);
    assert_eq!((board.created.load(std::sync::atomic::Ordering::SeqCst), board.alive()), (1, 1));
    host.release(new);
    assert_eq!(board.alive(), 0);
}

#[test]
fn cl_60_the_host_may_call_back_from_inside_a_completion() {
    let host = Host::start();
    let (board, inner) = (host.board(), host.clone());
    let request = Request::of("alice").inside(move |said| {
        // The next entry points, the release of what is just reported: all on the stack of the completion (C10, D19).
        let operation = operate(&inner, "alice", "share");
        let bob = inner.let_in("bob");
        for context in [operation, bob, said.context] {
            inner.release(context);
        }
    });
    host.user(&request);
    assert_eq!((request.verdict().error, board.alive(), host.balance()), (0, 0, (0, 0, 0)));
}

#[test]
fn cl_60_a_denial_during_unwinding_may_call_back_too() {
    let host = Host::start();
    let inner = host.clone();
    let request = Request::of("panic").inside(move |_| {
        let again = Request::of("panic");
        inner.user(&again);
        assert_eq!(again.verdict().error, ERROR_ACCESS_DENIED);
        inner.release(inner.let_in("alice"));
    });
    host.user(&request);
    assert_eq!((request.verdict().error, host.balance()), (ERROR_ACCESS_DENIED, (0, 0, 0)));
}

#[test]
fn cl_61_a_destructor_that_panics_harms_nobody() {
    let host = Host::start();
    let (board, explosive, alice) = (host.board(), host.let_in("explosive"), host.let_in("alice"));
    host.release(explosive);
    assert_eq!((board.alive(), host.balance()), (1, (1, 1, 0)));
    host.release(alice);
    assert_eq!(board.alive(), 0);
}
