//! What the host knows of one user of one application.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};

use super::Host;
use super::quota::Slot;
use crate::call::{Identity, Quota};
use crate::dialect::Refresh;
use crate::id::{ApplicationId, Context, OperationId, Sender};
use crate::time::Timestamp;

/// A user record: the memory that the plug-in authorized this user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// The context to release when the record ends; `None` if the plug-in reported NULL (CL-15).
    pub lease: Option<Context>,
    /// Under which identity the user's operations run. A plug-in that named none gets the host's, as documented.
    pub identity: Identity,
    /// May see and delete the shells of others.
    pub administrator: bool,
    /// The quota, once it is known.
    pub quota: Option<Quota>,
    /// When the record expires; `None` while it is not idle (CL-33).
    pub deadline: Option<Timestamp>,
    /// When the quota or the authorization is to be asked for again, if ever.
    pub refresh_at: Option<Timestamp>,
    /// The time slot that the quota counts in; only if it is enforced.
    pub(super) slot: Option<Slot>,
}

/// Everything of one user of one application that lives. Kept while there is anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Visitor {
    pub(super) record: Option<Record>,
    /// First requests in flight: at most one if the host coalesces them.
    pub(super) asking: BTreeSet<Sender>,
    /// The re-authorization in flight.
    pub(super) renewal: Option<Sender>,
    /// The quota query in flight.
    pub(super) quota_query: Option<Sender>,
    /// Operations in every phase.
    pub(super) operations: BTreeSet<OperationId>,
    /// How many of them were handed to the plug-in and are no shells.
    pub(super) top_level: u32,
    /// How many of them were handed to the plug-in and are shells.
    pub(super) shells: u32,
}

impl Visitor {
    /// The user is being asked about, for the first time or again.
    pub(super) fn is_asked_about(&self) -> bool {
        self.renewal.is_some() || !self.asking.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.record.is_none() && !self.is_asked_about() && self.quota_query.is_none() && self.operations.is_empty()
    }

    /// The request is no longer in flight.
    pub(super) fn request_is_over(&mut self, sender: Sender) {
        remove(&mut self.asking, &sender);
        self.renewal = self.renewal.filter(|renewal| *renewal != sender);
        self.quota_query = self.quota_query.filter(|query| *query != sender);
    }
}

/// Takes one out. An empty set of the library keeps the memory of its first entries, and there may be millions of users.
pub(super) fn remove<T: Ord>(set: &mut BTreeSet<T>, one: &T) {
    set.remove(one);
    if set.is_empty() {
        *set = BTreeSet::new();
    }
}

/// How far an application is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Startup was called.
    Starting,
    /// Startup succeeded.
    Running,
    /// Shutdown was called.
    Stopping,
}

/// One application, from the call of Startup to the return of Shutdown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Application<K> {
    pub(super) phase: Phase,
    /// Boxed: a map has room for eleven in each of its parts, and mostly few are there.
    pub(super) visitors: BTreeMap<K, Box<Visitor>>,
}

impl<K: Ord + Clone> Host<K> {
    pub(super) fn visitor(&self, application: ApplicationId, user: &K) -> Option<&Visitor> {
        self.applications.get(&application)?.visitors.get(user).map(AsRef::as_ref)
    }

    pub(super) fn visitor_mut(&mut self, application: ApplicationId, user: &K) -> Option<&mut Visitor> {
        self.applications.get_mut(&application)?.visitors.get_mut(user).map(AsMut::as_mut)
    }

    pub(super) fn record_mut(&mut self, application: ApplicationId, user: &K) -> Option<&mut Record> {
        self.visitor_mut(application, user)?.record.as_mut()
    }

    /// The numbers of a user's operations, in every phase.
    pub(super) fn operations_of(&self, application: ApplicationId, user: &K) -> BTreeSet<OperationId> {
        self.visitor(application, user).map_or_else(BTreeSet::new, |visitor| visitor.operations.clone())
    }

    /// When something that is known as of `now` is to be asked for again; `None` if nothing would be.
    pub(super) fn refresh_after(&self, now: Timestamp) -> Option<Timestamp> {
        let asks = self.config.quota || self.dialect.refresh == Refresh::QuotaAndUser;
        self.config.refresh.filter(|_| asks).map(|interval| now.after(interval))
    }
}
