//! The judge's side: sees every crossing, owns nothing, says which rule broke.
//!
//! [`Contract`] is the independent oracle of the two other machines and shares no code with them. What it knows, it
//! learned from crossings: which leases are live and what each stands for, which users have a record, which requests
//! wait for an answer, which operations are open. Where a crossing has two readings, the one that breaks nothing is
//! taken.
//!
//! A lease and a record begin when a completion is *entered* and are undone if it returns an error: releases and the
//! next entry points from inside a completion are legal.
//!
//! ```
//! use wsman_authz_core::contract::{Contract, Vantage};
//! use wsman_authz_core::dialect::Dialect;
//! use wsman_authz_core::{Call, Context, Crossing, Rule, ThreadId, Timestamp};
//!
//! let mut contract = Contract::<char, u32>::new(Dialect::default(), Vantage::Host);
//! let call = Call::Release { context: Context::new(22) }; // which nobody reported
//! let findings = contract.observe(1, &Crossing { at: Timestamp(0), thread: ThreadId(1), call });
//! assert_eq!(findings.broken[0].rule, Rule::CL11);
//! assert_eq!(findings.broken[0].evidence, [1]);
//! ```

mod account;
mod again;
mod answer;
mod application;
mod decide;
mod doubt;
mod finding;
mod form;
mod lease;
mod names;
mod operation;
mod payload;
mod recent;
mod release;
mod request;
mod sight;
mod slot;
#[cfg(test)]
mod tests;
mod ticket;
mod undo;
mod vantage;
mod verdicts;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use core::fmt::Debug;

pub use finding::{Findings, Violation};
pub use names::Name;
pub use vantage::Vantage;
pub use verdicts::{Verdict, Verdicts};

use crate::call::{Call, Crossing, RequestKind};
use crate::dialect::{Dialect, ReleaseCounting};
use crate::id::{ApplicationId, Context, OperationId, PayloadId, Sender, ThreadId};
use crate::rule::{Rule, RuleSet};
use crate::time::Clock;
use account::{Account, Ending};
use answer::Answer;
use application::{Application, Phase};
use doubt::Doubt;
use lease::Leases;
use operation::Operation;
use payload::Payloads;
use recent::Recent;
use request::{Over, Question, Request};
use sight::Sight;
use ticket::Tickets;

/// How many finished requests, ended records and contexts of failures are remembered unless told otherwise.
pub const MEMORY: usize = 4096;

/// The judge of one process: all its applications, users, operations.
///
/// `K` names a user; `M` marks a crossing, so that a finding can point at it: a line number, or `()` where nobody
/// asks. Two contracts in the same situation are equal if the marks are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Contract<K, M> {
    dialect: Dialect,
    vantage: Vantage,
    /// A Startup told the idle time-out (CL-32).
    timed: bool,
    clock: Clock,
    applications: BTreeMap<ApplicationId, Application<M>>,
    accounts: BTreeMap<(ApplicationId, K), Box<Account<M>>>,
    requests: BTreeMap<Sender, Request<K, M>>,
    operations: BTreeMap<OperationId, Operation<K, M>>,
    leases: Leases<K, M>,
    payloads: Payloads,
    /// Completions that have not returned, innermost last.
    answers: BTreeMap<(ThreadId, Sender), Vec<Answer<K, M>>>,
    /// Threads that stand inside a release, and how deep (CL-52).
    releasing: BTreeMap<ThreadId, u32>,
    /// Requests that are over.
    finished: Recent<Sender, Over<M>>,
    /// Users without a record, and how the last one ended.
    past: Recent<(ApplicationId, K), Option<(Ending, M)>>,
    /// Contexts that came with a failure.
    tickets: Recent<Context, Tickets>,
    /// Values of which it is open whose lease was released; none where values are unique.
    doubts: BTreeMap<Context, Doubt>,
    /// Users with a re-authorization in flight.
    renewing: BTreeSet<(ApplicationId, K)>,
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// A judge that has seen nothing yet.
    #[must_use]
    pub fn new(dialect: Dialect, vantage: Vantage) -> Self {
        Self {
            dialect,
            vantage,
            timed: false,
            clock: Clock::default(),
            applications: BTreeMap::new(),
            accounts: BTreeMap::new(),
            requests: BTreeMap::new(),
            operations: BTreeMap::new(),
            leases: Leases::new(),
            payloads: Payloads::new(vantage == Vantage::Both),
            answers: BTreeMap::new(),
            releasing: BTreeMap::new(),
            finished: Recent::new(MEMORY),
            past: Recent::new(MEMORY),
            tickets: Recent::new(MEMORY),
            doubts: BTreeMap::new(),
            renewing: BTreeSet::new(),
        }
    }

    /// Remembers only the last `remember` requests, records and contexts that are over. With 0 nothing is
    /// remembered that the live ones do not need, not even the latest time: what a model wants.
    #[must_use]
    pub fn with_memory(mut self, remember: usize) -> Self {
        self.finished = Recent::new(remember);
        self.past = Recent::new(remember);
        self.tickets = Recent::new(remember.max(1)); // the next release may be due to it
        self
    }

    /// Judges the next crossing. `mark` names it in the evidence of this and later findings.
    pub fn observe(&mut self, mark: M, crossing: &Crossing<K>) -> Findings<M> {
        let sight = &mut Sight::new(crossing.at, crossing.thread, mark);
        self.tell_time(sight);
        match &crossing.call {
            Call::Startup { application, idle, .. } => self.startup(*application, *idle, sight),
            Call::StartupReturn { application, error } => self.startup_return(*application, *error),
            Call::Shutdown { application, .. } => self.shutdown(*application, sight),
            Call::ShutdownReturn { application, .. } => self.shutdown_return(*application, sight),
            Call::AuthorizeUser { application, sender, user, reauthorization } => {
                let question = Question::User { reauthorization: *reauthorization };
                self.ask(*application, *sender, user, question, sight);
            }
            Call::AuthorizeOperation { application, sender, user, operation } => {
                self.ask(*application, *sender, user, Question::Operation { operation: *operation }, sight);
            }
            Call::QueryQuota { application, sender, user } => {
                self.ask(*application, *sender, user, Question::Quota, sight);
            }
            Call::Complete(completion) => self.complete(completion, sight),
            Call::CompleteReturn { sender, error, .. } => self.complete_return(*sender, *error, sight),
            Call::Release { context } => self.release(*context, sight),
            Call::ReleaseReturn { .. } => self.release_return(crossing.thread),
            Call::OperationEnd { operation, .. } => self.operation_end(*operation, sight),
            Call::RecordExpired { application, user } => self.record_expired(*application, user, sight),
            Call::RequestTimedOut { sender } => self.request_timed_out(*sender, sight),
            Call::PayloadCreated { payload } => self.payloads.created(*payload),
            Call::PayloadDropped { payload } => self.payload_dropped(*payload, sight),
            Call::EntryReturn { .. } => {}
        }
        sight.take_findings()
    }

    /// Every live lease by its value; equal values of one application once if that is how they are released.
    pub fn live(&self) -> impl Iterator<Item = Context> {
        let per_value = self.per_value();
        let values: BTreeSet<Context> = self.leases.iter().map(|(context, _)| context).collect();
        values.into_iter().flat_map(move |context| {
            let mut counted = BTreeSet::new();
            let leases = self.leases.of(context);
            let leases = leases.filter(move |lease| !per_value || counted.insert(lease.application));
            let released = self.undecided(context).saturating_sub(self.spare(context));
            let released = usize::try_from(released).unwrap_or(usize::MAX);
            leases.skip(released).map(move |_| context)
        })
    }

    /// Whether a lease with this value is live.
    #[must_use]
    pub fn is_live(&self, context: Context) -> bool {
        self.leases.of(context).next().is_some()
    }

    /// How many applications have been started and not been shut down.
    #[must_use]
    pub fn applications(&self) -> usize {
        self.applications.len()
    }

    /// The same situation under another dialect: what came before must have been the same in both.
    #[must_use]
    pub const fn speaking(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// How many requests wait for their completion, those that the host gave up included.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.requests.len()
    }

    /// How many users have a live record.
    #[must_use]
    pub fn records(&self) -> usize {
        self.accounts.values().filter(|account| account.record.is_some()).count()
    }

    /// Whether a record of the user lives.
    #[must_use]
    pub fn has_record(&self, application: ApplicationId, user: &K) -> bool {
        self.accounts.get(&(application, user.clone())).is_some_and(|account| account.record.is_some())
    }

    /// Whether a trace from here can show that `rule` is broken. A rule that cannot is never called kept.
    #[must_use]
    pub fn observable(&self, rule: Rule) -> bool {
        self.vantage.observes(rule) && (rule != Rule::CL32 || self.timed)
    }

    /// All rules that are [observable](Self::observable).
    #[must_use]
    pub fn observables(&self) -> RuleSet {
        Rule::ALL.iter().copied().filter(|rule| self.observable(*rule)).collect()
    }

    fn payload_dropped(&mut self, payload: PayloadId, sight: &mut Sight<M>) {
        self.close_payload(payload, sight);
        let applications = &self.applications;
        let phase = |application| applications.get(&application).map(|known| known.phase);
        self.payloads.dropped(payload, |application| phase(application) == Some(Phase::Stopping), sight);
    }

    fn per_value(&self) -> bool {
        self.dialect.release_counting == ReleaseCounting::PerValue
    }

    /// What runs backwards is taken for standing still.
    fn tell_time(&mut self, sight: &mut Sight<M>) {
        if self.finished.limit() == 0 {
            return; // free of history: the caller's clock is taken as it is
        }
        if sight.at < self.clock.now() {
            sight.reach(Rule::CL35);
        }
        sight.at = self.clock.advance(sight.at); // CL-35
    }
}

/// How a kind of request reads in a sentence.
const fn named(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::User => "AuthorizeUser",
        RequestKind::Operation => "AuthorizeOperation",
        RequestKind::Quota => "QueryQuota",
    }
}
