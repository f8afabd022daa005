//! Everything that the test host knows, under one lock: the pure host, the judge, the letters, the questions.
//!
//! As in `drive`: a step of the host and the crossings that it returns are one event, judged in the order in which
//! the host decided. The calls themselves are made later, with no lock held; a [`Job`] is such a call on its way.

mod letters;
mod questions;
mod story;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use wsman_authz_core::call::{Completion, RequestKind};
use wsman_authz_core::dialect::Dialect;
#[cfg(feature = "faults")]
use wsman_authz_core::fault::Fault;
use wsman_authz_core::host::{Effect, Host, HostConfig, Input, Misuse, Place, Shape};
use wsman_authz_core::{ApplicationId, Call, OperationId, Sender, ThreadId, Timestamp, UserName};

use super::client::Client;
use super::letter::Texts;
use super::said::Listener;
use super::thread;
use letters::Letters;
pub(super) use questions::QuestionId;
use questions::Questions;
use story::Story;

/// A call into the plug-in that has crossed and is still to be made.
#[derive(Debug)]
pub(super) struct Job {
    /// Its number in the trace.
    pub(super) seq: u64,
    /// The number of a thread, lent for as long as the call lasts.
    pub(super) thread: ThreadId,
    pub(super) call: Call<UserName>,
    /// The plug-in context of its application.
    pub(super) context: usize,
    /// The address of `senderDetails`, for calls that have one.
    pub(super) address: usize,
}

/// What a step brought about.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// What a completion function returns.
    pub(super) error: u32,
    /// Calls to make, in order.
    pub(super) jobs: Vec<(Place, Job)>,
}

/// What a client asks for.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) application: ApplicationId,
    pub(super) client: Client,
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) number: u32,
    pub(super) shape: Shape,
}

/// Who hears the answers to a request, by its sender.
pub(super) type Ear = dyn Fn(Sender) -> Arc<dyn Listener> + Send + Sync;

/// The state of a test host.
pub(super) struct Stage {
    pub(super) host: Host<UserName>,
    pub(super) story: Story,
    pub(super) questions: Questions,
    letters: Letters,
    ear: Box<Ear>,
    /// Each user as the host describes them, as of their last request.
    clients: BTreeMap<UserName, Client>,
    wishes: BTreeMap<OperationId, Wish>,
    /// Plug-in contexts.
    contexts: BTreeMap<ApplicationId, usize>,
    /// Calls that any thread may make.
    queue: VecDeque<Job>,
    /// Calls that crossed and have not returned.
    outstanding: BTreeSet<u64>,
    spare: Vec<ThreadId>,
    pub(super) now: Timestamp,
    /// How many of the next completions are refused, where the dialect lets the host do so.
    pub(super) to_refuse: u32,
    /// What Startup returned last.
    pub(super) startup_error: u32,
}

impl Stage {
    pub(super) fn new(dialect: Dialect, config: HostConfig, ear: Box<Ear>) -> Self {
        Self {
            host: Host::new(dialect, config),
            story: Story::new(dialect),
            questions: Questions::default(),
            letters: Letters::new(dialect.sender_pointer),
            ear,
            clients: BTreeMap::new(),
            wishes: BTreeMap::new(),
            contexts: BTreeMap::new(),
            queue: VecDeque::new(),
            outstanding: BTreeSet::new(),
            spare: Vec::new(),
            now: Timestamp(0),
            to_refuse: 0,
            startup_error: 0,
        }
    }

    /// The same with a mistake in its host.
    #[cfg(feature = "faults")]
    pub(super) fn with_fault(mut self, fault: Option<Fault>) -> Self {
        self.host = fault.into_iter().fold(self.host, Host::with_fault);
        self
    }

    pub(super) fn cross(&mut self, thread: ThreadId, call: Call<UserName>) -> u64 {
        self.story.cross(self.now, thread, call)
    }

    /// A client's wish becomes an operation.
    pub(super) fn request(&mut self, wish: Wish) -> (OperationId, Taken) {
        let operation = OperationId(self.wishes.len() as u64 + 1);
        let (application, user, shape) = (wish.application, wish.client.user(), wish.shape);
        self.clients.insert(user.clone(), wish.client.clone());
        self.story.names.operations.insert(operation, [wish.action.clone(), wish.resource.clone()]);
        self.wishes.insert(operation, wish);
        self.questions.begin(operation);
        (operation, self.take(Input::Request { application, user, operation, shape }))
    }

    /// What was wished for.
    pub(super) fn wish(&self, operation: OperationId) -> Option<&Wish> {
        self.wishes.get(&operation)
    }

    /// The plug-in context of an application that runs.
    pub(super) fn context_of(&self, application: ApplicationId) -> usize {
        self.contexts.get(&application).copied().unwrap_or(0)
    }

    /// How a user is described from now on.
    pub(super) fn describe(&mut self, client: &Client) {
        self.clients.insert(client.user(), client.clone());
    }

    /// A step of the host. A misuse changes nothing: what the test wants is not possible any more.
    pub(super) fn take(&mut self, input: Input<UserName>) -> Taken {
        self.try_to(input).unwrap_or_default()
    }

    /// A step of the host.
    pub(super) fn try_to(&mut self, input: Input<UserName>) -> Result<Taken, Misuse> {
        let outcome = self.host.step(self.now, input)?;
        let mut taken = Taken { error: outcome.error, jobs: Vec::new() };
        for effect in outcome.effects {
            match effect {
                Effect::Begun(operation) => self.questions.begun(operation),
                Effect::Refused(operation, why) => self.questions.refused(operation, why),
                Effect::Cross { place, call } => match self.announce(call) {
                    Ok(job) => taken.jobs.push((place, job)),
                    Err(record) => drop(self.cross(thread::current(), record)),
                },
            }
        }
        self.questions.follow(&self.host);
        Ok(taken)
    }

    /// A call into the plug-in crosses; it is made later. An entry of the host's own comes back.
    fn announce(&mut self, call: Call<UserName>) -> Result<Job, Call<UserName>> {
        let (application, letter) = match &call {
            Call::AuthorizeUser { application, sender, user, .. } => {
                self.questions.ask(*sender, RequestKind::User, None);
                (Some(*application), Some((*sender, user)))
            }
            Call::AuthorizeOperation { application, sender, user, operation } => {
                self.questions.ask(*sender, RequestKind::Operation, *operation);
                (Some(*application), Some((*sender, user)))
            }
            Call::QueryQuota { application, sender, user } => {
                self.questions.ask(*sender, RequestKind::Quota, None);
                (Some(*application), Some((*sender, user)))
            }
            Call::Startup { application, .. } | Call::Shutdown { application, .. } => (Some(*application), None),
            Call::Release { .. } => (None, None),
            _ => return Err(call),
        };
        let context = application.map_or(0, |application| self.context_of(application));
        let address = letter.map_or(0, |(sender, user)| {
            let texts = self.clients.get(user).map(Texts::from).unwrap_or_default();
            self.letters.open(sender, texts, || (self.ear)(sender))
        });
        let thread = self.spare.pop().unwrap_or_else(thread::fresh);
        let seq = self.cross(thread, call.clone());
        self.outstanding.insert(seq);
        Ok(Job { seq, thread, call, context, address })
    }

    /// The plug-in called a completion function.
    pub(super) fn hear(&mut self, completion: Completion) -> Taken {
        // What is due by now expires before the host hears of a completion.
        let due = self.take(Input::Tick);
        self.enqueue(due.jobs);
        let fits = completion.sender.and_then(|sender| self.host.request_of(sender)).is_some();
        if let Some(sender) = completion.sender.filter(|_| fits) {
            self.questions.answered(sender, &completion);
            self.letters.close(sender);
        }
        self.cross(thread::current(), Call::Complete(completion.clone()));
        let refuse = self.to_refuse > 0;
        self.to_refuse = self.to_refuse.saturating_sub(1);
        self.take(Input::Complete { completion, refuse })
    }

    /// The token of the client whom a request is about.
    pub(super) fn token_of(&self, sender: Sender) -> u64 {
        let client = self.host.request_of(sender).and_then(|request| self.clients.get(&request.user));
        client.map_or(0, |client| client.token)
    }

    /// Startup returned.
    pub(super) fn started(&mut self, application: ApplicationId, error: u32, context: usize) {
        self.startup_error = error;
        if error == 0 {
            self.contexts.insert(application, context);
        }
        let taken = self.take(Input::Started { application, error });
        self.enqueue(taken.jobs);
    }

    /// A call returned.
    pub(super) fn returned(&mut self, seq: u64, thread: ThreadId, answer: Option<Call<UserName>>) {
        self.outstanding.remove(&seq);
        if let Some(answer) = answer {
            self.cross(thread, answer);
        }
        self.spare.push(thread);
    }

    /// Puts calls where any thread finds them.
    pub(super) fn enqueue(&mut self, jobs: impl IntoIterator<Item = (Place, Job)>) {
        self.queue.extend(jobs.into_iter().map(|(_, job)| job));
    }

    /// The call that waits longest.
    pub(super) fn next_queued(&mut self) -> Option<Job> {
        self.queue.pop_front()
    }

    /// Whether every call that crossed before number `seq` has returned.
    pub(super) fn is_clear_before(&self, seq: u64) -> bool {
        self.outstanding.first().is_none_or(|first| *first >= seq)
    }

    /// Whether every question was answered and every call was made.
    pub(super) fn is_quiet(&self) -> bool {
        self.queue.is_empty() && self.host.requests().next().is_none()
    }
}
