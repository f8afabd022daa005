//! Re-authorization and refresh: CL-20 to CL-24.

use super::*;
use Place::{After, Anywhere};

#[test]
fn cl_20_old_lease_is_released_after_the_new_one_is_acquired() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1).respond(1);
    assert_eq!(bench.reauthorize(ANN), [asks_user(Anywhere, 3, ANN, true)]);
    assert_eq!(bench.complete(allow_user(3, 11)), [releases(After, 10)]);
    assert_eq!(bench.host.record(A, &ANN).map(|record| record.lease), Some(context(11)));
}

#[test]
fn cl_20_a_pending_reauthorization_pins_the_record_in_every_dialect() {
    for words in ["", "expiry=user-first", "expiry=operations-first"] {
        let mut bench = Bench::new(words);
        bench.open(ANN, 1).respond(1);
        bench.now = 20;
        bench.reauthorize(ANN);
        assert_eq!(bench.at(5 * IDLE), []);
        assert_eq!(bench.complete(allow_user(3, 11)), [releases(After, 10)]);
        assert_eq!(bench.host.next_deadline(), Some(Timestamp(6 * IDLE)));
    }
}

#[test]
fn cl_20_requests_go_on_under_the_old_context_meanwhile() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1);
    bench.reauthorize(ANN);
    assert_eq!(bench.request(ANN, 2), [asks_operation(Anywhere, 4, ANN, 2)]);
    assert_eq!(bench.try_step(Input::Reauthorize { application: A, user: ANN }), Err(Misuse::NothingToReauthorize(A)));
}

#[test]
fn cl_21_failed_reauth_still_releases_old() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1).respond(1);
    bench.reauthorize(ANN);
    assert_eq!(bench.complete(deny(RequestKind::User, 3)), [releases(After, 10)]);
    // CL-23: nothing is authorized under the old context any more.
    assert_eq!(bench.request(ANN, 2), [asks_user(Anywhere, 4, ANN, false)]);
}

#[test]
fn cl_21_timed_out_and_refused_reauths_release_old_too() {
    let mut bench = Bench::new("overdue=times-out");
    bench.open(ANN, 1).respond(1);
    bench.reauthorize(ANN);
    let timed_out = crossing(Anywhere, Call::RequestTimedOut { sender: sender(3) });
    assert_eq!(bench.at(30), [timed_out, releases(Anywhere, 10)]);
    assert_eq!(bench.refused(allow_user(3, 11), false), (87, Vec::new()));

    let mut bench = Bench::new("refusal=refuses");
    bench.open(ANN, 1).respond(1);
    bench.reauthorize(ANN);
    assert_eq!(bench.refused(allow_user(3, 11), true), (87, Vec::from([releases(After, 10)])));
    assert!(bench.host.records().next().is_none());
}

#[test]
fn cl_23_operations_that_wait_are_refused_after_a_failure() {
    let config = HostConfig { quota: true, refresh: Some(Millis(10)), ..CONFIG };
    let mut bench = Bench::with("refresh=quota-and-user", config);
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    bench.now = 10;
    // One waits for the first quota, another one for the refresh.
    assert_eq!(bench.request(ANN, 2), [asks_user(Anywhere, 3, ANN, true)]);
    let no = Refused::User(5);
    assert_eq!(bench.complete(deny(RequestKind::User, 3)), [releases(After, 10), refuses(1, no), refuses(2, no)]);
}

#[test]
fn cl_24_open_operations_keep_their_leases_after_a_failure() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1);
    bench.request(ANN, 2);
    bench.reauthorize(ANN);
    assert_eq!(bench.complete(deny(RequestKind::User, 4)), [releases(After, 10)]);
    assert_eq!(bench.complete(allow_operation(3, 21)), [begins(2)]);
    assert_eq!(bench.respond(1), [ends(Anywhere, 1, EndOfOperation::Completed), releases(Anywhere, 20)]);
    assert_eq!(bench.respond(2), [ends(Anywhere, 2, EndOfOperation::Completed), releases(Anywhere, 21)]);
    assert_eq!(bench.host.operations().count(), 0);
}

#[test]
fn a_refresh_of_the_user_comes_before_the_quota_and_the_operation() {
    let config = HostConfig { quota: true, refresh: Some(Millis(10)), ..CONFIG };
    let mut bench = Bench::with("refresh=quota-and-user", config);
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    assert_eq!(bench.complete(tell_quota(2, Some(DEFAULT_QUOTA))), [asks_operation(After, 3, ANN, 1)]);
    bench.now = 9;
    assert_eq!(bench.request(ANN, 2), [asks_operation(Anywhere, 4, ANN, 2)]);
    bench.now = 10;
    assert_eq!(bench.request(ANN, 3), [asks_user(Anywhere, 5, ANN, true)]);
    // The others go on as before the refresh.
    assert_eq!(bench.request(ANN, 4), [asks_operation(Anywhere, 6, ANN, 4)]);
    assert_eq!(bench.complete(allow_user(5, 11)), [releases(After, 10), asks_quota(After, 7, ANN)]);
    assert_eq!(bench.complete(tell_quota(7, Some(DEFAULT_QUOTA))), [asks_operation(After, 8, ANN, 3)]);
}

#[test]
fn a_refresh_of_the_quota_alone_does_not_ask_about_the_user() {
    let config = HostConfig { quota: true, refresh: Some(Millis(0)), ..CONFIG };
    let mut bench = Bench::with("", config);
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    bench.complete(tell_quota(2, Some(DEFAULT_QUOTA)));
    // An interval of zero: each request asks once.
    assert_eq!(bench.request(ANN, 2), [asks_quota(Anywhere, 4, ANN)]);
    assert_eq!(bench.request(ANN, 3), [asks_operation(Anywhere, 5, ANN, 3)]);
    assert_eq!(bench.complete(deny(RequestKind::Quota, 4)), [refuses(2, Refused::Quota(5))]);
}

#[test]
fn a_host_that_asks_for_no_quotas_refreshes_the_user_alone() {
    let config = HostConfig { refresh: Some(Millis(10)), ..CONFIG };
    for (words, expected) in [
        ("refresh=quota", asks_operation(Anywhere, 3, ANN, 2)),
        ("refresh=quota-and-user", asks_user(Anywhere, 3, ANN, true)),
    ] {
        let mut bench = Bench::with(words, config);
        bench.open(ANN, 1);
        bench.now = 10;
        assert_eq!(bench.request(ANN, 2), [expected]);
    }
}
