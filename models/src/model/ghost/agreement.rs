//! After every step, the engine's tables and the ledger must tell the same story.

use wsman_authz_core::call::Identity;
use wsman_authz_core::engine::{Engine, Phase};
use wsman_authz_core::{PayloadId, Rule, RuleSet, Token};

use super::{Ghost, Said};
use crate::model::User;

/// Which rule a disagreement breaks, by what the engine was doing.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Blame {
    /// The engine has a lease that the host cannot have.
    pub(in crate::model) kept: Rule,
    /// The engine lost a lease that the host has.
    pub(in crate::model) lost: Rule,
    /// The engine forgot a request.
    pub(in crate::model) forgotten: Rule,
}

impl Blame {
    /// For steps with nothing special about them.
    pub(in crate::model) const USUAL: Self = Self { kept: Rule::CL10, lost: Rule::CL10, forgotten: Rule::CL50 };
}

impl Ghost {
    /// After every step of the engine: its tables and the ledger tell the same story. `blame` is the rule for a lease
    /// or a request that the engine lost or kept on its own.
    pub(in crate::model) fn agrees(&self, engine: &Engine<User, PayloadId>, blame: Blame, broken: &mut RuleSet) {
        let mut kept = 0;
        for lease in engine.leases() {
            if self.leases.contains_key(&lease.context) {
                kept += 1;
            } else {
                broken.insert(blame.kept);
            }
        }
        if kept < self.leases.len() {
            broken.insert(blame.lost);
        }
        let mut known = 0;
        for request in engine.requests() {
            let Some(asked) = self.asked.get(&request.request) else { continue };
            known += usize::from(asked.completed || request.phase == Phase::Asked);
        }
        if known < self.asked.len() {
            broken.insert(blame.forgotten);
        }
        let held = |payload: &PayloadId| {
            self.leases.values().any(|lease| lease.payload == Some(*payload))
                || self.asked.values().any(|asked| asked.shown == Some(*payload))
        };
        if !self.payloads.iter().all(held) {
            broken.insert(Rule::CL13);
        }
        let handed_over = |token: &Token| {
            self.asked.values().any(|asked| {
                !asked.closed
                    && matches!(asked.said, Said::Yes { identity: Some(Identity::Token(t)), .. } if t == *token)
            })
        };
        if !self.tokens.iter().all(handed_over) {
            broken.insert(Rule::CL74);
        }
    }
}
