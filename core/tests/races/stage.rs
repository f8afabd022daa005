//! Host, policy and the shipped engine between them: what a scenario plays on.
//!
//! The effects are performed as `ffi/src/performer.rs` does it: by the thread that took the step, in order, with no
//! lock held, and the host's answer to a completion is the next input.

use std::fmt;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use wsman_authz_core::call::{Completion, Identity, RequestKind};
use wsman_authz_core::engine::{
    Abandoned, Answer, Effect, Effects, Engine, EngineConfig, Input, Misuse, Payload, RequestId,
};
use wsman_authz_core::shared::SharedEngine;
use wsman_authz_core::sync;
use wsman_authz_core::sync::thread::{self, JoinHandle};
use wsman_authz_core::{ApplicationId, Context, Millis, Sender, Timestamp, Token};

use crate::ledger::{Ledger, Number};
use crate::with_fault;

/// A user.
pub(crate) type User = u8;
/// A handle on a payload.
pub(crate) type PayloadHandle = Arc<Tracked>;

/// The application that runs on every stage.
pub(crate) const A: ApplicationId = ApplicationId(1);
/// Another one, for scenarios that start it.
pub(crate) const B: ApplicationId = ApplicationId(2);
/// Two users.
pub(crate) const ALICE: User = 1;
pub(crate) const BOB: User = 2;
/// What a host says that refuses a completion.
pub(crate) const REFUSED: u32 = 87;

/// A payload that says when it is destroyed. Under loom it is also an allocation that must not leak.
pub(crate) struct Tracked {
    pub(crate) number: Number,
    ledger: Arc<Mutex<Ledger>>,
    at_the_end: Option<AtTheEnd>,
    #[cfg(wsman_authz_loom)]
    allocation: Option<loom::alloc::Track<()>>,
}

/// What a destructor does beside.
type AtTheEnd = Box<dyn Fn() + Send + Sync>;
/// What the host does inside a completion, and what it says to it.
type Inside = Box<dyn Fn(&Stage, &Completion) -> u32 + Send + Sync>;

impl Drop for Tracked {
    fn drop(&mut self) {
        if std::thread::panicking() || lock(&self.ledger).torn {
            // The execution has failed already; loom is gone, and would end the process if it were told.
            #[cfg(wsman_authz_loom)]
            std::mem::forget(self.allocation.take());
            return;
        }
        lock(&self.ledger).destroyed(self.number);
        if let Some(more) = &self.at_the_end {
            more();
        }
    }
}

impl fmt::Debug for Tracked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "payload {}", self.number)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a scenario may set.
#[derive(Default)]
pub(crate) struct Setting {
    generations: Option<u32>,
    answer_within: Option<u64>,
    inside: Option<Inside>,
    shard_bits: u32,
}

impl Setting {
    /// ALICE and BOB are in different shards.
    pub(crate) fn shards() -> Self {
        Self { shard_bits: 1, ..Self::default() }
    }

    /// How many leases a slot names before it is retired.
    pub(crate) fn generations(self, generations: u32) -> Self {
        Self { generations: Some(generations), ..self }
    }

    /// How long the policy may take.
    pub(crate) fn answer_within(self, millis: u64) -> Self {
        Self { answer_within: Some(millis), ..self }
    }

    /// What the host does inside each completion; what it returns is its answer.
    pub(crate) fn inside(self, inside: impl Fn(&Stage, &Completion) -> u32 + Send + Sync + 'static) -> Self {
        Self { inside: Some(Box::new(inside)), ..self }
    }

    /// The stage, with application [`A`] running.
    pub(crate) fn stage(self) -> Stage {
        let defaults = EngineConfig::default();
        let generations = self.generations.unwrap_or(defaults.generations);
        let answer_within = self.answer_within.map(Millis);
        let engine = Engine::new(EngineConfig { generations, answer_within, shard_bits: self.shard_bits });
        let ledger = Ledger::new(self.answer_within);
        let parts = Parts {
            engine: SharedEngine::from(with_fault(engine)),
            ledger: Arc::new(Mutex::new(ledger)),
            inside: self.inside,
            hands: sync::Mutex::new(()),
            threads: Mutex::default(),
            last_thread: AtomicU8::new(0),
            last_sender: AtomicU64::new(0),
            clock: AtomicU64::new(0),
        };
        let stage = Stage { parts: Arc::new(parts), thread: 0 };
        stage.start(A);
        stage
    }
}

struct Parts {
    engine: SharedEngine<User, PayloadHandle>,
    ledger: Arc<Mutex<Ledger>>,
    inside: Option<Inside>,
    /// Whoever performs an effect takes it for a moment, so that loom may let others take their steps first.
    hands: sync::Mutex<()>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    last_thread: AtomicU8,
    last_sender: AtomicU64,
    clock: AtomicU64,
}

/// The stage as one thread sees it.
pub(crate) struct Stage {
    parts: Arc<Parts>,
    thread: u8,
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.ledger().torn = true;
        }
    }
}

/// A question that the policy holds. One that is not used up fails the scenario.
#[must_use = "a question is answered or dropped"]
#[derive(Debug)]
pub(crate) struct Question {
    request: RequestId,
    sender: Sender,
    kind: RequestKind,
    shown: Option<PayloadHandle>,
}

impl Question {
    /// The same question once more: a policy that uses its reply twice.
    pub(crate) fn twin(&self) -> Self {
        Self { request: self.request, sender: self.sender, kind: self.kind, shown: self.shown.clone() }
    }
}

impl Stage {
    /// A stage with nothing special about it.
    pub(crate) fn new() -> Self {
        Setting::default().stage()
    }

    /// The engine, for those who only read.
    pub(crate) fn engine(&self) -> &SharedEngine<User, PayloadHandle> {
        &self.parts.engine
    }

    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.parts.ledger)
    }

    fn tell(&self, what: &'static str, about: u64) {
        self.ledger().tell(self.thread, what, about);
    }

    /// A thread that plays beside this one, until the end of the scenario.
    pub(crate) fn spawn<T>(&self, part: impl FnOnce(&Self) -> T + Send + 'static) {
        let number = self.parts.last_thread.fetch_add(1, SeqCst) + 1;
        let stage = Self { parts: Arc::clone(&self.parts), thread: number };
        let thread = thread::spawn(move || {
            part(&stage);
        });
        lock(&self.parts.threads).push(thread);
    }

    /// Waits for all other threads.
    pub(crate) fn join(&self) {
        loop {
            let thread = lock(&self.parts.threads).pop();
            let Some(thread) = thread else { return };
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
    }

    /// Time passes.
    pub(crate) fn pass(&self, millis: u64) {
        self.parts.clock.fetch_add(millis, SeqCst);
    }

    fn now(&self) -> u64 {
        self.parts.clock.load(SeqCst)
    }

    /// The host starts an application.
    pub(crate) fn start(&self, application: ApplicationId) {
        self.ledger().started(application);
        let _ = self.take(Input::Startup { application });
    }

    /// The host shuts an application down. Whether the engine took it.
    pub(crate) fn shutdown(&self, application: ApplicationId) -> bool {
        self.tell("calls Shutdown", application.0.into());
        self.ledger().shuts_down(application);
        self.take(Input::Shutdown { application }).is_ok()
    }

    /// The host asks about a user of [`A`].
    pub(crate) fn user(&self, user: User) -> Option<Question> {
        self.ask(A, RequestKind::User, user)
    }

    /// The host asks about an operation of a user of [`A`].
    pub(crate) fn operation(&self, user: User) -> Option<Question> {
        self.ask(A, RequestKind::Operation, user)
    }

    /// The host asks for the quota of a user of [`A`].
    pub(crate) fn quota(&self, user: User) -> Option<Question> {
        self.ask(A, RequestKind::Quota, user)
    }

    /// The host asks. The question, if it gets to the policy.
    pub(crate) fn ask(&self, application: ApplicationId, kind: RequestKind, user: User) -> Option<Question> {
        let sender = Sender::new(self.parts.last_sender.fetch_add(1, SeqCst) + 1)?;
        self.tell("asks with sender", sender.0.get());
        self.ledger().asked(sender, application, kind, user);
        let input = match kind {
            RequestKind::User => Input::AuthorizeUser { application, sender, user },
            RequestKind::Operation => Input::AuthorizeOperation { application, sender, user },
            RequestKind::Quota => Input::QueryQuota { application, sender, user },
        };
        match self.take(input) {
            Ok(asked) => {
                let (request, shown) = asked?;
                let number = shown.as_ref().map(|payload| payload.number);
                self.ledger().put(sender, self.now(), number);
                Some(Question { request, sender, kind, shown })
            }
            Err(misuse) => {
                self.ledger().turned_away(sender, misuse);
                None
            }
        }
    }

    /// The host lets a user in, with a payload of the user's own.
    pub(crate) fn let_in(&self, user: User) -> Context {
        self.fresh(self.user(user)).expect("a setting without a race lets users in")
    }

    /// The host lets an operation of the user begin, on the user's payload.
    pub(crate) fn begin(&self, user: User) -> Context {
        self.shared(self.operation(user)).expect("the user is in")
    }

    /// The policy says yes, with a payload of its own; to a question about a quota, with the quota. The context, if the
    /// host took one. Nothing, if there is no question.
    pub(crate) fn fresh(&self, question: impl Into<Option<Question>>) -> Option<Context> {
        let question = question.into()?;
        let payload = if question.kind == RequestKind::Quota {
            Payload::None
        } else {
            Payload::Fresh(self.payload(question.sender, None))
        };
        self.yes(question, payload)
    }

    /// As [`Stage::fresh`], with a payload whose destructor plays on.
    pub(crate) fn called_back<T>(
        &self,
        question: impl Into<Option<Question>>,
        more: impl Fn(&Self) -> T + Send + Sync + 'static,
    ) -> Option<Context> {
        let question = question.into()?;
        let stage = Self { parts: Arc::clone(&self.parts), thread: self.thread };
        let payload = self.payload(question.sender, Some(Box::new(move || drop(more(&stage)))));
        self.yes(question, Payload::Fresh(payload))
    }

    /// The policy says yes, with the payload that it was shown.
    pub(crate) fn shared(&self, question: impl Into<Option<Question>>) -> Option<Context> {
        self.yes(question.into()?, Payload::Shared)
    }

    /// The policy lets a user in, and gives a token away.
    pub(crate) fn with_token(&self, question: impl Into<Option<Question>>) -> Option<Context> {
        let identity = Identity::Token(Token(self.ledger().make_token()));
        self.say(question.into()?, Answer::AllowUser { payload: Payload::None, identity, administrator: false })
    }

    /// The policy says no.
    pub(crate) fn deny(&self, question: impl Into<Option<Question>>) {
        if let Some(question) = question.into() {
            self.say(question, Answer::Deny { error: 5, text: None });
        }
    }

    /// The policy drops its reply, or panics.
    pub(crate) fn abandon(&self, question: impl Into<Option<Question>>, why: Abandoned) {
        let Some(Question { request, sender, shown, .. }) = question.into() else { return };
        drop(shown);
        self.tell("gives up the reply to", sender.0.get());
        self.ledger().gives_up(sender);
        let _ = self.take(Input::Abandon { request, why });
    }

    fn payload(&self, sender: Sender, at_the_end: Option<AtTheEnd>) -> PayloadHandle {
        let number = self.ledger().make(sender);
        Arc::new(Tracked {
            number,
            ledger: Arc::clone(&self.parts.ledger),
            at_the_end,
            #[cfg(wsman_authz_loom)]
            allocation: Some(loom::alloc::Track::new(())),
        })
    }

    fn yes(&self, question: Question, payload: Payload<PayloadHandle>) -> Option<Context> {
        let answer = match question.kind {
            RequestKind::User => Answer::AllowUser { payload, identity: Identity::Client, administrator: false },
            RequestKind::Operation => Answer::AllowOperation { payload },
            RequestKind::Quota => Answer::Quota(EngineConfig::SERVICE_QUOTA),
        };
        self.say(question, answer)
    }

    fn say(&self, question: Question, answer: Answer<PayloadHandle>) -> Option<Context> {
        let Question { request, sender, shown, .. } = question;
        drop(shown);
        self.tell("answers", sender.0.get());
        self.ledger().answers(self.thread, sender, self.now(), &answer);
        let _ = self.take(Input::Answer { request, answer });
        self.ledger().context_of(sender)
    }

    /// The host gives a context back. Whether the engine took it.
    pub(crate) fn release(&self, context: Context) -> bool {
        self.tell("releases", context.value());
        self.ledger().gives_back(context);
        let effects = self.step(Input::Release { context: Some(context) });
        let taken = effects.is_ok();
        self.ledger().given_back(context, taken);
        for effect in effects.into_iter().flatten() {
            if let Effect::Complete { .. } = &effect {
                self.ledger().breach("CL-52", "a completion from inside a release");
            }
            self.perform(effect);
        }
        taken
    }

    /// The host releases NULL.
    pub(crate) fn release_null(&self) {
        self.tell("releases", 0);
        let _ = self.take(Input::Release { context: None });
    }

    /// The watch looks at the clock.
    pub(crate) fn tick(&self) {
        self.tell("looks at the clock", self.now());
        let _ = self.take(Input::Tick);
    }

    fn take(&self, input: Input<User, PayloadHandle>) -> Result<Option<(RequestId, Option<PayloadHandle>)>, Misuse> {
        let mut asked = None;
        for effect in self.step(input)? {
            if let Effect::Ask { request, payload, .. } = effect {
                asked = Some((request, payload));
            } else {
                self.perform(effect);
            }
        }
        Ok(asked)
    }

    /// The engine hears of a moment that has passed already.
    pub(crate) fn tick_late(&self, then: u64) {
        let effects = self.parts.engine.step(Timestamp(then), Input::Tick);
        effects.into_iter().flatten().for_each(|effect| self.perform(effect));
    }

    /// The one place where the engine's locks are held for a step.
    fn step(&self, input: Input<User, PayloadHandle>) -> Result<Effects<PayloadHandle>, Misuse> {
        let effects = self.parts.engine.step(Timestamp(self.now()), input);
        let mut ledger = self.ledger();
        match &effects {
            Ok(effects) => {
                for effect in effects.as_slice() {
                    if let Effect::Drained { application, leases, .. } = effect {
                        ledger.frees(*application, *leases);
                    }
                }
            }
            Err(misuse) => ledger.word(word(*misuse)),
        }
        drop(ledger);
        effects
    }

    fn perform(&self, effect: Effect<PayloadHandle>) {
        drop(self.parts.hands.lock());
        match effect {
            Effect::Ask { .. } => {}
            Effect::Complete { request, completion } => self.complete(request, &completion),
            Effect::Drop(payload) => {
                self.tell("drops payload", payload.number as u64);
                self.ledger().drops(payload.number);
                drop(payload);
            }
            Effect::CloseToken(token) => self.ledger().end_token(token.0),
            Effect::Drained { application, leases, replies } => {
                self.tell("is told of the end of application", application.0.into());
                self.ledger().word(format!("drained, {leases} left, {replies} out"));
                self.ledger().drained(application);
            }
            Effect::Report(misuse) => self.ledger().word(word(misuse)),
        }
    }

    fn complete(&self, request: RequestId, completion: &Completion) {
        self.tell("completes", completion.sender.map_or(0, |sender| sender.0.get()));
        self.ledger().enters(self.thread, completion);
        let error = self.parts.inside.as_ref().map_or(0, |inside| inside(self, completion));
        self.ledger().returns(completion, error);
        let _ = self.take(Input::Completed { request, error });
        if error != 0 {
            self.ledger().refusal_is_known(completion);
        }
    }

    /// The rest of the story: everybody goes home, the host gives back what it holds and shuts down. Then nothing may be
    /// left. How many threads there were, and what happened.
    pub(crate) fn end(self) -> (u8, Vec<String>) {
        self.join();
        let running = self.ledger().running();
        for application in running {
            let held = self.ledger().held(application);
            for context in held {
                self.release(context);
            }
            self.shutdown(application);
        }
        let engine = self.engine();
        let left = (engine.live_leases(), engine.payloads(), engine.open_requests());
        if left != (0, 0, 0) {
            self.ledger().breach("CL-13", &format!("leases, payloads and requests are left: {left:?}"));
        }
        self.ledger().balances();
        let words = self.ledger().words.iter().cloned().collect();
        (self.parts.last_thread.load(SeqCst) + 1, words)
    }
}

/// A misuse without its numbers.
fn word(misuse: Misuse) -> String {
    let word = format!("{misuse:?}");
    word.split('(').next().unwrap_or_default().to_owned()
}
