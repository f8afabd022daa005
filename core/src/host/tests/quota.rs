//! Quotas: CL-31, CL-80, and the numbers themselves.

use super::*;
use Place::{After, Anywhere};

const WITH_QUOTA: HostConfig = HostConfig { quota: true, enforce_quota: true, ..CONFIG };
const SMALL: Quota = Quota { shells: 1, operations: 2, timeslot_s: 1, per_timeslot: 3 };

/// A user whose quota is known and who has no operations.
fn with_quota(quota: Quota) -> Bench {
    let mut bench = Bench::with("", WITH_QUOTA);
    bench.request(ANN, 1);
    bench.end(1, EndOfOperation::Cancelled);
    bench.complete(allow_user(1, 10));
    bench.request(ANN, 1);
    bench.end(1, EndOfOperation::Cancelled);
    assert_eq!(bench.complete(tell_quota(2, Some(quota))), []);
    bench
}

#[test]
fn cl_31_the_quota_is_asked_for_once_after_the_user() {
    let mut bench = Bench::with("", WITH_QUOTA);
    bench.request(ANN, 1);
    bench.request(ANN, 2);
    assert_eq!(bench.complete(allow_user(1, 10)), [asks_quota(After, 2, ANN)]);
    assert_eq!(bench.request(ANN, 3), []);
    assert_eq!(
        bench.complete(tell_quota(2, Some(DEFAULT_QUOTA))),
        [asks_operation(After, 3, ANN, 1), asks_operation(After, 4, ANN, 2), asks_operation(After, 5, ANN, 3)]
    );
    assert_eq!(bench.request(ANN, 4), [asks_operation(Anywhere, 6, ANN, 4)]);
}

#[test]
fn a_failed_query_refuses_those_that_wait_and_is_made_again() {
    let mut bench = Bench::with("", WITH_QUOTA);
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    assert_eq!(bench.complete(deny(RequestKind::Quota, 2)), [refuses(1, Refused::Quota(5))]);
    assert_eq!(bench.request(ANN, 2), [asks_quota(Anywhere, 3, ANN)]);
}

#[test]
fn cl_80_null_with_success_is_refused_and_means_the_default() {
    let mut bench = Bench::with("", WITH_QUOTA);
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    assert_eq!(bench.refused(tell_quota(2, None), false), (87, Vec::from([asks_operation(After, 3, ANN, 1)])));
    assert_eq!(bench.host.record(A, &ANN).and_then(|record| record.quota), Some(DEFAULT_QUOTA));
    assert_eq!(bench.refused(tell_quota(2, None), false), (87, Vec::new()));
}

#[test]
fn a_refused_quota_means_the_default_too() {
    let mut bench = Bench::with("refusal=refuses", WITH_QUOTA);
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    let refused = bench.refused(tell_quota(2, Some(SMALL)), true);
    assert_eq!(refused, (87, Vec::from([asks_operation(After, 3, ANN, 1)])));
    assert_eq!(bench.host.record(A, &ANN).and_then(|record| record.quota), Some(DEFAULT_QUOTA));
}

#[test]
fn operations_beyond_the_number_at_a_time_are_refused() {
    let mut bench = with_quota(SMALL);
    assert_eq!(bench.request(ANN, 1), [asks_operation(Anywhere, 3, ANN, 1)]);
    assert_eq!(bench.request(ANN, 2), [asks_operation(Anywhere, 4, ANN, 2)]);
    assert_eq!(bench.request(ANN, 3), [refuses(3, Refused::OverQuota)]);
    // One that is denied makes room.
    bench.complete(deny(RequestKind::Operation, 3));
    assert_eq!(bench.request(ANN, 3), [asks_operation(Anywhere, 5, ANN, 3)]);
}

#[test]
fn shells_are_counted_by_themselves() {
    let mut bench = with_quota(Quota { per_timeslot: 9, ..SMALL });
    assert_eq!(bench.request_as(ANN, 1, Shape::Object), [asks_operation(Anywhere, 3, ANN, 1)]);
    assert_eq!(bench.request_as(ANN, 2, Shape::Object), [refuses(2, Refused::OverQuota)]);
    for number in 2..=3 {
        let next = bench.newest() + 1;
        assert_eq!(bench.request(ANN, number), [asks_operation(Anywhere, next, ANN, number)]);
    }
    assert_eq!(bench.request_as(ANN, 4, Shape::Enumeration), [refuses(4, Refused::OverQuota)]);
    // A shell that is denied makes room for a shell, and for nothing else.
    bench.complete(deny(RequestKind::Operation, 3));
    assert_eq!(bench.request(ANN, 4), [refuses(4, Refused::OverQuota)]);
    assert_eq!(bench.request_as(ANN, 4, Shape::Object), [asks_operation(Anywhere, 6, ANN, 4)]);
}

#[test]
fn operations_beyond_the_time_slot_are_refused_until_the_next() {
    let mut bench = with_quota(SMALL);
    for number in 1..=3 {
        bench.request(ANN, number);
        let request = bench.newest();
        bench.complete(deny(RequestKind::Operation, request));
    }
    assert_eq!(bench.request(ANN, 4), [refuses(4, Refused::OverQuota)]);
    // A re-authorization does not empty the slot.
    bench.reauthorize(ANN);
    bench.complete(allow_user(6, 11));
    assert_eq!(bench.request(ANN, 4), [asks_quota(Anywhere, 7, ANN)]);
    assert_eq!(bench.complete(tell_quota(7, Some(SMALL))), [refuses(4, Refused::OverQuota)]);
    bench.now = 99;
    assert_eq!(bench.request(ANN, 4), [refuses(4, Refused::OverQuota)]);
    let mut later = with_quota(Quota { timeslot_s: 0, ..SMALL });
    for number in 1..=5 {
        assert_eq!(later.request(ANN, number), [asks_operation(Anywhere, number + 2, ANN, number)]);
        later.complete(deny(RequestKind::Operation, number + 2));
    }
}

#[test]
fn a_slot_ends_after_its_length() {
    let config = HostConfig { idle: Millis(10_000), ..WITH_QUOTA };
    let mut bench = Bench::with("", config);
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    bench.complete(tell_quota(2, Some(Quota { per_timeslot: 1, operations: 9, ..SMALL })));
    bench.now = 999;
    assert_eq!(bench.request(ANN, 2), [refuses(2, Refused::OverQuota)]);
    bench.now = 1000;
    assert_eq!(bench.request(ANN, 2), [asks_operation(Anywhere, 4, ANN, 2)]);
}
