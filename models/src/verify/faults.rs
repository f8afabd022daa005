//! Teeth: a seeded fault must end in a counterexample that breaks its rule.

use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::fault::Fault;

use super::report::rules_of;
use super::run::{Done, MOST_STATES};
use crate::cover::covering_set;
use crate::explore::{Watch, explore};
use crate::model::{Model, SCENARIOS};

/// Looks for a shortest way into the fault: dialect after dialect, and in the first that shows it the scenario with the
/// fewest steps.
#[must_use]
pub fn find(fault: Fault, only: Option<Dialect>, watch: &Watch) -> Option<Done> {
    let dialects = only.map_or_else(covering_set, |dialect| vec![dialect]);
    dialects.into_iter().find_map(|dialect| {
        let found = SCENARIOS.iter().filter_map(|scenario| {
            let model = Model { fault: Some(fault), ..Model::new(scenario.clone(), dialect) };
            let exploration = explore(&model, MOST_STATES, watch);
            let trouble = &exploration.counterexample.as_ref()?.trouble;
            rules_of(trouble).contains(fault.rule()).then_some(Done { model, exploration })
        });
        found.min_by_key(|done| done.exploration.counterexample.as_ref().map_or(0, |found| found.actions.len()))
    })
}
