//! Two explorers, one graph: ours and stateright find the same numbers of states, and both find the reviewed ones.
//!
//! Ours keeps whole states and stateright 64-bit hashes; they share nothing but the model. A change by which the model
//! sees more or less turns these tests red until the pins are reviewed (CONTRIBUTING.md).

use stateright::{Checker as _, Model as _};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_models::cover::covering_set;
use wsman_authz_models::explore::{Bounds, Watch, explore};
use wsman_authz_models::model::{Checked, Model, SCENARIOS};
use wsman_authz_models::verify::pins::Pins;

/// More states than any scenario of ours has.
const ENOUGH: usize = 10_000_000;

fn both_explorers_find_the_pinned_counts(scenario: &str, dialects: &[Dialect]) {
    let pins = Pins::reviewed();
    let scenario = SCENARIOS.iter().find(|known| known.name == scenario).expect("a scenario of that name");
    for dialect in dialects {
        let model = Model::new(scenario.clone(), *dialect);
        let ours = explore(&model, Bounds::states(ENOUGH), &Watch::default());
        assert!(ours.exhausted, "{} under {dialect}: {:?}", scenario.name, ours.counterexample);
        let theirs = Checked::new(model).checker().threads(1).spawn_bfs().join();
        let counts = (theirs.unique_state_count() as u64, theirs.state_count() as u64);
        assert_eq!((ours.unique, ours.generated), counts, "{} under {dialect}", scenario.name);
        assert_eq!(Some(counts), pins.get(scenario.name, *dialect), "pinned: {} under {dialect}", scenario.name);
        assert_eq!(theirs.model().witnesses(), ours.witnesses, "{} under {dialect}", scenario.name);
        assert!(theirs.discoveries().keys().all(|name| name.starts_with("CW-")), "no rule is broken");
    }
}

#[test]
fn pairs() {
    both_explorers_find_the_pinned_counts("pairs", &covering_set());
}

#[test]
fn visits() {
    both_explorers_find_the_pinned_counts("visits", &covering_set());
}

#[test]
fn verdicts() {
    both_explorers_find_the_pinned_counts("verdicts", &covering_set());
}

#[test]
fn refresh() {
    both_explorers_find_the_pinned_counts("refresh", &covering_set());
}

#[test]
fn lifecycle() {
    both_explorers_find_the_pinned_counts("lifecycle", &covering_set()[..4]);
}

#[test]
fn the_large_ones_under_the_default_dialect() {
    for scenario in ["traffic", "idle", "reauth", "overdue", "races"] {
        both_explorers_find_the_pinned_counts(scenario, &[Dialect::default()]);
    }
}
