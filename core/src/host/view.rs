//! What can be seen of a host from outside.

use super::operation::{Operation, OperationPhase};
use super::record::{Phase, Record};
use super::request::Request;
use super::{Host, HostConfig};
use crate::dialect::Dialect;
use crate::id::{ApplicationId, OperationId, Sender};
use crate::time::Timestamp;

/// A user record with what hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordView<'a, K> {
    /// The application.
    pub application: ApplicationId,
    /// Whose record.
    pub user: &'a K,
    /// The record.
    pub record: &'a Record,
    /// How many operations of the user are open.
    pub open: usize,
    /// Whether its re-authorization is pending.
    pub renewing: bool,
}

impl<K: Ord + Clone> Host<K> {
    /// The host's choices.
    #[must_use]
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The host's settings.
    #[must_use]
    pub const fn config(&self) -> HostConfig {
        self.config
    }

    /// The host's time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// How far an application is; `None` if it does not run.
    #[must_use]
    pub fn phase(&self, application: ApplicationId) -> Option<Phase> {
        self.applications.get(&application).map(|application| application.phase)
    }

    /// Applications that run, start or stop.
    pub fn applications(&self) -> impl Iterator<Item = (ApplicationId, Phase)> {
        self.applications.iter().map(|(id, application)| (*id, application.phase))
    }

    /// One live record.
    #[must_use]
    pub fn record(&self, application: ApplicationId, user: &K) -> Option<&Record> {
        self.visitor(application, user)?.record.as_ref()
    }

    /// Whether [`Input::Reauthorize`](super::Input::Reauthorize) would be no misuse: the user has a record, which is in
    /// applications that run alone, and is not being asked about.
    #[must_use]
    pub fn can_reauthorize(&self, application: ApplicationId, user: &K) -> bool {
        let visitor = self.visitor(application, user);
        visitor.is_some_and(|visitor| visitor.record.is_some() && !visitor.is_asked_about())
    }

    /// Live records, by application and user.
    pub fn records(&self) -> impl Iterator<Item = RecordView<'_, K>> {
        self.applications.iter().flat_map(move |(application, entry)| {
            entry.visitors.iter().filter_map(move |(user, visitor)| {
                let record = visitor.record.as_ref()?;
                let operations = visitor.operations.iter().filter_map(|id| self.operations.get(id));
                let open = operations.filter(|o| matches!(o.phase, OperationPhase::Open { .. })).count();
                let renewing = visitor.renewal.is_some();
                Some(RecordView { application: *application, user, record, open, renewing })
            })
        })
    }

    /// One operation that the host remembers.
    #[must_use]
    pub fn operation(&self, id: OperationId) -> Option<&Operation<K>> {
        self.operations.get(&id)
    }

    /// Operations that the host remembers, by number.
    pub fn operations(&self) -> impl Iterator<Item = (OperationId, &Operation<K>)> {
        self.operations.iter().map(|(id, operation)| (*id, operation))
    }

    /// One request that was not completed.
    #[must_use]
    pub fn request_of(&self, sender: Sender) -> Option<&Request<K>> {
        self.requests.get(&sender)
    }

    /// Requests that were not completed, by sender: pending ones, and those that timed out.
    pub fn requests(&self) -> impl Iterator<Item = (Sender, &Request<K>)> {
        self.requests.iter().map(|(sender, request)| (*sender, request))
    }

    /// Whether nothing lives: no application, hence no record, no operation and no request.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.applications.is_empty()
    }
}
