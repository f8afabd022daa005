//! A yes: the lease it reports is made first, counted before anybody can see it.
//!
//! Where there is no room for a lease the yes becomes a failure, and what the policy gave leaves at once.

use alloc::boxed::Box;
use core::hash::Hash;

use super::answer::own_token;
use super::effect::{Effect, Effects};
use super::input::{Payload, RequestId};
use super::lease::Lease;
use super::shard::Shard;
use crate::call::{Completion, Identity, Quota, RequestKind};
use crate::code;
use crate::fault::Fault;
use crate::id::{Context, Sender};

impl<K: Ord + Clone + Hash, P: Clone> Shard<K, P> {
    pub(super) fn allow_user(
        &mut self,
        id: RequestId,
        payload: Payload<P>,
        identity: Identity,
        administrator: bool,
        effects: &mut Effects<P>,
    ) {
        let Some(sender) = self.requests.get(id).map(|request| request.sender) else { return };
        let token = own_token(identity);
        // Always a lease, also without a payload: its release is the only sign that the record ended.
        match self.mint(id, payload, RequestKind::User, effects) {
            Ok(lease) => {
                if let Some(request) = self.requests.get_mut(id) {
                    request.token = token; // CL-74: ours until the host accepts
                    if let Some(lease) = lease {
                        self.grants.push(request.application, &request.user, lease);
                    }
                }
                let identity = Some(identity).filter(|_| !self.seeded.has(Fault::IdentityForgotten)); // CL-72
                let success =
                    Completion { context: lease, identity, administrator, ..success(RequestKind::User, sender) };
                self.complete(id, success, effects);
            }
            Err(NoRoom) => {
                effects.extend(token.map(Effect::CloseToken)); // CL-74
                self.deny(id, code::ERROR_NOT_ENOUGH_MEMORY, None, effects);
            }
        }
    }

    pub(super) fn allow_operation(&mut self, id: RequestId, payload: Payload<P>, effects: &mut Effects<P>) {
        let Some(sender) = self.requests.get(id).map(|request| request.sender) else { return };
        match self.mint(id, payload, RequestKind::Operation, effects) {
            Ok(context) => {
                let kind = if self.seeded.has(Fault::WrongKind) { RequestKind::User } else { RequestKind::Operation }; // CL-51
                self.complete(id, Completion { context, ..success(kind, sender) }, effects);
            }
            Err(NoRoom) => self.deny(id, code::ERROR_NOT_ENOUGH_MEMORY, None, effects),
        }
    }

    pub(super) fn answer_quota(&mut self, id: RequestId, quota: Quota, effects: &mut Effects<P>) {
        let Some(sender) = self.requests.get(id).map(|request| request.sender) else { return };
        if quota.timeslot_s == 0 && !self.seeded.has(Fault::QuotaZeroTimeslot) {
            return self.deny(id, code::ERROR_INTERNAL_ERROR, None, effects); // CL-80
        }
        let quota = Some(quota).filter(|_| !self.seeded.has(Fault::QuotaNullWithSuccess)); // CL-80
        self.complete(id, Completion { quota, ..success(RequestKind::Quota, sender) }, effects);
    }

    /// Makes the lease that a success reports, counted before anybody can see it (CL-10, CL-12).
    pub(super) fn mint(
        &mut self,
        id: RequestId,
        payload: Payload<P>,
        about: RequestKind,
        effects: &mut Effects<P>,
    ) -> Result<Option<Context>, NoRoom> {
        let Some(request) = self.requests.get(id) else { return Ok(None) };
        let for_user = about == RequestKind::User;
        let user = for_user.then(|| Box::new(request.user.clone()));
        let (application, pin) = (request.application, request.pin);
        let number = match payload {
            Payload::None => None,
            Payload::Shared => {
                let uncounted =
                    self.seeded.has(Fault::CountAfterPublish) || for_user && self.seeded.has(Fault::SamePayloadFreed);
                if let Some(number) = pin.filter(|_| !uncounted) {
                    self.payloads.lease(number); // CL-22
                }
                pin
            }
            Payload::Fresh(value) => match self.payloads.insert_leased(value) {
                Ok(number) => Some(number),
                Err(value) => {
                    effects.push(Effect::Drop(value)); // CL-13
                    return Err(NoRoom);
                }
            },
        };
        if number.is_none() && !for_user {
            return Ok(None); // CL-15
        }
        let Some(context) = self.leases.mint(Lease { application, user, payload: number }) else {
            effects.extend(number.and_then(|number| self.payloads.unlease(number)).map(Effect::Drop)); // CL-13
            return Err(NoRoom);
        };
        if let Some(request) = self.requests.get_mut(id) {
            request.offered = Some(context);
        }
        Ok(Some(context))
    }
}

/// There is no slot for another lease or payload.
pub(super) struct NoRoom;

const fn success(kind: RequestKind, sender: Sender) -> Completion {
    Completion::failure(kind, sender, code::ERROR_SUCCESS)
}
