//! Judging: a long trace, record by record, from memory.

mod record;
mod trace;

use std::hint::black_box;
use std::time::{Duration, Instant};

use wsman_authz_models::judge::{Choice, JudgeVerdict, Source, judge_stream};

use crate::harness::{Bench, Case, Contender, Role, Run, Target};
use record::Record;

fn lines(trace: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', trace).map(move |end| &trace[std::mem::replace(&mut start, end + 1)..end])
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn parsed<'a, T: serde::Deserialize<'a>>(trace: &'a [u8]) {
    for line in lines(trace) {
        let value: T = serde_json::from_slice(line).expect("a record is JSON");
        black_box(value);
    }
}

fn judged(trace: &[u8], records: u64, choice: Choice) {
    let report = judge_stream(&Source::StandardInput, trace, choice).expect("a trace");
    assert_eq!((report.verdict, report.records), (JudgeVerdict::Kept, records), "the trace is lawful and whole");
}

fn contender<'a>(name: &'static str, role: Role, records: u64, pass: impl Fn() + 'a) -> Contender<'a> {
    Contender::new(name, role, move |passes| {
        let took = timed(|| (0..passes).for_each(|_| pass()));
        Run { operations: passes * records, parts: vec![took] }
    })
}

const SERDE_JSON: &str = "serde_json, the record's fields";

/// Runs the workload.
///
/// # Panics
/// If the trace is not judged to be lawful.
pub fn run(bench: &mut Bench) {
    let megabytes = if bench.settings.quick { 1 } else { 50 };
    let trace = &trace::written(megabytes * 1_000_000);
    let records = lines(trace).count() as u64;
    let target = Target::Of(SERDE_JSON, 2.0);
    let contenders = vec![
        contender("memchr", Role::Limit, records, || {
            black_box(lines(trace).count());
        })
        .note("finds the ends of lines, reads none"),
        contender("serde_json, any value", Role::Peer, records, || parsed::<serde_json::Value>(trace)),
        contender(SERDE_JSON, Role::Peer, records, || parsed::<Record<'_>>(trace)),
        contender("judge", Role::Ours, records, || judged(trace, records, Choice::AsTheTraceSays))
            .note("under the dialect that the trace names")
            .target(target),
        contender("judge, every dialect", Role::Ours, records, || judged(trace, records, Choice::Every))
            .note("as a trace that names none")
            .target(target),
    ];
    let name = format!("{megabytes} MB, {records} records");
    bench.measure(Case { workload: "W7", name, parts: &[""], contenders });
}
