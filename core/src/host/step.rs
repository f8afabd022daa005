//! One step under way: the effects so far, and where the next ones belong.

use alloc::vec::Vec;

use super::effect::{Effect, Place, Refused};
use crate::call::{Call, EndOfOperation};
use crate::dialect::{Dialect, Reentrancy, ReleaseTiming};
use crate::id::{ApplicationId, Context, OperationId, Sender};
use crate::time::Timestamp;

pub(super) struct Step<K> {
    /// The machine's time.
    pub(super) now: Timestamp,
    effects: Vec<Effect<K>>,
    releases: Place,
    entries: Place,
    /// Whether an entry point is called about a user: it moves the user's deadline (CL-32).
    pub(super) entered: bool,
}

impl<K> Step<K> {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { now, effects: Vec::new(), releases: Place::Anywhere, entries: Place::Anywhere, entered: false }
    }

    pub(super) fn into_effects(self) -> Vec<Effect<K>> {
        self.effects
    }

    /// From here on a completion brings the effects about (C10, C11, D19).
    pub(super) const fn inside_completion(&mut self, dialect: Dialect) {
        self.releases = match dialect.release_timing {
            ReleaseTiming::After => Place::After,
            ReleaseTiming::Inside => Place::Inside,
            ReleaseTiming::Concurrent => Place::Concurrent,
        };
        self.entries = match dialect.reentrancy {
            Reentrancy::Records => Place::After,
            Reentrancy::Nests => Place::Inside,
        };
    }

    fn cross(&mut self, place: Place, call: Call<K>) {
        self.effects.push(Effect::Cross { place, call });
    }

    /// Calls an entry point that asks about a user.
    pub(super) fn ask(&mut self, call: Call<K>) {
        self.entered = true;
        self.cross(self.entries, call);
    }

    pub(super) fn startup(&mut self, application: ApplicationId, idle: crate::time::Millis) {
        self.cross(Place::Anywhere, Call::Startup { application, flags: 0, idle: Some(idle) });
    }

    pub(super) fn shutdown(&mut self, application: ApplicationId, reason: u32) {
        self.cross(Place::Anywhere, Call::Shutdown { application, reason });
    }

    pub(super) fn release(&mut self, context: Option<Context>) {
        self.cross(self.releases, Call::Release { context });
    }

    /// An operation ended; it belongs where the release is that follows, if one does.
    pub(super) fn operation_end(&mut self, operation: OperationId, how: EndOfOperation, release_follows: bool) {
        let place = if release_follows { self.releases } else { Place::Anywhere };
        self.cross(place, Call::OperationEnd { operation, how });
    }

    pub(super) fn record_expired(&mut self, application: ApplicationId, user: K) {
        self.cross(Place::Anywhere, Call::RecordExpired { application, user });
    }

    pub(super) fn request_timed_out(&mut self, sender: Sender) {
        self.cross(Place::Anywhere, Call::RequestTimedOut { sender });
    }

    pub(super) fn begun(&mut self, operation: OperationId) {
        self.effects.push(Effect::Begun(operation));
    }

    pub(super) fn refused(&mut self, operation: OperationId, why: Refused) {
        self.effects.push(Effect::Refused(operation, why));
    }
}
