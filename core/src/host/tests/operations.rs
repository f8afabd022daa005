//! Operations and completions: CL-10, CL-15, CL-40, CL-41, CL-51.

use super::*;
use Place::{After, Anywhere};

#[test]
fn cl_40_a_lease_is_released_after_its_operation_ended() {
    for how in
        [EndOfOperation::Completed, EndOfOperation::Cancelled, EndOfOperation::TimedOut, EndOfOperation::Disconnected]
    {
        let mut bench = Bench::new("");
        bench.open(ANN, 1);
        assert_eq!(bench.end(1, how), [ends(Anywhere, 1, how), releases(Anywhere, 20)]);
        assert_eq!(bench.try_step(Input::End { operation: op(1), how }), Err(Misuse::UnknownOperation(op(1))));
    }
}

/// A mistake in cancelled operations alone, which nobody sees who ends all of them in another way.
#[cfg(feature = "faults")]
#[test]
fn cl_41_the_fault_of_cancelled_operations_is_in_no_other() {
    for (how, is_released) in [(EndOfOperation::Cancelled, false), (EndOfOperation::Disconnected, true)] {
        let mut bench = Bench::new("");
        bench.open(ANN, 1);
        bench.host = bench.host.with_fault(Fault::CancelledNotReleased);
        assert_eq!(bench.end(1, how).contains(&releases(Anywhere, 20)), is_released);
    }
}

#[test]
fn cl_41_an_operation_given_up_ends_as_soon_as_it_begins() {
    let how = EndOfOperation::TimedOut;
    let mut bench = Bench::new("");
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    assert_eq!(bench.end(1, how), [refuses(1, Refused::GivenUp)]);
    assert_eq!(bench.try_step(Input::End { operation: op(1), how }), Err(Misuse::UnknownOperation(op(1))));
    let mut denied = bench.clone();
    assert_eq!(bench.complete(allow_operation(2, 20)), [ends(After, 1, how), releases(After, 20)]);
    assert_eq!(denied.complete(deny(RequestKind::Operation, 2)), []);
    assert_eq!((bench.host.operations().count(), denied.host.operations().count()), (0, 0));
}

#[test]
fn an_operation_given_up_while_it_waits_is_forgotten() {
    let mut bench = Bench::new("");
    bench.request(ANN, 1);
    assert_eq!(bench.end(1, EndOfOperation::Cancelled), [refuses(1, Refused::GivenUp)]);
    // The question stands, and its answer makes the record.
    assert_eq!(bench.complete(allow_user(1, 10)), []);
    assert_eq!(bench.host.next_deadline(), Some(Timestamp(IDLE)));
}

#[test]
fn cl_15_null_is_never_released() {
    let mut bench = Bench::new("");
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 0));
    assert_eq!(bench.complete(allow_operation(2, 0)), [begins(1)]);
    assert_eq!(bench.respond(1), [ends(Anywhere, 1, EndOfOperation::Completed)]);
    bench.reauthorize(ANN);
    assert_eq!(bench.complete(allow_user(3, 0)), []);
    assert_eq!(bench.at(IDLE), [expires(ANN)]);
}

#[test]
fn responses_end_what_they_end() {
    use Shape::{Enumeration, Object, Simple};
    let completed = [ends(Anywhere, 1, EndOfOperation::Completed), releases(Anywhere, 20)];
    for (shape, words, ends_it) in [
        (Simple, "", true),
        (Simple, "long_operations=response", true),
        (Enumeration, "", false),
        (Enumeration, "long_operations=response", false),
        (Object, "", false),
        (Object, "long_operations=response", true),
    ] {
        let mut bench = Bench::new(words);
        bench.request_as(ANN, 1, shape);
        bench.complete(allow_user(1, 10));
        bench.complete(allow_operation(2, 20));
        let expected: &[_] = if ends_it { &completed } else { &[] };
        assert_eq!(bench.respond(1), expected, "{shape:?} {words}");
        let again = bench.try_step(Input::Respond { operation: op(1) });
        assert_eq!(again, Err(Misuse::NoResponseDue(op(1))));
        if !ends_it {
            assert_eq!(bench.end(1, EndOfOperation::Completed), completed);
        }
    }
}

#[test]
fn cl_51_a_completion_that_does_not_fit_leaves_its_request_pending() {
    let mut bench = Bench::new("refusal=refuses");
    bench.request(ANN, 1);
    let before = bench.host.clone();
    let good = allow_user(1, 10);
    for bad in [
        Completion { sender: None, ..good.clone() },
        Completion { sender: Sender::new(99), ..good.clone() },
        Completion { flags: 1, ..good.clone() },
        Completion { kind: RequestKind::Operation, ..good.clone() },
    ] {
        for refuse in [false, true] {
            assert_eq!(bench.refused(bad.clone(), refuse), (87, Vec::new()));
            assert_eq!(bench.host, before);
        }
    }
    assert_eq!(bench.complete(good.clone()), [asks_operation(After, 2, ANN, 1)]);
    // CL-50: a second one finds no request.
    assert_eq!(bench.refused(good, false), (87, Vec::new()));
}

#[test]
fn cl_10_a_refused_completion_makes_no_lease() {
    let refused = Refused::CompletionRefused;
    let mut bench = Bench::new("refusal=refuses");
    bench.request(ANN, 1);
    assert_eq!(bench.refused(allow_user(1, 10), true), (87, Vec::from([refuses(1, refused)])));
    bench.open(ANN, 2);
    bench.request(ANN, 3);
    assert_eq!(bench.refused(allow_operation(4, 21), true), (87, Vec::from([refuses(3, refused)])));
    assert_eq!(
        bench.stop(),
        [ends(Anywhere, 2, EndOfOperation::Cancelled), releases(Anywhere, 20), releases(Anywhere, 10), shuts_down()]
    );
}

#[test]
fn only_the_dialect_lets_the_host_refuse() {
    let mut bench = Bench::new("");
    bench.request(ANN, 1);
    assert_eq!(bench.refused(allow_user(1, 10), true), (0, Vec::from([asks_operation(After, 2, ANN, 1)])));
}

#[test]
fn a_late_completion_is_refused_and_then_forgotten() {
    let mut bench = Bench::new("overdue=times-out,sender_pointer=reused");
    bench.request(ANN, 1);
    assert_eq!(bench.host.next_deadline(), Some(Timestamp(30)));
    let timed_out = crossing(Anywhere, Call::RequestTimedOut { sender: sender(1) });
    assert_eq!(bench.at(30), [timed_out, refuses(1, Refused::TimedOut)]);
    // Its address is not given out again before.
    assert_eq!(bench.request(ANN, 2), [asks_user(Anywhere, 2, ANN, false)]);
    assert_eq!(bench.refused(allow_operation(1, 10), false), (87, Vec::new()));
    assert_eq!(bench.refused(allow_user(1, 10), false), (87, Vec::new()));
    assert_eq!(bench.complete(allow_user(2, 11)), [asks_operation(After, 1, ANN, 2)]);
}
