//! ReleaseContext with values that are no live lease, and at bad moments.

use std::sync::mpsc;
use std::thread;

use super::NOTHING;
use crate::tests::host::{Host, Request};

const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";

#[test]
fn cl_16_no_bit_pattern_but_the_live_one_releases_anything() {
    let host = Host::start();
    let (board, live) = (host.board(), host.let_in("alice"));
    let (on_the_stack, on_the_heap) = (0_u8, Box::new(0_u8));
    let flipped = (0..usize::BITS).map(|bit| live ^ (1 << bit));
    let near = [live - 1, live + 1, live + 2, live - (1 << 32), live + (1 << 32), live.rotate_left(32)];
    let unaligned = [1, 3, 7, 22, 0x1001, usize::MAX / 2];
    let addresses = [(&raw const on_the_stack).addr(), (&raw const *on_the_heap).addr(), GET.as_ptr().addr()];
    let kernel = [0xFFFF_8000_0000_0000, 0xFFFF_F780_0000_0000, 1 << 47, 1 << 63, usize::MAX - 1, usize::MAX];
    let garbage: Vec<usize> =
        flipped.chain(near).chain(unaligned).chain(addresses).chain(kernel).filter(|value| *value != 0).collect();
    for value in &garbage {
        host.release(*value);
        host.complains(&format!("CL-16: the host released {value:#x}, which is no live lease; ignored"));
    }
    assert_eq!((host.count("the contract was broken"), board.alive()), (garbage.len(), 1));
    assert_eq!(host.balance(), (1, 1, 0));
    host.release(live);
    assert_eq!((board.alive(), host.balance()), (0, NOTHING));
}

#[test]
fn cl_15_null_is_released_by_nobody() {
    let host = Host::start();
    let live = host.let_in("alice");
    host.release(0);
    host.complains("CL-15: the host released a NULL context; ignored");
    assert_eq!(host.balance(), (1, 1, 0));
    host.release(live);
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn cl_16_the_second_release_changes_nothing() {
    let host = Host::start();
    let (board, first, second) = (host.board(), host.let_in("alice"), host.let_in("alice"));
    assert_eq!(board.alive(), 1, "two leases on one value");
    for _ in 0..3 {
        host.release(first);
    }
    assert_eq!((board.alive(), host.balance(), host.count("the contract was broken")), (1, (1, 1, 0), 2));
    host.release(second);
    host.complains(&format!("CL-16: the host released {first:#x}, which is no live lease; ignored"));
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn a_live_context_is_released_whatever_it_was_made_for() {
    // The call names neither application nor kind, so there is none that could be wrong.
    let one = Host::start();
    let two = one.other(one.startup("wsman/other").1);
    let (user, other) = (one.let_in("alice"), two.let_in("alice"));
    let request = Request::of("alice");
    two.operation(&request, GET, "fresh");
    assert_eq!(one.balance(), (3, 3, 0));
    for context in [request.verdict().context, other, user] {
        one.release(context);
    }
    assert_eq!((one.balance(), one.count("the contract was broken")), (NOTHING, 0));
}

#[test]
fn cl_16_a_context_of_an_application_that_is_gone_releases_nothing() {
    let one = Host::start();
    let two = one.other(one.startup("wsman/other").1);
    let (stale, live) = (one.let_in("alice"), two.let_in("alice"));
    assert_eq!(one.shutdown(), 0);
    two.release(stale);
    two.complains(&format!("CL-16: the host released {stale:#x}, which is no live lease; ignored"));
    assert_eq!(two.balance(), (1, 1, 0));
    two.release(live);
    assert_eq!(two.balance(), NOTHING);
}

#[test]
fn cl_10_a_release_may_race_with_the_completion_that_reported_it() {
    let host = Host::start();
    let board = host.board();
    let (reported, released) = mpsc::channel::<usize>();
    let releasing = host.clone();
    let releaser = thread::spawn(move || released.iter().for_each(|context| releasing.release(context)));
    for round in 0..2_000_usize {
        let reported = reported.clone();
        let request = Request::of("alice").inside(move |said| {
            reported.send(said.context).unwrap();
            (0..round % 64).for_each(|_| thread::yield_now());
        });
        host.user(&request);
        assert_eq!(request.verdict().error, 0);
    }
    drop(reported);
    releaser.join().unwrap();
    assert_eq!((board.alive(), host.balance(), host.count("the contract was broken")), (0, NOTHING, 0));
}

#[test]
fn cl_10_two_releases_of_one_context_at_a_time_end_it_once() {
    let host = Host::start();
    let board = host.board();
    for _ in 0..500 {
        let context = host.let_in("alice");
        thread::scope(|scope| {
            scope.spawn(|| host.release(context));
            host.release(context);
        });
    }
    assert_eq!((board.alive(), host.balance(), host.count("the contract was broken")), (0, NOTHING, 500));
}
