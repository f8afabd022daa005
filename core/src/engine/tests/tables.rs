//! The table is what the machine does: every row is taken, and no transition is taken that is not a row.

use alloc::collections::BTreeSet;

use super::*;
use crate::engine::LEASE_TABLE;
use crate::engine::Payload::Fresh;
use crate::table::Transition;

/// The state of the one slot of a story.
fn state(story: &Story) -> &'static str {
    match (story.engine.live_leases(), story.engine.retired_slots()) {
        (0, 0) => "vacant",
        (1, 0) => "live",
        (0, 1) => "retired",
        other => panic!("one slot, not {other:?}"),
    }
}

/// An event, what it is called in the last generation, and how to bring it about.
type Event = (&'static str, &'static str, fn(&mut Story));

fn take(story: &mut Story, input: Happens) {
    assert!(story.step(input).is_ok());
}

#[test]
fn a_slot_for_leases_takes_every_row() {
    let mut seen = BTreeSet::new();
    let mut watch = |story: &mut Story, event: &'static str, step: fn(&mut Story)| {
        let before = state(story);
        step(story);
        seen.insert((before, event, state(story)));
    };
    let report = |story: &mut Story| take(story, answers(R0, let_in(Fresh("p"))));
    let events: [Event; 3] = [
        ("released", "released, the last", |story| take(story, releases(lease(0, 1)))),
        ("completion refused", "completion refused, the last", |story| take(story, refuses(R0))),
        ("application ended", "application ended, the last", |story| {
            take(story, stops(A));
            take(story, accepts(R0));
        }),
    ];
    for (event, last, step) in events {
        for (generations, event) in [(2, event), (1, last)] {
            let mut story = untold(EngineConfig { generations, ..EngineConfig::default() });
            take(&mut story, starts(A));
            take(&mut story, asks_user(A, 1, ALICE));
            watch(&mut story, "reported", report);
            watch(&mut story, event, step);
        }
    }
    assert_eq!(seen, LEASE_TABLE.iter().copied().collect::<BTreeSet<Transition>>());
}
