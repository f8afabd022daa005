//! The end of a request: the host answered our completion, and the policy gave its reply back, in either order.
//!
//! Whoever comes last takes the request out of the table. The host's answer to the last open request of an application
//! that shuts down ends the application too: see `conduct`.

use core::hash::Hash;

use super::effect::{Effect, Effects};
use super::input::RequestId;
use super::misuse::Misuse;
use super::request::Phase;
use super::shard::Shard;
use crate::call::RequestKind;
use crate::code;
use crate::fault::Fault;

impl<K: Ord + Clone + Hash, P: Clone> Shard<K, P> {
    /// The host answered our completion.
    pub(super) fn completed(&mut self, id: RequestId, error: u32) -> Result<Effects<P>, Misuse> {
        let request = self.requests.get_mut(id).filter(|request| request.phase == Phase::Completing);
        let request = request.ok_or(Misuse::NotCompleting(id))?;
        let (offered, token) = (request.offered, request.token);
        if error != code::ERROR_SUCCESS && request.kind == RequestKind::User {
            // CL-23: refused is failed
            self.grants.revoke(request.application, &request.user, &request.renews);
        }
        request.finish();
        let mut effects = Effects::default();
        if error != code::ERROR_SUCCESS {
            if let Some(lease) = offered.filter(|_| !self.seeded.has(Fault::RefusedCompletionKept)) {
                self.end_lease(lease, &mut effects); // CL-17
            }
            effects.extend(token.filter(|_| !self.seeded.has(Fault::TokenLeaked)).map(Effect::CloseToken)); // CL-74
        } else {
            if self.seeded.has(Fault::TokenClosedTwice) {
                effects.extend(token.map(Effect::CloseToken));
            }
            if self.seeded.has(Fault::CountAfterPublish)
                && let Some(number) = offered.and_then(|lease| self.leases.get(lease)?.payload)
            {
                self.payloads.lease(number);
            }
        }
        self.close(id);
        Ok(effects)
    }

    /// The policy's reply came back: it can look at nothing any more.
    pub(super) fn reply_is_back(&mut self, id: RequestId, effects: &mut Effects<P>) {
        let Some(request) = self.requests.get_mut(id) else { return };
        let pin = request.pin.take().filter(|_| !self.seeded.has(Fault::PayloadDroppedUnderRequest));
        let over = request.phase == Phase::Over;
        effects.extend(pin.and_then(|number| self.payloads.unpin(number)).map(Effect::Drop)); // CL-13
        if over {
            self.requests.remove(id);
        }
    }

    /// The host needs no answer to this request any more.
    pub(super) fn close(&mut self, id: RequestId) {
        let Some(request) = self.requests.get_mut(id) else { return };
        request.finish();
        let (application, gone) = (request.application, !request.reply_out);
        if gone {
            self.requests.remove(id);
        }
        if let Some(state) = self.applications.get_mut(&application) {
            state.open -= 1;
        }
    }
}
