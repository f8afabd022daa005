//! The host as a reference machine: lists of applications, records, operations and questions.
//!
//! What follows from the lists is looked up there each time: who waits for a question, how many operations a user has,
//! whether a record is idle and when it expires, how often a context is in use. A record knows when its user was
//! active last; while it is not idle, that is now.
//!
//! Effects are predicted in order. Where SPEC.md leaves the order open, it is that of users and numbers.

mod check;
mod completions;
mod judge;
mod leases;
mod lifecycle;
mod operations;
mod questions;
mod time;

use wsman_authz_core::call::{Call, EndOfOperation, Identity, Quota};
use wsman_authz_core::dialect::{Dialect, Reentrancy, ReleaseTiming};
use wsman_authz_core::host::{Effect, HostConfig, Input, Phase, Place, Refused, Shape};
use wsman_authz_core::{ApplicationId, Context, OperationId, Sender};
pub use wsman_authz_models::model::User;

/// Who is meant: users are named within an application.
type Person = (ApplicationId, User);

/// The memory that a user was let in.
#[derive(Clone, Debug)]
struct Record {
    of: Person,
    lease: Option<Context>,
    identity: Identity,
    administrator: bool,
    quota: Option<Quota>,
    /// When the user was active last (CL-32).
    active: u64,
    /// When the quota, or the user, is asked about again.
    refresh: Option<u64>,
    /// When the time slot of the quota ends, and how many operations it has taken.
    slot: Option<(u64, u32)>,
}

#[derive(Clone, Debug)]
struct Operation {
    number: OperationId,
    of: Person,
    shape: Shape,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// For the answer to the question of this address.
    Waits(Sender),
    /// The plug-in is asked.
    Asked,
    /// Over before the plug-in answered.
    GivenUp(EndOfOperation),
    /// Allowed.
    Open { lease: Option<Context>, responded: bool },
}

#[derive(Clone, Copy, Debug)]
struct Question {
    sender: Sender,
    of: Person,
    about: About,
    asked: u64,
    /// The host waits no more; a completion comes too late (CL-50).
    timed_out: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    User,
    /// A user who has a record.
    UserAgain,
    Quota,
    Operation(OperationId),
}

/// The reference host.
#[derive(Clone, Debug)]
pub struct Machine {
    dialect: Dialect,
    config: HostConfig,
    now: u64,
    applications: Vec<(ApplicationId, Phase)>,
    /// By application and user.
    records: Vec<Record>,
    /// By number.
    operations: Vec<Operation>,
    questions: Vec<Question>,
    /// Every address that a question ever had.
    addresses: Vec<Sender>,
    /// Addresses that the machine under test chose in this step, for questions that come up in it.
    chosen: Vec<Sender>,
    /// What was wrong with one of them.
    complaint: Option<String>,
    /// The question whose completion function has not returned.
    answering: Option<Sender>,
    step: Step,
}

/// The step under way.
#[derive(Clone, Debug)]
struct Step {
    effects: Vec<Effect<User>>,
    /// Where releases belong, and where entry points do.
    releases: Place,
    entries: Place,
    /// A question was asked.
    asked: bool,
}

impl Step {
    const fn new() -> Self {
        Self { effects: Vec::new(), releases: Place::Anywhere, entries: Place::Anywhere, asked: false }
    }

    fn cross(&mut self, place: Place, call: Call<User>) {
        self.effects.push(Effect::Cross { place, call });
    }

    fn refuse(&mut self, number: OperationId, why: Refused) {
        self.effects.push(Effect::Refused(number, why));
    }

    /// From here on a completion brings the effects about (C10, C11, D19).
    const fn inside_completion(&mut self, dialect: Dialect) {
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
}

impl Machine {
    /// A host without applications.
    #[must_use]
    pub fn new(dialect: Dialect, config: HostConfig) -> Self {
        Self {
            dialect,
            config,
            now: 0,
            applications: Vec::new(),
            records: Vec::new(),
            operations: Vec::new(),
            questions: Vec::new(),
            addresses: Vec::new(),
            chosen: Vec::new(),
            complaint: None,
            answering: None,
            step: Step::new(),
        }
    }

    /// The input itself; what a completion function returns.
    fn take(&mut self, input: &Input<User>) -> u32 {
        match *input {
            Input::Start { application } => self.start(application),
            Input::Started { application, error } => self.started(application, error),
            Input::Request { application, user, operation, shape } => {
                self.request((application, user), operation, shape);
            }
            Input::Reauthorize { application, user } => self.reauthorize((application, user)),
            Input::Complete { ref completion, refuse } => return self.complete(completion, refuse),
            Input::Respond { operation } => self.respond(operation),
            Input::End { operation, how } => self.end(operation, how),
            Input::Stop { application, reason } => self.stop(application, reason),
            Input::Stopped { application } => self.stopped(application),
            Input::Tick => {}
        }
        0
    }

    fn phase(&self, application: ApplicationId) -> Option<Phase> {
        self.applications.iter().find(|(name, _)| *name == application).map(|(_, phase)| *phase)
    }

    fn record(&self, of: Person) -> Option<&Record> {
        self.records.iter().find(|record| record.of == of)
    }

    fn record_mut(&mut self, of: Person) -> Option<&mut Record> {
        self.records.iter_mut().find(|record| record.of == of)
    }

    fn operation(&self, number: OperationId) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.number == number)
    }

    fn operation_mut(&mut self, number: OperationId) -> Option<&mut Operation> {
        self.operations.iter_mut().find(|operation| operation.number == number)
    }
}
