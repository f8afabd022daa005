//! The model for stateright: the second explorer, which must find the same states.

use std::sync::atomic::{AtomicU32, Ordering};

use stateright::{Path, Property};
use wsman_authz_core::Rule;

use super::action::Action;
use super::sequence::svg;
use super::tape::{Line, Tape, Witness};
use super::words::write_steps;
use super::world::{Model, World};

/// A model as stateright takes it: one `always` property for each rule, one `sometimes` for each witness.
///
/// stateright asks properties of states, and witnesses belong to steps; so steps note them here.
#[derive(Debug)]
pub struct Checked {
    model: Model,
    witnesses: AtomicU32,
}

impl Checked {
    /// A model, ready to be checked.
    #[must_use]
    pub const fn new(model: Model) -> Self {
        Self { model, witnesses: AtomicU32::new(0) }
    }

    /// What is checked.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// Witnesses met so far, as bits in the order of [`Witness::ALL`].
    pub fn witnesses(&self) -> u32 {
        self.witnesses.load(Ordering::Relaxed)
    }

    /// What happens, with a line at its end for each broken rule that no line speaks of: the ledger's, and the probes'.
    fn story(&self, world: &World, actions: impl IntoIterator<Item = Action>) -> Vec<Line> {
        let mut tape = Tape::recording();
        let next = |world: World, action| self.model.next(&world, action, &mut tape);
        let world = actions.into_iter().fold(world.clone(), next);
        let mut story = tape.story.unwrap_or_default();
        let told: Vec<Rule> = story.iter().flat_map(|line| &line.violations).map(|violation| violation.rule).collect();
        for rule in world.broken.iter().filter(|rule| !told.contains(rule)) {
            let what = format!("{rule} is broken: {}", world.complaint(rule));
            story.push(Line { crossing: None, what, holds: String::new(), violations: Vec::new() });
        }
        story
    }

    fn has_met(&self, witness: Witness) -> bool {
        self.witnesses() & (1 << witness as u32) != 0
    }
}

/// stateright wants plain functions that capture nothing, so each property is spelled out.
macro_rules! properties {
    (always $( $Rule:ident )+; sometimes $( $Witness:ident )+) => {
        vec![
            $( Property::always(Rule::$Rule.id(), |_: &Checked, world: &World| {
                !world.broken.contains(Rule::$Rule)
            }), )+
            $( Property::sometimes(Witness::$Witness.id(), |checked: &Checked, _: &World| {
                checked.has_met(Witness::$Witness)
            }), )+
        ]
    };
}

impl stateright::Model for Checked {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.model.initial()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        self.model.actions(world, actions);
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut tape = Tape::default();
        let next = self.model.next(world, action, &mut tape);
        self.witnesses.fetch_or(tape.witnesses, Ordering::Relaxed);
        Some(next)
    }

    fn format_action(&self, action: &Action) -> String {
        action.to_string()
    }

    /// What happens in the step, in words.
    fn format_step(&self, world: &World, action: Action) -> Option<String> {
        let mut words = String::new();
        write_steps(&mut words, &self.story(world, [action])).ok()?;
        Some(words)
    }

    /// The whole story so far, as a sequence diagram.
    fn as_svg(&self, path: Path<World, Action>) -> Option<String> {
        Some(svg(&self.story(&self.model.initial(), path.into_actions())))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties! {
            always
                CL10 CL11 CL12 CL13 CL14 CL15 CL16 CL17 CL20 CL21 CL22 CL23 CL24 CL30 CL31 CL32 CL33 CL34 CL35 CL40
                CL41 CL50 CL51 CL52 CL53 CL54 CL55 CL60 CL61 CL62 CL70 CL71 CL72 CL73 CL74 CL80;
            sometimes
                ReauthorizationSucceeds ReauthorizationFails ReauthorizationFailsUnderOperation SharedPayload
                PayloadReportedAgain ReleaseInsideCompletion SlotReused ExpiryRacesRequest FirstRequestsRace
                ShutdownFindsRequests RefusedCompletionRolledBack SlotRetired OverdueDenied LateAnswer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SCENARIOS;
    use stateright::{Expectation, Model as _};
    use wsman_authz_core::dialect::Dialect;

    #[test]
    fn every_rule_and_every_witness_is_a_property() {
        let checked = Checked::new(Model::new(SCENARIOS[0].clone(), Dialect::default()));
        let properties = checked.properties();
        let named = |expectation: &Expectation| -> Vec<&str> {
            let of_kind = properties.iter().filter(|property| property.expectation == *expectation);
            of_kind.map(|property| property.name).collect()
        };
        assert!(named(&Expectation::Always).into_iter().eq(Rule::ALL.iter().map(|rule| rule.id())));
        assert!(named(&Expectation::Sometimes).into_iter().eq(Witness::ALL.iter().map(|witness| witness.id())));
    }
}
