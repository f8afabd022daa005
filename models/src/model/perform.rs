//! The engine's part of a step: what it asks for is done, and its tables are compared with the ledger.

use wsman_authz_core::call::{Call, RequestKind};
use wsman_authz_core::engine::{self, Abandoned, Effect, Effects, RequestId};
use wsman_authz_core::{PayloadId, Rule, ThreadId, code, host};

use super::User;
use super::crossing::USUAL;
use super::flight::Flight;
use super::ghost::{Blame, Lease, Said};
use super::tape::{Tape, Witness};
use super::world::World;

impl World {
    /// The engine takes an input that is no call of the host.
    pub(super) fn engine_step(&mut self, input: engine::Input<User, PayloadId>, thread: ThreadId, tape: &mut Tape) {
        let blame = match &input {
            engine::Input::Completed { error, .. } if *error != 0 => Blame { kept: Rule::CL17, ..Blame::USUAL },
            engine::Input::Abandon { why: Abandoned::Panicked, .. } => {
                tape.reach(Rule::CL61);
                Blame { forgotten: Rule::CL61, ..Blame::USUAL }
            }
            _ => Blame::USUAL,
        };
        let given_back = match &input {
            engine::Input::Answer { request, .. } | engine::Input::Abandon { request, .. } => Some(*request),
            _ => None,
        };
        let ticking = matches!(input, engine::Input::Tick);
        let now = self.time();
        match self.engine.step(now, input) {
            Ok(effects) => {
                if ticking && effects.as_slice().iter().any(|effect| matches!(effect, Effect::Complete { .. })) {
                    tape.witness(Witness::OverdueDenied);
                }
                if let Some(request) = given_back {
                    self.ghost.reply_back(request);
                }
                self.perform(effects, thread, blame, tape);
            }
            // A completion that was made twice returns twice; the ledger has seen it.
            Err(engine::Misuse::NotCompleting(_)) => {}
            Err(_) => self.broken.insert(Rule::CL50),
        }
    }

    /// Performs the effects of one step of the engine, and compares its tables with the ledger.
    pub(super) fn perform(&mut self, effects: Effects<PayloadId>, thread: ThreadId, blame: Blame, tape: &mut Tape) {
        self.ghost.before(&effects);
        let drains = effects.as_slice().iter().any(|effect| matches!(effect, Effect::Drained { .. }));
        let blame = if drains { Blame { kept: Rule::CL13, lost: Rule::CL55, ..blame } } else { blame };
        for effect in effects {
            match effect {
                Effect::Ask { request, payload, .. } => {
                    if let Some(asked) = self.ghost.asked.get_mut(&request) {
                        asked.shown = payload;
                        asked.reply_back = false;
                        let asked = asked.clone();
                        tape.reach(Rule::CL71);
                        self.ghost.shown(&asked, &mut self.broken);
                    }
                }
                Effect::Complete { request, completion } => {
                    tape.reach(Rule::CL70);
                    if completion.context.is_some() {
                        tape.reach(Rule::CL14);
                    }
                    self.ghost.completes(request, &completion, &mut self.broken);
                    if completion.context.is_some_and(|context| context.value() >> 32 > 1) {
                        tape.witness(Witness::SlotReused);
                    }
                    if thread == USUAL {
                        self.flights.push(Flight::Completion { request, completion });
                    } else {
                        self.observe(thread, &Call::Complete(completion), tape); // CL-52: on the releasing thread
                    }
                }
                Effect::Drop(payload) => {
                    tape.reach(Rule::CL12);
                    tape.reach(Rule::CL13);
                    self.ghost.dropped(payload, &mut self.broken);
                    self.observe(thread, &Call::PayloadDropped { payload }, tape);
                }
                Effect::CloseToken(token) => {
                    tape.reach(Rule::CL74);
                    self.ghost.token_closed(token, &mut self.broken);
                }
                Effect::Drained { application, .. } => {
                    if self.ghost.is_completing(application) {
                        self.broken.insert(Rule::CL54);
                    }
                    self.observe(USUAL, &Call::ShutdownReturn { application, error: 0 }, tape);
                    self.host_step(host::Input::Stopped { application }, tape);
                }
                Effect::Report(engine::Misuse::TooLate(_)) => tape.witness(Witness::LateAnswer),
                Effect::Report(_) => {}
            }
        }
        if self.engine.retired_slots() > 0 {
            tape.witness(Witness::SlotRetired);
        }
        self.ghost.agrees(&self.engine, blame, &mut self.broken);
    }

    /// Witnesses that show when a completion returns.
    pub(super) fn note_return(&self, request: RequestId, error: u32, tape: &mut Tape) {
        let Some(asked) = self.ghost.asked.get(&request) else { return };
        if error != code::ERROR_SUCCESS && asked.offered.is_some() {
            tape.witness(Witness::RefusedCompletionRolledBack);
            tape.reach(Rule::CL17);
        }
        let Said::Yes { payload, .. } = asked.said else {
            if asked.reauthorization {
                tape.witness(Witness::ReauthorizationFails);
                let open = |lease: &Lease| !lease.is_user && lease.user == asked.user;
                if self.ghost.leases.values().any(open) {
                    tape.witness(Witness::ReauthorizationFailsUnderOperation);
                }
            }
            return;
        };
        if error != code::ERROR_SUCCESS {
            return;
        }
        let lease = asked.offered.and_then(|context| self.ghost.leases.get(&context));
        if asked.reauthorization {
            tape.witness(Witness::ReauthorizationSucceeds);
            if lease.is_some_and(|lease| lease.again) {
                tape.witness(Witness::PayloadReportedAgain);
                tape.reach(Rule::CL22);
            }
        }
        let of_user = |lease: &Lease| lease.is_user && lease.payload == payload;
        if asked.kind == RequestKind::Operation && payload.is_some() && self.ghost.leases.values().any(of_user) {
            tape.witness(Witness::SharedPayload);
        }
    }
}
