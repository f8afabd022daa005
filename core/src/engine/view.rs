//! A read-only picture of the engine: for statistics, logs, models and tests.

use super::Engine;
use super::input::RequestId;
use super::lease::Owner;
use super::request::Phase;
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
    /// Whose lease.
    pub user: &'a K,
    /// Whether it was reported for the user, and not for an operation.
    pub is_user: bool,
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

impl<K: Ord + Clone, P: Clone> Engine<K, P> {
    /// When the next request is overdue, if any will be: call [`Engine::step`] with `Tick` then.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// The engine's time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether the application runs or drains.
    #[must_use]
    pub fn has_application(&self, application: ApplicationId) -> bool {
        self.applications.contains_key(&application)
    }

    /// The live leases.
    pub fn leases(&self) -> impl Iterator<Item = LeaseView<'_, K, P>> {
        self.leases.iter().map(|(context, lease)| {
            let (user, is_user) = match &lease.owner {
                Owner::User(user) => (user, true),
                Owner::Operation(user) => (user, false),
            };
            let payload = lease.payload.and_then(|number| self.payloads.peek(number));
            LeaseView { context, application: lease.application, user, is_user, payload }
        })
    }

    /// The leases reported for a user, the oldest first: the newest speaks for the user.
    pub fn grants(&self, application: ApplicationId, user: &K) -> impl Iterator<Item = Context> {
        self.grants.live(application, user).into_iter()
    }

    /// The requests that are not gone.
    pub fn requests(&self) -> impl Iterator<Item = RequestView<'_, K>> {
        self.requests.iter().map(|(number, request)| RequestView {
            request: RequestId(number),
            application: request.application,
            kind: request.kind,
            sender: request.sender,
            user: &request.user,
            phase: request.phase,
            reply_out: request.reply_out,
        })
    }

    /// What stands behind a live lease.
    #[must_use]
    pub fn payload_of(&self, context: Context) -> Option<&P> {
        self.leases.get(context)?.payload.and_then(|number| self.payloads.peek(number))
    }

    /// How many leases are live.
    #[must_use]
    pub fn live_leases(&self) -> usize {
        self.leases.live()
    }

    /// How many payloads the engine keeps.
    #[must_use]
    pub fn payloads(&self) -> usize {
        self.payloads.len()
    }

    /// How many requests are not gone.
    #[must_use]
    pub fn open_requests(&self) -> usize {
        self.requests.len()
    }

    /// How many slots are out of generations (CL-14).
    #[must_use]
    pub const fn retired_slots(&self) -> usize {
        self.leases.retired()
    }

    /// Whether nothing is left: no application, lease, payload, grant or request.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.applications.is_empty()
            && self.live_leases() == 0
            && self.payloads.len() == 0
            && self.grants.is_empty()
            && self.requests.len() == 0
            && self.deadlines.is_empty()
    }
}
