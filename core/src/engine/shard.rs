//! One shard of the engine: everything about some of the users, and the applications, which every shard knows.
//!
//! What concerns one user happens in the user's shard alone. What concerns an application happens in all of them at
//! once: `conduct` sees to that.

use alloc::collections::{BTreeMap, BTreeSet};
use core::hash::Hash;

use super::EngineConfig;
use super::effect::Effects;
use super::grant::Grants;
use super::input::{Input, RequestId};
use super::lease::LeaseTable;
use super::misuse::Misuse;
use super::payload::PayloadTable;
use super::place::Place;
use super::request::Requests;
use crate::call::RequestKind;
#[cfg(feature = "faults")]
use crate::fault::Fault;
use crate::fault::Seeded;
use crate::id::ApplicationId;
use crate::time::{Clock, Timestamp};

/// The state of one application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Application {
    /// Shutdown was called.
    pub(super) draining: bool,
    /// Requests in this shard that the host has not been answered for.
    pub(super) open: u32,
}

/// A part of the engine that one lock guards.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Shard<K, P> {
    pub(super) config: EngineConfig,
    pub(super) clock: Clock,
    pub(super) applications: BTreeMap<ApplicationId, Application>,
    /// How many of them shut down. Follows from them: kept so that a step need not look.
    pub(super) draining: u32,
    pub(super) leases: LeaseTable<K>,
    pub(super) payloads: PayloadTable<P>,
    pub(super) grants: Grants<K>,
    pub(super) requests: Requests<K>,
    pub(super) deadlines: BTreeSet<(Timestamp, RequestId)>,
    pub(super) seeded: Seeded,
}

impl<K: Ord + Clone + Hash, P: Clone> Shard<K, P> {
    pub(super) fn new(config: EngineConfig, place: Place) -> Self {
        Self {
            config,
            clock: Clock::default(),
            applications: BTreeMap::new(),
            draining: 0,
            leases: LeaseTable::new(config.generations, place),
            payloads: PayloadTable::default(),
            grants: Grants::default(),
            requests: Requests::new(place),
            deadlines: BTreeSet::new(),
            seeded: Seeded::NONE,
        }
    }

    /// The same shard with one mistake in it.
    #[cfg(feature = "faults")]
    pub(super) fn seed(&mut self, fault: Fault) {
        self.seeded = Seeded::with(fault);
        self.leases.seeded = self.seeded;
    }

    /// Takes an input: that of its own users, or its part of one that concerns all shards. The end of an application is
    /// no part of it: see `may_end_with`.
    pub(crate) fn step(&mut self, now: Timestamp, input: Input<K, P>) -> Result<Effects<P>, Misuse> {
        let now = self.tell_time(now);
        match input {
            Input::Startup { application } => self.startup(application),
            Input::Shutdown { application } => self.shutdown(application),
            Input::AuthorizeUser { application, sender, user } => {
                self.ask(now, RequestKind::User, application, sender, user)
            }
            Input::AuthorizeOperation { application, sender, user } => {
                self.ask(now, RequestKind::Operation, application, sender, user)
            }
            Input::QueryQuota { application, sender, user } => {
                self.ask(now, RequestKind::Quota, application, sender, user)
            }
            Input::Answer { request, answer } => Ok(self.answer(now, request, answer)),
            Input::Abandon { request, why } => self.abandon(request, why),
            Input::Completed { request, error } => self.completed(request, error),
            Input::Release { context } => self.release(context),
            Input::Tick => Ok(self.deny_overdue(now)),
        }
    }

    /// Whether an application may end with this input, which concerns all shards: the host's answer to a request of one
    /// that shuts down (CL-54). Nothing else closes a request.
    #[cfg(feature = "std")]
    pub(crate) fn may_end_with(&self, input: &Input<K, P>) -> bool {
        let Input::Completed { request, .. } = input else { return false };
        if self.draining == 0 {
            return false;
        }
        let application = self.requests.get(*request).and_then(|request| self.applications.get(&request.application));
        application.is_some_and(|application| application.draining)
    }

    fn tell_time(&mut self, now: Timestamp) -> Timestamp {
        #[cfg(feature = "faults")]
        if self.seeded.has(Fault::EngineClockRunsBackwards) {
            return self.clock.set_unchecked(now);
        }
        self.clock.advance(now) // CL-35
    }

    fn startup(&mut self, application: ApplicationId) -> Result<Effects<P>, Misuse> {
        if self.applications.contains_key(&application) {
            return Err(Misuse::StartedTwice(application)); // CL-55
        }
        self.applications.insert(application, Application::default());
        Ok(Effects::default())
    }
}
