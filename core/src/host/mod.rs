//! The host's side of the contract, as one pure machine: user records, operations, time-outs, every dialect.
//!
//! [`Host::step`] takes the time and one [`Input`], and returns an [`Outcome`]: what a completion function returns,
//! and the [`Effect`]s, in order. Effects with a letter of the alphabet cross in the step that returns them, also
//! where the real call happens later on another thread. One host serves all applications of a process.
//!
//! **The life of an operation.** A client's [`Input::Request`] finds a live user record or not. Without one the
//! plug-in is asked about the user first, with `SupportsQuota` then about the quota, then about the operation; the
//! operation waits meanwhile. Each is answered once, with [`Effect::Begun`] or [`Effect::Refused`]; one that ends
//! while the plug-in is asked about it is refused at once, and ends as soon as it is authorized. One that began
//! ends by its response, by [`Input::End`], by the expiry of its record (dialect `operations-first`) or by
//! [`Input::Stop`]; then, not before, its lease is released.
//!
//! **The life of a record.** It begins with the plug-in's yes. It ends by idleness, by a re-authorization that
//! failed, or by Stop, and then its lease is released. A re-authorization that succeeds replaces the lease: the new
//! one first, then the release of the old.
//!
//! **Time.** First everything expires whose deadline has come, then the input counts: a request at the deadline
//! finds no record. [`Host::next_deadline`] says when to call with [`Input::Tick`].
//!
//! **Mistakes.** What the plug-in gets wrong is answered with an error code; what the caller gets wrong is a
//! [`Misuse`] and changes nothing. What an input meets that the clock took away in the same step is no mistake.
//!
//! The machine's states and transitions are the tables in [`RECORD_TABLE`], [`OPERATION_TABLE`] and
//! [`REQUEST_TABLE`].

mod completion;
mod config;
mod effect;
mod input;
mod lease;
mod lifecycle;
mod misuse;
mod operation;
mod quota;
mod record;
mod request;
mod senders;
mod step;
mod tables;
mod timers;
mod view;

#[cfg(test)]
mod tests;

use alloc::collections::{BTreeMap, BTreeSet};

pub use config::HostConfig;
pub use effect::{Effect, Outcome, Place, Refused};
pub use input::{Input, Shape};
pub use misuse::Misuse;
pub use operation::{Operation, OperationPhase};
pub use quota::DEFAULT_QUOTA;
pub use record::{Phase, Record};
pub use request::{Purpose, Request};
pub use tables::{OPERATION_TABLE, RECORD_TABLE, REQUEST_TABLE};
pub use view::RecordView;

use crate::code::ERROR_SUCCESS;
use crate::dialect::Dialect;
#[cfg(feature = "faults")]
use crate::fault::Fault;
use crate::fault::Seeded;
use crate::id::{ApplicationId, OperationId, Sender};
use crate::time::{Clock, Timestamp};
use lease::Leases;
use record::Application;
use senders::Senders;
use step::Step;

/// The host machine. `K` names a user: [`crate::UserName`] in production, a digit in a model.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Host<K> {
    dialect: Dialect,
    config: HostConfig,
    seeded: Seeded,
    clock: Clock,
    applications: BTreeMap<ApplicationId, Application<K>>,
    operations: BTreeMap<OperationId, Operation<K>>,
    requests: BTreeMap<Sender, Request<K>>,
    senders: Senders,
    leases: Leases,
    /// Deadlines of the idle records.
    idle: BTreeSet<(Timestamp, ApplicationId, K)>,
    /// Deadlines of the pending requests, where the host times them out.
    overdue: BTreeSet<(Timestamp, Sender)>,
}

impl<K: Ord + Clone> Host<K> {
    /// A host without applications.
    #[must_use]
    pub fn new(dialect: Dialect, config: HostConfig) -> Self {
        Self {
            dialect,
            config,
            seeded: Seeded::default(),
            clock: Clock::default(),
            applications: BTreeMap::new(),
            operations: BTreeMap::new(),
            requests: BTreeMap::new(),
            senders: Senders::new(dialect.sender_pointer),
            leases: Leases::new(dialect.release_counting),
            idle: BTreeSet::new(),
            overdue: BTreeSet::new(),
        }
    }

    /// The same host with a mistake in it.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.seeded = Seeded::with(fault);
        self
    }

    /// Takes note of the time, lets expire what is due, then takes note of the input.
    ///
    /// # Errors
    /// If the caller misused the machine; then nothing has changed.
    pub fn step(&mut self, now: Timestamp, input: Input<K>) -> Result<Outcome<K>, Misuse> {
        self.check(&input)?;
        let now = self.advance(now);
        let mut step = Step::new(now);
        self.expire_due(&mut step);
        let error = self.take(input, &mut step);
        Ok(Outcome { error, effects: step.into_effects() })
    }

    /// The input itself; returns what a completion function returns.
    fn take(&mut self, input: Input<K>, step: &mut Step<K>) -> u32 {
        match input {
            Input::Start { application } => self.start(application, step),
            Input::Started { application, error } => self.started(application, error, step),
            Input::Request { application, user, operation, shape } => {
                self.request(application, user, operation, shape, step);
            }
            Input::Reauthorize { application, user } => {
                // The record may have expired in this very step.
                if self.can_reauthorize(application, &user) {
                    self.renew(application, &user, step);
                    self.settle(application, &user, true, step.now);
                }
            }
            Input::Complete { completion, refuse } => return self.complete(completion, refuse, step),
            Input::Respond { operation } => self.respond(operation, step),
            Input::End { operation, how } => self.end(operation, how, step),
            Input::Stop { application, reason } => self.stop(application, reason, step),
            Input::Stopped { application } => self.stopped(application),
            Input::Tick => {}
        }
        ERROR_SUCCESS
    }
}
