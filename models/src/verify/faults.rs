//! Teeth: a seeded fault must end in a counterexample that breaks its rule.

use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::fault::Fault;

use super::plan::Job;
use super::report::rules_of;
use super::run::{Done, MOST_STATES};
use crate::cover::covering_set;
use crate::explore::{Watch, explore};
use crate::model::{Model, SCENARIOS};

/// Looks for a shortest way into the fault: dialect after dialect, in the first that shows it the scenario with the
/// fewest steps.
///
/// The large scenarios come last and only if no other shows it: they differ in size, not in kind.
#[must_use]
pub fn find(fault: Fault, only: Option<Dialect>, watch: &Watch) -> Option<Done> {
    let dialects = only.map_or_else(covering_set, |dialect| vec![dialect]);
    let is_large = |name: &str| matches!(name, "traffic" | "races");
    for large in [false, true] {
        for dialect in &dialects {
            let scenarios = SCENARIOS.iter().filter(|scenario| is_large(scenario.name) == large);
            let found = scenarios.filter_map(|scenario| {
                let job = Job { scenario: scenario.clone(), dialect: *dialect };
                let model = Model { scenario: job.scenario, dialect: job.dialect, fault: Some(fault) };
                let exploration = explore(&model, MOST_STATES, watch);
                let trouble = &exploration.counterexample.as_ref()?.trouble;
                rules_of(trouble).contains(fault.rule()).then_some(Done { model, exploration })
            });
            let steps = |done: &Done| done.exploration.counterexample.as_ref().map_or(0, |found| found.actions.len());
            if let Some(shortest) = found.min_by_key(steps) {
                return Some(shortest);
            }
        }
    }
    None
}
