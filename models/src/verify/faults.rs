//! Teeth: a seeded fault must end in a counterexample that breaks its rule.

use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::fault::Fault;

use super::report::rules_of;
use super::run::{Done, MOST_STATES};
use crate::cover::covering_set;
use crate::explore::{Bounds, Same, Watch, explore, explore_as};
use crate::model::{Model, SCENARIOS};

/// How many steps far everybody looks before anybody looks farther. Most dialects cannot show a given fault, and to find
/// that out takes all of their states. Names hide no mistake that is near; at the end every state counts.
const REACHES: [(u32, Same); 3] = [(6, Same::UpToNames), (12, Same::UpToNames), (u32::MAX, Same::Equal)];

/// Looks for a shortest way into the fault: dialect after dialect, and in the first that shows it within a reach the
/// scenario with the fewest steps. What was found where names do not count is looked for again where they do: so no
/// shorter way exists in that scenario and dialect.
#[must_use]
pub fn find(fault: Fault, only: Option<Dialect>, watch: &Watch) -> Option<Done> {
    let dialects = only.map_or_else(covering_set, |dialect| vec![dialect]);
    let within = |(steps, same)| dialects.iter().find_map(|dialect| shortest(fault, *dialect, steps, same, watch));
    REACHES.into_iter().find_map(|reach| within(reach).and_then(|done| among_all_states(done, watch)))
}

/// What was found, looked for among all states.
fn among_all_states(done: Done, watch: &Watch) -> Option<Done> {
    if done.exploration.same == Same::Equal {
        return Some(done);
    }
    let steps = done.exploration.counterexample.as_ref().map(|found| found.actions.len())?;
    let near = Bounds { states: MOST_STATES, steps: u32::try_from(steps).unwrap_or(u32::MAX) };
    let exploration = explore(&done.model, near, watch);
    let again = Done { exploration, ..done };
    shows(&again).then_some(again)
}

/// Whether what was found breaks the rule of the fault.
fn shows(done: &Done) -> bool {
    let broken = done.exploration.counterexample.as_ref().map(|found| rules_of(&found.trouble));
    broken.zip(done.model.fault).is_some_and(|(rules, fault)| rules.contains(fault.rule()))
}

/// The shortest way into the fault that a dialect has, of at most so many steps.
fn shortest(fault: Fault, dialect: Dialect, mut steps: u32, same: Same, watch: &Watch) -> Option<Done> {
    let mut shortest = None;
    for scenario in SCENARIOS {
        let model = Model { fault: Some(fault), ..Model::new(scenario.clone(), dialect) };
        let exploration = explore_as(same, &model, Bounds { states: MOST_STATES, steps }, watch);
        let Some(found) = &exploration.counterexample else { continue };
        let length = u32::try_from(found.actions.len()).unwrap_or(u32::MAX);
        if length <= steps && rules_of(&found.trouble).contains(fault.rule()) {
            steps = length.saturating_sub(1); // the next one must be shorter
            shortest = Some(Done { model, exploration });
        }
    }
    shortest
}
