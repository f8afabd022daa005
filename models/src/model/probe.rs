//! Probes: in every state, misuse is tried on a copy of the engine. It must be reported and change nothing.

use wsman_authz_core::call::RequestKind;
use wsman_authz_core::engine::{Effect, Engine, Input};
use wsman_authz_core::{Context, PayloadId, Rule, Sender};

use super::User;
use super::tape::Tape;
use super::world::{Model, World};

impl Model {
    /// Tries every misuse that the scenario probes for, and notes the rules that broke.
    pub(crate) fn probe(&self, world: &mut World, tape: &mut Tape) {
        if !self.scenario.probes || !world.broken.is_empty() {
            return;
        }
        tape.reach(Rule::CL15);
        tape.reach(Rule::CL16);
        let mut copy = world.engine.clone(); // one for all: it stays equal, or a rule broke
        let wrong = [Context::new(22), world.ghost.stale()]; // forged, and released before
        if changes(&mut copy, &world.engine, None) {
            world.broken.insert(Rule::CL15);
        } else if wrong.into_iter().flatten().any(|wrong| changes(&mut copy, &world.engine, Some(wrong))) {
            world.broken.insert(Rule::CL16);
        }
        for application in self.applications() {
            for user in (0..self.scenario.users).map(User) {
                if world.runs(application)
                    && !world.ghost.has_grant(application, user)
                    && asks_policy(world, application, user)
                {
                    // The policy would be asked under a grant that was taken back, or under none at all.
                    let revoked = !world.ghost.leases_of(application, user).is_empty();
                    world.broken.insert(if revoked { Rule::CL23 } else { Rule::CL70 });
                }
            }
        }
    }
}

/// Whether releasing a value that is no live lease is taken by a copy of the engine, or changes anything in it.
fn changes(copy: &mut Engine<User, PayloadId>, engine: &Engine<User, PayloadId>, context: Option<Context>) -> bool {
    let result = copy.step(engine.now(), Input::Release { context });
    result.is_ok() || copy != engine
}

/// Whether an operation of a user without a grant gets as far as the policy.
fn asks_policy(world: &World, application: wsman_authz_core::ApplicationId, user: User) -> bool {
    let Some(sender) = Sender::new(u64::MAX) else { return false };
    let mut engine = world.engine.clone();
    let effects = engine.step(engine.now(), Input::AuthorizeOperation { application, sender, user });
    let effects = effects.map(|effects| effects.as_slice().to_vec()).unwrap_or_default();
    let denied = |effect: &Effect<PayloadId>| {
        matches!(effect, Effect::Complete { completion, .. }
            if completion.kind == RequestKind::Operation && !completion.is_success())
    };
    !effects.iter().any(denied)
}
