//! User records and time: CL-30 to CL-35.

use super::*;
use Place::{After, Anywhere};

#[test]
fn cl_30_a_live_record_is_not_asked_about_again() {
    let mut bench = Bench::new("");
    assert_eq!(bench.request(ANN, 1), [asks_user(Anywhere, 1, ANN, false)]);
    assert_eq!(bench.complete(allow_user(1, 10)), [asks_operation(After, 2, ANN, 1)]);
    assert_eq!(bench.complete(allow_operation(2, 20)), [begins(1)]);
    assert_eq!(bench.request(ANN, 2), [asks_operation(Anywhere, 3, ANN, 2)]);
}

#[test]
fn cl_30_coalesced_first_requests_share_one_question() {
    let mut bench = Bench::new("");
    assert_eq!(bench.request(ANN, 1), [asks_user(Anywhere, 1, ANN, false)]);
    assert_eq!(bench.request(ANN, 2), []);
    assert_eq!(bench.request(BOB, 3), [asks_user(Anywhere, 2, BOB, false)]);
    assert_eq!(bench.complete(allow_user(1, 10)), [asks_operation(After, 3, ANN, 1), asks_operation(After, 4, ANN, 2)]);
}

#[test]
fn cl_11_the_loser_of_parallel_first_requests_is_released() {
    let mut bench = Bench::new("authorize_user=parallel");
    assert_eq!(bench.request(ANN, 1), [asks_user(Anywhere, 1, ANN, false)]);
    assert_eq!(bench.request(ANN, 2), [asks_user(Anywhere, 2, ANN, false)]);
    assert_eq!(bench.complete(allow_user(2, 11)), [asks_operation(After, 3, ANN, 2)]);
    // The loser's operation goes on under the record that was first.
    assert_eq!(bench.complete(allow_user(1, 10)), [releases(After, 10), asks_operation(After, 4, ANN, 1)]);
    assert_eq!(bench.host.record(A, &ANN).map(|record| record.lease), Some(context(11)));
}

#[test]
fn cl_31_operations_of_a_denied_user_are_not_asked_for() {
    let mut bench = Bench::new("");
    bench.request(ANN, 1);
    bench.request(ANN, 2);
    let no = Refused::User(5);
    assert_eq!(bench.complete(deny(RequestKind::User, 1)), [refuses(1, no), refuses(2, no)]);
    // E15: the no is not remembered.
    assert_eq!(bench.request(ANN, 3), [asks_user(Anywhere, 2, ANN, false)]);
}

#[test]
fn cl_32_a_record_expires_at_its_deadline_and_not_before() {
    for words in ["", "expiry=user-first", "expiry=operations-first"] {
        let mut bench = Bench::new(words);
        bench.open(ANN, 1).respond(1);
        assert_eq!(bench.host.next_deadline(), Some(Timestamp(IDLE)));
        assert_eq!(bench.at(IDLE - 1), []);
        assert_eq!(bench.at(IDLE), [expires(ANN), releases(Anywhere, 10)]);
        assert_eq!(bench.host.next_deadline(), None);
    }
}

#[test]
fn cl_32_every_request_moves_the_deadline() {
    let mut bench = Bench::new("expiry=user-first");
    bench.open(ANN, 1).respond(1);
    bench.now = 60;
    assert_eq!(bench.request(ANN, 2), [asks_operation(Anywhere, 3, ANN, 2)]);
    assert_eq!(bench.complete(deny(RequestKind::Operation, 3)), [refuses(2, Refused::Operation(5))]);
    assert_eq!(bench.at(60 + IDLE - 1), []);
    assert_eq!(bench.at(60 + IDLE), [expires(ANN), releases(Anywhere, 10)]);
}

#[test]
fn cl_32_an_entry_point_moves_the_deadline_too() {
    let config = HostConfig { quota: true, ..CONFIG };
    let mut bench = Bench::with("expiry=user-first", config);
    bench.request(ANN, 1);
    assert_eq!(bench.complete(allow_user(1, 10)), [asks_quota(After, 2, ANN)]);
    bench.now = 60;
    let quota = Some(DEFAULT_QUOTA);
    assert_eq!(bench.complete(tell_quota(2, quota)), [asks_operation(After, 3, ANN, 1)]);
    assert_eq!(bench.host.next_deadline(), Some(Timestamp(60 + IDLE)));
}

#[test]
fn cl_32_what_is_no_request_does_not_move_the_deadline() {
    let mut bench = Bench::new("expiry=user-first");
    bench.request_as(ANN, 1, Shape::Enumeration);
    bench.complete(allow_user(1, 10));
    bench.now = 60;
    bench.complete(allow_operation(2, 20));
    bench.respond(1);
    bench.end(1, EndOfOperation::Completed);
    assert_eq!(bench.host.next_deadline(), Some(Timestamp(IDLE)));
}

#[test]
fn cl_33_an_open_operation_pins_the_record() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1);
    assert_eq!(bench.host.next_deadline(), None);
    assert_eq!(bench.at(10 * IDLE), []);
    assert_eq!(
        bench.end(1, EndOfOperation::Disconnected),
        [ends(Anywhere, 1, EndOfOperation::Disconnected), releases(Anywhere, 20)]
    );
    assert_eq!(bench.host.next_deadline(), Some(Timestamp(11 * IDLE)));
}

#[test]
fn cl_33_a_request_in_flight_pins_the_record() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1).respond(1);
    bench.request(ANN, 2);
    assert_eq!(bench.host.next_deadline(), None);
    bench.now = 50;
    bench.complete(deny(RequestKind::Operation, 3));
    assert_eq!(bench.host.next_deadline(), Some(Timestamp(50 + IDLE)));
}

#[test]
fn cl_34_after_expiry_the_next_request_asks_again() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1).respond(1);
    // The request comes at the deadline itself: the record is gone by then.
    bench.now = IDLE;
    assert_eq!(bench.request(ANN, 2), [expires(ANN), releases(Anywhere, 10), asks_user(Anywhere, 3, ANN, false)]);
}

#[test]
fn cl_34_expiry_under_an_operation_releases_the_user_first() {
    let mut bench = Bench::new("expiry=user-first");
    bench.open(ANN, 1);
    assert_eq!(bench.at(IDLE), [expires(ANN), releases(Anywhere, 10)]);
    // CL-24: the operation keeps its own lease.
    assert_eq!(bench.respond(1), [ends(Anywhere, 1, EndOfOperation::Completed), releases(Anywhere, 20)]);
}

#[test]
fn cl_34_expiry_under_operations_cancels_them_first() {
    let mut bench = Bench::new("expiry=operations-first");
    bench.open(ANN, 1);
    bench.request(ANN, 2);
    assert_eq!(
        bench.at(IDLE),
        [
            expires(ANN),
            ends(Anywhere, 1, EndOfOperation::Cancelled),
            releases(Anywhere, 20),
            refuses(2, Refused::GivenUp),
            releases(Anywhere, 10),
        ]
    );
    // CL-41: the one with the plug-in ends as soon as it begins.
    assert_eq!(
        bench.complete(allow_operation(3, 21)),
        [ends(After, 2, EndOfOperation::Cancelled), releases(After, 21)]
    );
}

#[test]
fn cl_31_operations_that_wait_for_the_quota_are_refused_at_expiry() {
    let mut bench = Bench::with("expiry=user-first", HostConfig { quota: true, ..CONFIG });
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    assert_eq!(bench.at(IDLE), [expires(ANN), releases(Anywhere, 10), refuses(1, Refused::GivenUp)]);
    // Nobody waits for the answer, and there is no record to keep it.
    assert_eq!(bench.complete(tell_quota(2, Some(DEFAULT_QUOTA))), []);
    assert!(bench.host.records().next().is_none());
}

#[test]
fn cl_35_time_never_runs_backwards() {
    let mut bench = Bench::new("");
    bench.at(50);
    bench.now = 0;
    bench.open(ANN, 1).respond(1);
    assert_eq!(bench.host.now(), Timestamp(50));
    assert_eq!(bench.host.next_deadline(), Some(Timestamp(50 + IDLE)));
}

#[test]
fn an_input_that_meets_the_deadline_is_no_misuse() {
    let mut bench = Bench::new("expiry=operations-first");
    bench.open(ANN, 1);
    bench.now = IDLE;
    let expiry =
        [expires(ANN), ends(Anywhere, 1, EndOfOperation::Cancelled), releases(Anywhere, 20), releases(Anywhere, 10)];
    let mut other = bench.clone();
    assert_eq!(other.respond(1), expiry);
    assert_eq!(bench.reauthorize(ANN), expiry);
    assert_eq!(bench.host, other.host);
}

#[test]
fn a_misuse_changes_nothing() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1);
    let before = bench.host.clone();
    bench.now = 7;
    let unknown = ApplicationId(9);
    for (input, misuse) in [
        (Input::Start { application: A }, Misuse::StartedTwice(A)),
        (Input::Started { application: A, error: 0 }, Misuse::NotStarting(A)),
        (Input::Stop { application: unknown, reason: 3 }, Misuse::NotRunning(unknown)),
        (Input::Stopped { application: A }, Misuse::NotStopping(A)),
        (Input::Reauthorize { application: A, user: BOB }, Misuse::NothingToReauthorize(A)),
        (Input::Reauthorize { application: unknown, user: ANN }, Misuse::NotRunning(unknown)),
        (
            Input::Request { application: A, user: ANN, operation: op(1), shape: Shape::Simple },
            Misuse::NumberTaken(op(1)),
        ),
        (Input::Respond { operation: op(2) }, Misuse::NoResponseDue(op(2))),
        (Input::End { operation: op(2), how: EndOfOperation::Completed }, Misuse::UnknownOperation(op(2))),
    ] {
        assert_eq!(bench.try_step(input), Err(misuse));
        assert_eq!(bench.host, before);
    }
}
