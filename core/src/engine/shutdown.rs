//! Shutdown in one shard: answer what is open, and when nothing is in any shard, free what is left.
//!
//! ```text
//! state      Shutdown                       last open request closed, in every shard
//! ────────   ────────────────────────────   ────────────────────────────────────────
//! running    draining, all open denied      –
//! draining   misuse                         gone: leases and grants freed
//! ```

use alloc::vec::Vec;
use core::hash::Hash;

use super::effect::{Effect, Effects};
use super::input::RequestId;
use super::misuse::Misuse;
use super::request::Phase;
use super::shard::Shard;
use crate::code;
use crate::fault::Fault;
use crate::id::{ApplicationId, Context};

/// What an application left behind when it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Left {
    /// Leases that the host had not released.
    pub(super) leases: u32,
    /// Replies that the policy still holds.
    pub(super) replies: u32,
}

impl<K: Ord + Clone + Hash, P: Clone> Shard<K, P> {
    pub(super) fn shutdown(&mut self, application: ApplicationId) -> Result<Effects<P>, Misuse> {
        let state = self.applications.get_mut(&application).ok_or(Misuse::NotRunning(application))?; // CL-54
        if state.draining {
            return Err(Misuse::ShuttingDown(application)); // CL-55
        }
        state.draining = true;
        self.draining += 1;
        let mut effects = Effects::default();
        let asked = self.requests.iter().filter(|(_, request)| request.application == application);
        let asked = asked.filter(|(_, request)| request.phase == Phase::Asked);
        let asked: Vec<RequestId> = asked.map(|(id, _)| id).collect();
        for id in asked {
            self.deny(id, code::ERROR_OPERATION_ABORTED, None, &mut effects); // CL-50, CL-70
        }
        Ok(effects)
    }

    /// The applications that shut down.
    pub(super) fn draining(&self) -> impl Iterator<Item = ApplicationId> {
        self.applications.iter().filter(|(_, state)| state.draining).map(|(application, _)| *application)
    }

    /// Whether the host waits for nothing of this application here.
    pub(super) fn is_drained(&self, application: ApplicationId) -> bool {
        let open = self.applications.get(&application).map_or(0, |state| state.open);
        open == 0 || self.seeded.has(Fault::CompletionAfterShutdown)
    }

    /// Frees what belongs to the application and to no other (CL-13, CL-55).
    pub(super) fn end(&mut self, application: ApplicationId, effects: &mut Effects<P>) -> Left {
        let all = self.seeded.has(Fault::ShutdownDisturbsOthers);
        let left = self.leases.iter().filter(|(_, lease)| all || lease.application == application);
        let left: Vec<Context> = left.map(|(context, _)| context).collect();
        let left = if self.seeded.has(Fault::ShutdownLeavesPayloads) { Vec::new() } else { left };
        for context in &left {
            self.end_lease(*context, effects); // CL-13
        }
        let held = self.requests.iter().filter(|(_, request)| request.application == application && request.reply_out);
        let held: Vec<RequestId> = held.map(|(id, _)| id).collect();
        for id in &held {
            let pin = self.requests.get_mut(*id).and_then(|request| request.pin.take());
            effects.extend(pin.and_then(|number| self.payloads.unpin(number)).map(Effect::Drop)); // CL-13
        }
        self.applications.remove(&application);
        self.draining -= 1;
        let count = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
        Left { leases: count(left.len()), replies: count(held.len()) }
    }
}
