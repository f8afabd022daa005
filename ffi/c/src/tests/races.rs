//! Several threads: one answer wins, and nothing is lost or dropped twice.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::author::{POLICY, empty, numbers, payload, run};
use super::host::Request;
use crate::answers::{IdentityCode, wsman_authz_allow_user, wsman_authz_deny};
use crate::statistics::Statistics;
use crate::status::Status;

fn allow(request: u64, number: usize) -> Status {
    // SAFETY: CA-06: no token.
    unsafe { wsman_authz_allow_user(request, payload(number), IdentityCode::Client as u32, ptr::null_mut(), 0) }
}

#[test]
fn cl_50_of_several_answers_one_wins() {
    let (host, board) = run(POLICY);
    for _ in 0..200 {
        let request = Request::of("park");
        host.user(&request);
        let (number, taken) = (board.parked("park"), AtomicUsize::new(0));
        thread::scope(|scope| {
            for payload in 1..4 {
                let taken = &taken;
                scope.spawn(move || match allow(number, payload) {
                    Status::Ok => drop(taken.fetch_add(payload, Ordering::SeqCst)),
                    other => assert_eq!(other, Status::StaleRequest),
                });
            }
        });
        let before = board.dropped().len();
        host.release(request.verdict().context);
        assert_eq!(board.dropped()[before..], [taken.into_inner()], "the payload of the answer that was taken, once");
    }
    assert_eq!(numbers(host.policy), Statistics { applications: 1, ..empty() });
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_13_answers_that_race_with_shutdown_lose_no_payload() {
    for round in 0..100 {
        let (host, board) = run(POLICY);
        let requests: Vec<_> = (0..8).map(|number| Request::of(&format!("user{number}"))).collect();
        let parked = Request::of("park");
        host.user(&parked);
        let number = board.parked("park");
        thread::scope(|scope| {
            scope.spawn(|| requests.iter().for_each(|request| host.user(request)));
            let answered = scope.spawn(move || match allow(number, 2) {
                Status::Ok => 1,
                // Still the author's.
                _ => 0,
            });
            for _ in 0..round {
                thread::yield_now();
            }
            assert_eq!(host.shutdown(), 0);
            let answered = answered.join().unwrap();
            assert_eq!(board.dropped().iter().filter(|payload| **payload == 2).count(), answered);
        });
        let yes = requests.iter().filter(|request| !request.is_open() && request.verdict().error == 0).count();
        let dropped = board.dropped().iter().filter(|payload| **payload == 1).count();
        assert!(dropped >= yes, "each payload behind a yes was dropped: {dropped} of {yes}");
        assert_eq!((board.ended.load(Ordering::SeqCst), numbers(host.policy).payloads), (1, 0));
        assert!(!parked.is_open());
        // SAFETY: CA-03.
        assert_eq!(unsafe { wsman_authz_deny(number, 0, ptr::null()) }, Status::StaleRequest);
    }
}
