//! Requests in flight: from the host's call to its answer to our completion, and until the policy gave its reply back.
//!
//! ```text
//! phase        answer or abandon         deadline, Shutdown     host accepts     host refuses
//! ──────────   ───────────────────────   ────────────────────   ──────────────   ────────────────────────
//! asked        completing                completing (denied)    misuse           misuse
//! completing   too late: dropped         –                      over             over, lease rolled back
//! over         too late: dropped, gone   –                      misuse           misuse
//! ```
//!
//! A request that is over and whose reply is back is gone; its number may name another one.

use smallvec::SmallVec;

use super::input::RequestId;
use super::payload::PayloadNumber;
use super::place::Place;
use crate::call::RequestKind;
use crate::id::{ApplicationId, Context, Sender, Token};
use crate::slab::Slab;
use crate::time::Timestamp;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The policy is to answer.
    Asked,
    /// A completion is on its way to the host.
    Completing,
    /// The host answered the completion.
    Over,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Request<K> {
    pub(super) application: ApplicationId,
    pub(super) kind: RequestKind,
    pub(super) sender: Sender,
    pub(super) user: K,
    pub(super) phase: Phase,
    /// Whether the policy holds the reply.
    pub(super) reply_out: bool,
    /// The payload that the policy may look at, kept alive by this request (CL-12).
    pub(super) pin: Option<PayloadNumber>,
    /// Leases of the user that a denial revokes (CL-23): those that were live when the question came in.
    pub(super) renews: SmallVec<[Context; 1]>,
    /// The lease in the completion on its way; rolled back if the host refuses it (CL-17).
    pub(super) offered: Option<Context>,
    /// The token in the completion on its way; closed if the host refuses it (CL-74).
    pub(super) token: Option<Token>,
    /// When the engine answers for a policy that does not.
    pub(super) deadline: Option<Timestamp>,
}

impl<K> Request<K> {
    /// The host has answered: only the policy's reply may still be out.
    pub(super) fn finish(&mut self) {
        self.phase = Phase::Over;
        self.renews = SmallVec::new();
        self.offered = None;
        self.token = None;
    }
}

/// The requests of a shard that are not gone, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Requests<K> {
    slots: Slab<Request<K>>,
    place: Place,
}

impl<K> Requests<K> {
    pub(super) fn new(place: Place) -> Self {
        Self { slots: Slab::default(), place }
    }

    /// Takes a request; `None` if there is no number left for it.
    pub(super) fn insert(&mut self, request: Request<K>) -> Option<RequestId> {
        let slot = self.slots.insert(request).ok()?;
        let number = self.place.number(slot);
        if number.is_none() {
            self.slots.remove(slot);
        }
        number.map(RequestId)
    }

    pub(super) fn get(&self, id: RequestId) -> Option<&Request<K>> {
        self.slots.get(self.place.slot(id.0)?)
    }

    pub(super) fn get_mut(&mut self, id: RequestId) -> Option<&mut Request<K>> {
        self.slots.get_mut(self.place.slot(id.0)?)
    }

    pub(super) fn remove(&mut self, id: RequestId) -> Option<Request<K>> {
        self.slots.remove(self.place.slot(id.0)?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (RequestId, &Request<K>)> {
        self.slots.iter().filter_map(|(slot, request)| Some((RequestId(self.place.number(slot)?), request)))
    }

    pub(super) const fn len(&self) -> usize {
        self.slots.len()
    }
}
