//! Shutdown: answer what is open, wait for the host to take the answers, free what is left.
//!
//! ```text
//! state      Shutdown                       last open request closed
//! ────────   ────────────────────────────   ────────────────────────────────────
//! running    draining, all open denied      –
//! draining   misuse                         gone: leases and grants freed, Drained
//! ```

use alloc::vec::Vec;

use super::Engine;
use super::effect::{Effect, Effects};
use super::input::RequestId;
use super::misuse::Misuse;
use super::request::Phase;
use crate::code;
use crate::fault::Fault;
use crate::id::{ApplicationId, Context};

impl<K: Ord + Clone, P: Clone> Engine<K, P> {
    pub(super) fn shutdown(&mut self, application: ApplicationId) -> Result<Effects<P>, Misuse> {
        let state = self.applications.get_mut(&application).ok_or(Misuse::NotRunning(application))?; // CL-54
        if state.draining {
            return Err(Misuse::ShuttingDown(application)); // CL-55
        }
        state.draining = true;
        let mut effects = Effects::default();
        let asked = self.requests.iter().filter(|(_, request)| request.application == application);
        let asked = asked.filter(|(_, request)| request.phase == Phase::Asked);
        let asked: Vec<u32> = asked.map(|(number, _)| number).collect();
        for number in asked {
            self.deny(RequestId(number), code::ERROR_OPERATION_ABORTED, None, &mut effects); // CL-50, CL-70
        }
        let idle = self.applications.get(&application).is_some_and(|state| state.open == 0);
        if idle || self.seeded.has(Fault::CompletionAfterShutdown) {
            self.drained(application, &mut effects); // CL-54: not before the last completion returned
        }
        Ok(effects)
    }

    /// Frees what belongs to the application and to no other (CL-13, CL-55).
    pub(super) fn drained(&mut self, application: ApplicationId, effects: &mut Effects<P>) {
        let all = self.seeded.has(Fault::ShutdownDisturbsOthers);
        let left = self.leases.iter().filter(|(_, lease)| all || lease.application == application);
        let left: Vec<Context> = left.map(|(context, _)| context).collect();
        let left = if self.seeded.has(Fault::ShutdownLeavesPayloads) { Vec::new() } else { left };
        for context in &left {
            self.end_lease(*context, effects); // CL-13
        }
        let held = self.requests.iter().filter(|(_, request)| request.application == application && request.reply_out);
        let held: Vec<u32> = held.map(|(number, _)| number).collect();
        for number in &held {
            let pin = self.requests.get_mut(*number).and_then(|request| request.pin.take());
            effects.extend(pin.and_then(|number| self.payloads.unpin(number)).map(Effect::Drop)); // CL-13
        }
        self.applications.remove(&application);
        let count = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
        effects.push(Effect::Drained { application, leases: count(left.len()), replies: count(held.len()) });
    }
}
