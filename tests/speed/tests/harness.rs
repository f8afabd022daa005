//! The harness itself, with contenders whose time is made up.

use std::cell::RefCell;
use std::time::Duration;

use wsman_authz_speed::harness::{Bench, Case, Contender, Role, Run, Settings, Target, markdown, median, spread, text};

const SETTINGS: Settings = Settings { rounds: 3, least: Duration::from_micros(1), quick: true, full: false };

/// Takes so long for an operation.
fn steady<'a>(name: &'static str, role: Role, nanoseconds: u64) -> Contender<'a> {
    Contender::timed(name, role, move |work| Duration::from_nanos(work * nanoseconds))
}

#[test]
fn the_median_is_not_moved_by_one_round() {
    assert_eq!(median(&[3.0, 1.0, 1000.0]), 3.0);
    assert_eq!(median(&[1.0, 2.0, 3.0, 4.0]), 2.5);
    assert_eq!(spread(&[1.0, 2.0, 3.0]), 0.25);
    assert_eq!(spread(&[7.0]), 0.0);
}

#[test]
fn contenders_take_turns_in_rotating_order() {
    let log = RefCell::new(String::new());
    let named = |name: &'static str| {
        let log = &log;
        Contender::timed(name, Role::Peer, move |work| {
            log.borrow_mut().push_str(name);
            Duration::from_micros(work)
        })
    };
    let contenders = vec![named("a"), named("b"), named("c")];
    Bench::new(SETTINGS).measure(Case { workload: "W0", name: "turns".to_owned(), parts: &[""], contenders });
    assert_eq!(*log.borrow(), "abc".to_owned() + "abc" + "bca" + "cab", "one run each to calibrate, then the rounds");
}

#[test]
fn rows_say_what_was_measured_and_which_target_is_met() {
    let contenders = vec![
        steady("limit", Role::Limit, 10),
        steady("peer", Role::Peer, 50),
        steady("ours", Role::Ours, 20)
            .target(Target::OfLimit(2.0))
            .target(Target::OfLimit(1.9))
            .target(Target::Of("peer", 0.4))
            .target(Target::Of("peer", 0.3)),
    ];
    let mut bench = Bench::new(SETTINGS);
    bench.measure(Case { workload: "W0", name: "made up".to_owned(), parts: &[""], contenders });
    let rows = bench.into_rows();
    let ratios: Vec<_> = rows.iter().map(|row| (row.value, row.ratio, row.spread)).collect();
    assert_eq!(ratios, [(10.0, Some(1.0), 0.0), (50.0, Some(5.0), 0.0), (20.0, Some(2.0), 0.0)]);
    let met: Vec<bool> = rows[2].targets.iter().map(|met| met.met).collect();
    assert_eq!(met, [true, false, true, false]);
    let table = markdown(&rows, |_| "a title");
    assert!(table.starts_with("### W0: a title\n"), "{table}");
    assert!(table.contains("| made up | limit (limit) | 10.0 ns |  | 1.00 |  |  |"), "{table}");
    assert!(
        table.contains("|  | ours (ours) | 20.0 ns |  | 2.00 | ≤ 2.00 × limit: met; ≤ 1.90 × limit: missed;"),
        "{table}"
    );
    assert!(text(&rows).lines().count() == 6, "a head, four lines, an empty one: {}", text(&rows));
}

#[test]
fn a_part_has_rows_and_targets_of_its_own() {
    let parts = |name, role, times: [u64; 2]| {
        Contender::new(name, role, move |work| Run {
            operations: work,
            parts: times.map(|time| Duration::from_nanos(time * work)).to_vec(),
        })
    };
    let contenders = vec![
        parts("limit", Role::Limit, [100, 10]),
        parts("ours", Role::Ours, [100, 100]).target_of("second", Target::OfLimit(1.0)),
    ];
    let mut bench = Bench::new(SETTINGS);
    bench.measure(Case { workload: "W0", name: "two".to_owned(), parts: &["first", "second"], contenders });
    let told: Vec<_> = bench.into_rows().into_iter().map(|row| (row.case, row.value, row.targets.len())).collect();
    let expected =
        [("two, first", 100.0, 0), ("two, first", 100.0, 0), ("two, second", 10.0, 0), ("two, second", 100.0, 1)];
    assert_eq!(told, expected.map(|(case, value, targets)| (case.to_owned(), value, targets)));
}

#[test]
fn work_grows_until_a_run_is_long_enough_or_may_not_grow() {
    let most_seen = RefCell::new(0);
    let watched = |most| {
        let seen = &most_seen;
        Contender::timed("one", Role::Limit, move |work| {
            let before = *seen.borrow();
            *seen.borrow_mut() = work.max(before);
            Duration::from_nanos(work)
        })
        .at_most(most)
    };
    let case = |contender| Case { workload: "W0", name: String::new(), parts: &[""], contenders: vec![contender] };
    Bench::new(SETTINGS).measure(case(watched(7)));
    assert_eq!(most_seen.take(), 7);
    Bench::new(SETTINGS).measure(case(watched(u64::MAX)));
    assert!((1_000..4_000).contains(&most_seen.take()), "a microsecond, and little more");
}
