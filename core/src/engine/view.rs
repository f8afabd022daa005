//! A read-only picture of the engine: for statistics, logs, models and tests.

use core::hash::Hash;

use super::Engine;
use super::input::RequestId;
use super::request::Phase;
use super::shard::Shard;
use crate::call::RequestKind;
use crate::id::{ApplicationId, Context, Sender};
use crate::time::Timestamp;

/// One live lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseView<'a, K, P> {
    /// Its handle.
    pub context: Context,
    /// Whose application.
    pub application: ApplicationId,
    /// For whom it speaks; `None` if it was reported for an operation.
    pub user: Option<&'a K>,
    /// What stands behind it.
    pub payload: Option<&'a P>,
}

/// One request that is not gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestView<'a, K> {
    /// Its number.
    pub request: RequestId,
    /// Which application.
    pub application: ApplicationId,
    /// Which question.
    pub kind: RequestKind,
    /// Its pointer.
    pub sender: Sender,
    /// About whom.
    pub user: &'a K,
    /// Where it stands.
    pub phase: Phase,
    /// Whether the policy holds the reply.
    pub reply_out: bool,
}

impl<K: Ord + Clone + Hash, P: Clone> Shard<K, P> {
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    fn leases(&self) -> impl Iterator<Item = LeaseView<'_, K, P>> {
        self.leases.iter().map(|(context, lease)| {
            let payload = lease.payload.and_then(|number| self.payloads.peek(number));
            LeaseView { context, application: lease.application, user: lease.user.as_deref(), payload }
        })
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = RequestView<'_, K>> {
        self.requests.iter().map(|(request, of)| RequestView {
            request,
            application: of.application,
            kind: of.kind,
            sender: of.sender,
            user: &of.user,
            phase: of.phase,
            reply_out: of.reply_out,
        })
    }

    pub(crate) fn payload_of(&self, context: Context) -> Option<&P> {
        self.leases.get(context)?.payload.and_then(|number| self.payloads.peek(number))
    }

    pub(crate) const fn live_leases(&self) -> usize {
        self.leases.live()
    }

    pub(crate) fn payloads(&self) -> usize {
        self.payloads.len()
    }

    pub(crate) const fn open_requests(&self) -> usize {
        self.requests.len()
    }

    fn is_empty(&self) -> bool {
        self.applications.is_empty()
            && self.live_leases() == 0
            && self.payloads.len() == 0
            && self.grants.is_empty()
            && self.requests.len() == 0
            && self.deadlines.is_empty()
    }
}

impl<K: Ord + Clone + Hash, P: Clone> Engine<K, P> {
    /// When the next request is overdue, if any will be: call [`Engine::step`] with `Tick` then.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.shards.iter().filter_map(Shard::next_deadline).min()
    }

    /// The engine's time: that of the shard which was told last.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shards.iter().map(|shard| shard.clock.now()).max().unwrap_or_default()
    }

    /// Whether the application runs or drains.
    #[must_use]
    pub fn has_application(&self, application: ApplicationId) -> bool {
        self.shards.iter().any(|shard| shard.applications.contains_key(&application))
    }

    /// The live leases.
    pub fn leases(&self) -> impl Iterator<Item = LeaseView<'_, K, P>> {
        self.shards.iter().flat_map(Shard::leases)
    }

    /// The leases reported for a user, the oldest first: the newest speaks for the user.
    pub fn grants(&self, application: ApplicationId, user: &K) -> impl Iterator<Item = Context> {
        self.shards.iter().flat_map(move |shard| shard.grants.live(application, user))
    }

    /// The requests that are not gone.
    pub fn requests(&self) -> impl Iterator<Item = RequestView<'_, K>> {
        self.shards.iter().flat_map(Shard::requests)
    }

    /// What stands behind a live lease.
    #[must_use]
    pub fn payload_of(&self, context: Context) -> Option<&P> {
        self.shards.iter().find_map(|shard| shard.payload_of(context))
    }

    /// How many leases are live.
    #[must_use]
    pub fn live_leases(&self) -> usize {
        self.shards.iter().map(Shard::live_leases).sum()
    }

    /// How many payloads the engine keeps.
    #[must_use]
    pub fn payloads(&self) -> usize {
        self.shards.iter().map(Shard::payloads).sum()
    }

    /// How many requests are not gone.
    #[must_use]
    pub fn open_requests(&self) -> usize {
        self.shards.iter().map(Shard::open_requests).sum()
    }

    /// How many slots are out of generations (CL-14).
    #[must_use]
    pub fn retired_slots(&self) -> usize {
        self.shards.iter().map(|shard| shard.leases.retired()).sum()
    }

    /// Whether nothing is left: no application, lease, payload, grant or request.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(Shard::is_empty)
    }
}
