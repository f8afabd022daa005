//! Two explorers, one graph: ours and stateright find the same numbers of states, and both find the reviewed ones.
//!
//! Ours keeps whole states and stateright 64-bit hashes; they share nothing but the model. A change by which the model
//! sees more or less turns these tests red until the pins are reviewed (CONTRIBUTING.md).

use stateright::{Checker as _, Model as _};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_models::cover::covering_set;
use wsman_authz_models::explore::{Bounds, Exploration, Same, Watch, explore, explore_as};
use wsman_authz_models::model::{Checked, Model, Scenario, Witness};
use wsman_authz_models::verify::pins::Pins;

/// More states than any scenario of ours has.
const ENOUGH: usize = 10_000_000;

fn both_explorers_find_the_pinned_counts(scenario: &str, dialects: &[Dialect]) {
    let pins = Pins::reviewed();
    let scenario = Scenario::find(scenario).expect("a scenario of that name");
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
        up_to_names_it_is_the_same(theirs.model().model(), &ours);
    }
}

/// States that differ in names only count as one: whatever an exploration says is what it said with all of them.
fn up_to_names_it_is_the_same(model: &Model, all: &Exploration) {
    let few = explore_as(Same::UpToNames, model, Bounds::states(ENOUGH), &Watch::default());
    // Whether a slot is used again is a matter of names.
    let of_names = 1 << Witness::SlotReused as u32 | 1 << Witness::SlotRetired as u32;
    let said = |found: &Exploration| (found.exhausted, found.witnesses | of_names, found.reached);
    assert_eq!(said(&few), said(all), "{} under {}", model.scenario.name, model.dialect);
    assert!(few.unique <= all.unique && few.depth <= all.depth);
}

#[test]
fn names_are_what_makes_many_states_of_two_users_with_two_operations() {
    let scenario = Scenario::find("traffic").expect("a scenario of that name");
    let model = Model::new(scenario.clone(), Dialect::default());
    let states = |same| explore_as(same, &model, Bounds::states(ENOUGH), &Watch::default()).unique;
    let (all, few) = (states(Same::Equal), states(Same::UpToNames));
    assert!(all >= 100 * few, "{all} states, {few} up to names");
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
