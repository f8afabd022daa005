//! The counting model of many cores counts what it says.

use wsman_authz_speed::scaling::{Shape, count};

const TICKS: usize = 40_000;

#[test]
fn one_core_waits_for_nobody_and_fetches_nothing() {
    let counted = count(Shape::ENGINE, 1, 1, TICKS);
    assert!((0.97..1.03).contains(&counted.throughput), "{counted:?}");
    assert_eq!((counted.transfers, counted.waiting), (0.0, 0.0));
}

#[test]
fn one_lock_serves_no_more_than_it_can() {
    let most = (Shape::ENGINE.ticks + 1) as f64 / Shape::ENGINE.held as f64;
    let counted = count(Shape::ENGINE, 64, 1, TICKS);
    assert!(counted.throughput <= most && counted.throughput > 0.8 * most, "{counted:?} of {most}");
    assert!(counted.waiting > 0.9, "{counted:?}");
}

#[test]
fn shards_let_cores_work_side_by_side() {
    let (few, many) = (count(Shape::ENGINE, 16, 16, TICKS), count(Shape::ENGINE, 16, 64, TICKS));
    assert!(many.throughput > few.throughput && few.throughput > 6.0, "{few:?} {many:?}");
}

#[test]
fn a_line_moves_at_most_once_a_step() {
    let all = (Shape::ENGINE.shard_lines + Shape::ENGINE.user_lines) as f64;
    let counted = count(Shape::ENGINE, 64, 64, TICKS);
    assert!(counted.transfers > 0.9 * all && counted.transfers <= all, "{counted:?}");
}
