//! Where and how often: the dialects that concern releases, nesting and addresses.

use super::*;
use Place::{After, Anywhere, Concurrent, Inside};

#[test]
fn a_completion_places_its_releases_and_entries() {
    for (timing, release) in [("after", After), ("inside", Inside), ("concurrent", Concurrent)] {
        for (reentrancy, entry) in [("records", After), ("nests", Inside)] {
            let words = alloc::format!("release_timing={timing},reentrancy={reentrancy},authorize_user=parallel");
            let mut bench = Bench::new(&words);
            bench.request(ANN, 1);
            bench.request(ANN, 2);
            assert_eq!(bench.complete(allow_user(1, 10)), [asks_operation(entry, 3, ANN, 1)]);
            assert_eq!(bench.complete(allow_user(2, 11)), [releases(release, 11), asks_operation(entry, 4, ANN, 2)]);
            bench.end(1, EndOfOperation::Cancelled);
            assert_eq!(
                bench.complete(allow_operation(3, 20)),
                [ends(release, 1, EndOfOperation::Cancelled), releases(release, 20)]
            );
            bench.end(2, EndOfOperation::Cancelled);
            // No call that it belongs to.
            let alone = [ends(Anywhere, 2, EndOfOperation::Cancelled)];
            assert_eq!(bench.complete(allow_operation(4, 0)), alone);
        }
    }
}

#[test]
fn what_expires_before_a_completion_belongs_anywhere() {
    let mut bench = Bench::new("release_timing=inside,expiry=user-first");
    bench.open(ANN, 1);
    bench.request(BOB, 2);
    bench.now = IDLE;
    assert_eq!(
        bench.complete(deny(RequestKind::User, 3)),
        [expires(ANN), releases(Anywhere, 10), refuses(2, Refused::User(5))]
    );
}

#[test]
fn per_value_releases_a_value_when_its_last_use_ends() {
    let mut bench = Bench::new("release_counting=per-value");
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    assert_eq!(bench.complete(allow_operation(2, 10)), [begins(1)]);
    assert_eq!(bench.respond(1), [ends(Anywhere, 1, EndOfOperation::Completed)]);
    bench.reauthorize(ANN);
    // C3: the same value again; it lives on.
    assert_eq!(bench.complete(allow_user(3, 10)), []);
    assert_eq!(bench.at(IDLE), [expires(ANN), releases(Anywhere, 10)]);
    assert_eq!(bench.host.leases, Leases::new(bench.host.dialect.release_counting));
}

#[test]
fn per_report_releases_a_value_for_each_report() {
    let mut bench = Bench::new("");
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    bench.complete(allow_operation(2, 10));
    assert_eq!(bench.respond(1), [ends(Anywhere, 1, EndOfOperation::Completed), releases(Anywhere, 10)]);
    assert_eq!(bench.at(IDLE), [expires(ANN), releases(Anywhere, 10)]);
}

#[test]
fn a_context_with_a_failure_is_ignored_or_released_once() {
    for (words, expected) in [
        ("failure_context=ignored", Vec::from([refuses(1, Refused::User(5))])),
        ("failure_context=released", Vec::from([releases(After, 66), refuses(1, Refused::User(5))])),
    ] {
        let mut bench = Bench::new(words);
        bench.request(ANN, 1);
        let odd = Completion { context: context(66), ..deny(RequestKind::User, 1) };
        assert_eq!(bench.complete(odd), expected);
    }
}

#[test]
fn reused_addresses_are_those_of_requests_that_are_over() {
    let mut bench = Bench::new("sender_pointer=reused");
    bench.request(ANN, 1);
    assert_eq!(bench.complete(allow_user(1, 10)), [asks_operation(After, 1, ANN, 1)]);
    // A call that nests in the completion comes before its request is over.
    let mut bench = Bench::new("sender_pointer=reused,reentrancy=nests");
    bench.request(ANN, 1);
    assert_eq!(bench.complete(allow_user(1, 10)), [asks_operation(Inside, 2, ANN, 1)]);
    assert_eq!(bench.request(BOB, 2), [asks_user(Anywhere, 1, BOB, false)]);
}
