//! The tables are what the machine does: every row is taken, and no transition is taken that is not a row.

use alloc::collections::BTreeSet;

use super::*;
use crate::table::Transition;

/// A user's record, one operation and one request, watched over many steps.
#[derive(Default)]
struct Seen {
    record: BTreeSet<Transition>,
    operation: BTreeSet<Transition>,
    request: BTreeSet<Transition>,
}

fn record_state(bench: &Bench) -> &'static str {
    let Some(visitor) = bench.host.visitor(A, &ANN) else { return "none" };
    match (&visitor.record, visitor.renewal, visitor.asking.is_empty()) {
        (Some(_), None, _) => "live",
        (Some(_), Some(_), _) => "renewing",
        (None, _, false) => "asking",
        (None, _, true) => "none",
    }
}

fn operation_state(bench: &Bench, number: u64) -> &'static str {
    match bench.host.operation(op(number)).map(|operation| operation.phase) {
        None => "none",
        Some(OperationPhase::Waiting(_)) => "waiting",
        Some(OperationPhase::Authorizing) => "authorizing",
        Some(OperationPhase::GivenUp(_)) => "given up",
        Some(OperationPhase::Open { .. }) => "open",
    }
}

fn request_state(bench: &Bench, number: u64) -> &'static str {
    match bench.host.request_of(sender(number)).map(|request| &request.purpose) {
        None => "none",
        Some(Purpose::TimedOut(_)) => "timed out",
        Some(_) => "pending",
    }
}

impl Seen {
    fn record(&mut self, bench: &mut Bench, event: &'static str, step: impl FnOnce(&mut Bench)) {
        let before = record_state(bench);
        step(bench);
        self.record.insert((before, event, record_state(bench)));
    }

    fn operation(&mut self, bench: &mut Bench, number: u64, event: &'static str, step: impl FnOnce(&mut Bench)) {
        let before = operation_state(bench, number);
        step(bench);
        self.operation.insert((before, event, operation_state(bench, number)));
    }

    fn request(&mut self, bench: &mut Bench, number: u64, event: &'static str, step: impl FnOnce(&mut Bench)) {
        let before = request_state(bench, number);
        step(bench);
        self.request.insert((before, event, request_state(bench, number)));
    }
}

fn rows(table: &[Transition]) -> BTreeSet<Transition> {
    table.iter().copied().collect()
}

/// An event and how to bring it about.
type Event = (&'static str, fn(&mut Bench));

const HOSTILE: &str = "overdue=times-out,refusal=refuses";

fn deny_user(bench: &mut Bench) {
    let request = bench.newest();
    bench.complete(deny(RequestKind::User, request));
}

fn allow(bench: &mut Bench) {
    let request = bench.newest();
    bench.complete(allow_user(request, 10));
}

fn allow_it(bench: &mut Bench) {
    let request = bench.newest();
    bench.complete(allow_operation(request, 20));
}

fn deny_it(bench: &mut Bench) {
    let request = bench.newest();
    bench.complete(deny(RequestKind::Operation, request));
}

fn refuse_user(bench: &mut Bench) {
    let request = bench.newest();
    assert_eq!(bench.refused(allow_user(request, 11), true).0, 87);
}

fn refuse_it(bench: &mut Bench) {
    let request = bench.newest();
    assert_eq!(bench.refused(allow_operation(request, 21), true).0, 87);
}

fn time_out(bench: &mut Bench) {
    let now = bench.now + 30;
    bench.at(now);
}

fn expire(bench: &mut Bench) {
    let now = bench.now + IDLE;
    bench.at(now);
}

fn stop(bench: &mut Bench) {
    bench.stop();
}

#[test]
fn the_record_takes_every_row() {
    let mut seen = Seen::default();
    let fresh = || Bench::new(HOSTILE);
    let asking = || {
        let mut bench = fresh();
        bench.request(ANN, 1);
        bench
    };
    let live = || {
        let mut bench = Bench::new("overdue=times-out,refusal=refuses,expiry=user-first");
        bench.open(ANN, 1);
        bench
    };
    let renewing = || {
        let mut bench = live();
        bench.reauthorize(ANN);
        bench
    };
    let request = |bench: &mut Bench| drop(bench.request(ANN, 2));
    seen.record(&mut fresh(), "request", request);
    let events: [Event; 5] = [
        ("user allowed", allow),
        ("user denied", deny_user),
        ("timed out", time_out),
        ("completion refused", refuse_user),
        ("stop", stop),
    ];
    for (event, step) in events {
        seen.record(&mut asking(), event, step);
        seen.record(&mut renewing(), event, step);
    }
    seen.record(&mut asking(), "request", request);
    seen.record(&mut renewing(), "request", request);
    seen.record(&mut live(), "request", request);
    seen.record(&mut live(), "re-authorize", |bench| drop(bench.reauthorize(ANN)));
    seen.record(&mut live(), "deadline", expire);
    seen.record(&mut live(), "stop", stop);
    assert_eq!(seen.record, rows(RECORD_TABLE));
}

const OPERATIONS: &str = "overdue=times-out,refusal=refuses,expiry=operations-first";

fn known() -> Bench {
    let mut bench = Bench::new(OPERATIONS);
    bench.open(ANN, 9);
    bench
}

fn waiting() -> Bench {
    let mut bench = Bench::new(OPERATIONS);
    bench.request(ANN, 1);
    bench
}

fn waiting_for_quota() -> Bench {
    let config = HostConfig { quota: true, enforce_quota: true, request_timeout: Millis(9999), ..CONFIG };
    let mut bench = Bench::with(OPERATIONS, config);
    bench.request(ANN, 1);
    allow(&mut bench);
    bench
}

fn authorizing() -> Bench {
    let mut bench = known();
    bench.request_as(ANN, 1, Shape::Enumeration);
    bench
}

fn given_up() -> Bench {
    let mut bench = authorizing();
    end(&mut bench);
    bench
}

fn open(shape: Shape) -> Bench {
    let mut bench = known();
    bench.request_as(ANN, 1, shape);
    allow_it(&mut bench);
    bench
}

fn end(bench: &mut Bench) {
    bench.end(1, EndOfOperation::Completed);
}

#[test]
fn the_operation_takes_every_row() {
    let mut seen = Seen::default();
    seen.operation(&mut Bench::new(OPERATIONS), 1, "request, user unknown", |bench| drop(bench.request(ANN, 1)));
    seen.operation(&mut known(), 1, "request, user known", |bench| drop(bench.request(ANN, 1)));
    seen.operation(&mut waiting(), 1, "user allowed", allow);
    seen.operation(&mut waiting(), 1, "user denied", deny_user);
    seen.operation(&mut waiting(), 1, "end", end);
    seen.operation(&mut waiting(), 1, "stop", stop);
    let mut full = waiting_for_quota();
    seen.operation(&mut full, 1, "quota known", |bench| {
        drop(bench.complete(tell_quota(2, Some(Quota { operations: 1, ..DEFAULT_QUOTA }))));
    });
    seen.operation(&mut full, 2, "request beyond the quota", |bench| drop(bench.request(ANN, 2)));
    seen.operation(&mut waiting_for_quota(), 1, "quota failed", |bench| {
        drop(bench.complete(deny(RequestKind::Quota, 2)));
    });
    seen.operation(&mut waiting_for_quota(), 1, "record expired", expire);
    let answers: [Event; 3] = [("operation allowed", allow_it), ("operation denied", deny_it), ("timed out", time_out)];
    for (event, step) in answers {
        seen.operation(&mut authorizing(), 1, event, step);
        seen.operation(&mut given_up(), 1, event, step);
    }
    seen.operation(&mut authorizing(), 1, "completion refused", refuse_it);
    seen.operation(&mut authorizing(), 1, "end", end);
    let mut stopping = authorizing();
    seen.operation(&mut stopping, 1, "stop", stop);
    seen.operation(&mut stopping, 1, "stopped", |bench| drop(bench.step(Input::Stopped { application: A })));
    let mut patient = Bench::new("expiry=operations-first");
    patient.open(ANN, 9).request(ANN, 1);
    seen.operation(&mut patient, 1, "record expired", expire);
    for event in ["respond", "end", "record expired", "stop"] {
        seen.operation(&mut open(Shape::Enumeration), 1, event, |bench| match event {
            "respond" => drop(bench.respond(1)),
            "end" => end(bench),
            "stop" => stop(bench),
            _ => expire(bench),
        });
    }
    seen.operation(&mut open(Shape::Simple), 1, "respond, simple", |bench| drop(bench.respond(1)));
    assert_eq!(seen.operation, rows(OPERATION_TABLE));
}

#[test]
fn the_request_takes_every_row() {
    let mut seen = Seen::default();
    let pending = || {
        let mut bench = Bench::new(HOSTILE);
        bench.request(ANN, 1);
        bench
    };
    let timed_out = || {
        let mut bench = pending();
        time_out(&mut bench);
        bench
    };
    let misfit = |bench: &mut Bench| assert_eq!(bench.refused(allow_operation(1, 20), false).0, 87);
    let stopped = |bench: &mut Bench| {
        bench.stop();
        bench.step(Input::Stopped { application: A });
    };
    seen.request(&mut Bench::new(HOSTILE), 1, "entry point called", |bench| drop(bench.request(ANN, 1)));
    seen.request(&mut pending(), 1, "completion accepted", allow);
    seen.request(&mut pending(), 1, "completion refused", refuse_user);
    seen.request(&mut pending(), 1, "completion does not fit", misfit);
    seen.request(&mut pending(), 1, "time-out", time_out);
    seen.request(&mut pending(), 1, "stopped", stopped);
    seen.request(&mut timed_out(), 1, "late completion", refuse_user);
    seen.request(&mut timed_out(), 1, "completion does not fit", misfit);
    seen.request(&mut timed_out(), 1, "stopped", stopped);
    assert_eq!(seen.request, rows(REQUEST_TABLE));
}
