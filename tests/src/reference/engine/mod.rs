//! The engine as a reference machine: lists of applications, questions and leases, searched from end to end.
//!
//! A payload is not counted. It is there as long as a lease on the list names it or a question on the list shows it,
//! and what ceases to be there in a step is to be dropped in that step (CL-12, CL-13).

mod answers;
mod judge;
mod questions;

pub use answers::REDIRECTS;
pub use judge::Said;
use wsman_authz_core::call::RequestKind;
use wsman_authz_core::engine::{Effect, Input, Misuse, Phase, RequestId};
use wsman_authz_core::{ApplicationId, Context, Sender, Token, code};
pub use wsman_authz_models::model::User;

/// A payload.
pub type Value = u32;
/// What happens to an engine.
pub type Happens = Input<User, Value>;
/// What it is to do.
pub type Does = Effect<Value>;

/// A question of the host, until the host answered its completion and the policy gave the reply back.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// The engine's number for it.
    name: RequestId,
    application: ApplicationId,
    kind: RequestKind,
    sender: Sender,
    user: User,
    stage: Phase,
    /// The policy holds the reply.
    held: bool,
    /// What the policy was shown, while it may look at it.
    shown: Option<Value>,
    /// From when on a silent policy means no (CL-70).
    due: Option<u64>,
    /// The user's leases when a question about the user came in: a no takes their grant away (CL-23).
    earlier: Vec<Context>,
    /// What is on its way to the host, and taken back if the host refuses it (CL-17, CL-74).
    offered: Option<Context>,
    token: Option<Token>,
}

/// One report of a context to the host.
#[derive(Clone, Debug)]
pub(super) struct Lease {
    /// The engine's value for it.
    name: Context,
    application: ApplicationId,
    user: User,
    /// For the user, and not for an operation.
    for_user: bool,
    payload: Option<Value>,
    /// A no came since: it waits for its release and speaks for nobody (CL-23).
    revoked: bool,
}

/// An application that was started.
#[derive(Clone, Copy, Debug)]
struct Application {
    name: ApplicationId,
    stopping: bool,
}

/// The names that the engine gave in one step to what came up for the first time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Names {
    request: Option<RequestId>,
    context: Option<Context>,
}

/// The reference engine.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    now: u64,
    answer_within: Option<u64>,
    applications: Vec<Application>,
    questions: Vec<Question>,
    /// The newest last.
    leases: Vec<Lease>,
    /// Payloads that somebody may still look at.
    alive: Vec<Value>,
    /// Every value that ever named a lease.
    reported: Vec<Context>,
    names: Names,
    /// Effects of the step under way.
    effects: Vec<Does>,
}

impl Machine {
    /// A machine in which nothing runs; a policy may take so long.
    #[must_use]
    pub fn new(answer_within: Option<u64>) -> Self {
        Self { answer_within, ..Self::default() }
    }

    /// What must follow from an input.
    fn take(&mut self, input: &Happens) -> Result<(), Misuse> {
        match input {
            Input::Startup { application } => self.startup(*application),
            Input::Shutdown { application } => self.shutdown(*application),
            Input::AuthorizeUser { application, sender, user } => {
                self.ask(RequestKind::User, *application, *sender, *user)
            }
            Input::AuthorizeOperation { application, sender, user } => {
                self.ask(RequestKind::Operation, *application, *sender, *user)
            }
            Input::QueryQuota { application, sender, user } => {
                self.ask(RequestKind::Quota, *application, *sender, *user)
            }
            Input::Answer { request, answer } => {
                self.answer(*request, answer);
                Ok(())
            }
            Input::Abandon { request, .. } => self.abandon(*request),
            Input::Completed { request, error } => self.completed(*request, *error),
            Input::Release { context } => self.release(*context),
            Input::Tick => {
                self.deny_overdue();
                Ok(())
            }
        }
    }

    fn startup(&mut self, name: ApplicationId) -> Result<(), Misuse> {
        if self.applications.iter().any(|application| application.name == name) {
            return Err(Misuse::StartedTwice(name)); // CL-55
        }
        self.applications.push(Application { name, stopping: false });
        Ok(())
    }

    /// What is open is denied; the end comes when the last completion has returned (CL-50, CL-54).
    fn shutdown(&mut self, name: ApplicationId) -> Result<(), Misuse> {
        let found = self.applications.iter_mut().find(|application| application.name == name);
        let application = found.ok_or(Misuse::NotRunning(name))?;
        if application.stopping {
            return Err(Misuse::ShuttingDown(name));
        }
        application.stopping = true;
        for index in 0..self.questions.len() {
            let question = &self.questions[index];
            if question.application == name && question.stage == Phase::Asked {
                self.deny(index, code::ERROR_OPERATION_ABORTED, None);
            }
        }
        self.end_if_idle(name);
        Ok(())
    }

    /// Ends an application that stops and for which no completion is on its way. What the host has left behind goes
    /// (CL-13); replies that the policy still holds show nothing any more.
    fn end_if_idle(&mut self, name: ApplicationId) {
        let stops = self.applications.iter().any(|application| application.name == name && application.stopping);
        let open = self.questions.iter().any(|question| question.application == name && question.stage != Phase::Over);
        if !stops || open {
            return;
        }
        let before = self.leases.len();
        self.leases.retain(|lease| lease.application != name);
        let mut replies = 0;
        for question in self.questions.iter_mut().filter(|question| question.application == name && question.held) {
            question.shown = None;
            replies += 1;
        }
        self.applications.retain(|application| application.name != name);
        let leases = (before - self.leases.len()) as u32;
        self.effects.push(Effect::Drained { application: name, leases, replies });
    }

    fn release(&mut self, context: Option<Context>) -> Result<(), Misuse> {
        let context = context.ok_or(Misuse::ReleasedNull)?; // CL-15
        if self.end_lease(context) { Ok(()) } else { Err(Misuse::ReleasedUnknown(context)) } // CL-16
    }

    /// Whether there was such a lease. No other lease ends with it (CL-24).
    fn end_lease(&mut self, context: Context) -> bool {
        let before = self.leases.len();
        self.leases.retain(|lease| lease.name != context);
        self.leases.len() < before
    }

    /// Payloads that nobody may look at any more are dropped, once (CL-12, CL-13).
    fn drop_unused(&mut self) {
        let (leases, questions, effects) = (&self.leases, &self.questions, &mut self.effects);
        self.alive.retain(|value| {
            let leased = leases.iter().any(|lease| lease.payload == Some(*value));
            let stays = leased || questions.iter().any(|question| question.shown == Some(*value));
            if !stays {
                effects.push(Effect::Drop(*value));
            }
            stays
        });
    }
}
