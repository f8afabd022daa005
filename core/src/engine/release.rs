//! A context comes back: its lease ends, and the payload with the last lease or pin on it.
//!
//! A release drops and nothing else: it completes no request (CL-52), and it ends no other lease (CL-24).

use alloc::vec::Vec;
use core::hash::Hash;

use super::effect::{Effect, Effects};
use super::lease::Lease;
use super::misuse::Misuse;
use super::request::Phase;
use super::shard::Shard;
use crate::code;
use crate::fault::Fault;
use crate::id::{ApplicationId, Context};

impl<K: Ord + Clone + Hash, P: Clone> Shard<K, P> {
    /// The host gave a context back.
    pub(super) fn release(&mut self, context: Option<Context>) -> Result<Effects<P>, Misuse> {
        let mut context = context;
        if context.is_none() && self.seeded.has(Fault::NullReleaseTaken) {
            context = self.leases.iter().next().map(|(first, _)| first);
        }
        let context = context.ok_or(Misuse::ReleasedNull)?; // CL-15
        let mut effects = Effects::default();
        let lease = self.end_lease(context, &mut effects).ok_or(Misuse::ReleasedUnknown(context))?; // CL-16
        if let Some(user) = lease.user.filter(|_| self.seeded.has(Fault::CompletionInsideRelease)) {
            let open = self.requests.iter().find(|(_, open)| open.phase == Phase::Asked && open.user == *user);
            if let Some(open) = open.map(|(open, _)| open) {
                self.deny(open, code::ERROR_ACCESS_DENIED, None, &mut effects);
            }
        }
        Ok(effects)
    }

    /// Ends a lease and says which it was; the payload goes with its last lease or pin (CL-13).
    pub(super) fn end_lease(&mut self, context: Context, effects: &mut Effects<P>) -> Option<Lease<K>> {
        let lease = self.leases.remove(context)?;
        if let Some(user) = &lease.user {
            self.grants.remove(lease.application, user, context);
            if self.seeded.has(Fault::OperationLeasesFollowUser) {
                self.end_operations(lease.application, effects);
            }
        } // CL-24: leases of operations stay
        if let Some(number) = lease.payload {
            if self.seeded.has(Fault::PayloadDroppedWithFirstLease) {
                effects.extend(self.payloads.peek(number).cloned().map(Effect::Drop));
            }
            let unused = self.payloads.unlease(number);
            if self.seeded.has(Fault::PayloadDroppedTwice) {
                effects.extend(unused.clone().map(Effect::Drop));
            }
            let leaked = self.seeded.has(Fault::PayloadLeaked);
            effects.extend(unused.filter(|_| !leaked).map(Effect::Drop)); // CL-13
        }
        Some(lease)
    }

    fn end_operations(&mut self, application: ApplicationId, effects: &mut Effects<P>) {
        let found = self.leases.iter().filter(|(_, lease)| lease.application == application && lease.user.is_none());
        let found: Vec<Context> = found.map(|(context, _)| context).collect();
        for context in found {
            self.end_lease(context, effects);
        }
    }
}
