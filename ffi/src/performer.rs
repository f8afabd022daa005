//! Takes inputs to the engine and carries out what it asks for, with no lock held (CL-60).
//!
//! It knows nothing about policies but the type of their payloads, so that a request can hold it.

use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use wsman_authz_core::call::{Call, Completion, RequestKind};
use wsman_authz_core::code::ERROR_OPERATION_ABORTED;
use wsman_authz_core::engine::{Answer, Effect, Effects, Engine, Input, Misuse, Payload, RequestId};
use wsman_authz_core::shared::SharedEngine;
use wsman_authz_core::{PayloadId, Sender, UserName};

use crate::boundary::guard;
use crate::clock::Clock;
use crate::completions::Completions;
use crate::gate::Bell;
use crate::statistics::Tally;
use crate::trace::{Names, Trace};
use crate::{log, token};

/// An input of this crate: users by name, payloads counted.
pub(crate) type EngineInput<C> = Input<UserName, Arc<C>>;

/// The engine and its hands.
pub(crate) struct Performer<C> {
    engine: SharedEngine<UserName, Arc<C>>,
    completions: Completions,
    /// Tells Shutdown that an application is drained.
    pub(crate) bell: Arc<Bell>,
    pub(crate) trace: Trace,
    pub(crate) tally: Tally,
    pub(crate) clock: Clock,
    /// When somebody last looked for what is overdue, in milliseconds.
    looked: AtomicU64,
}

/// A question that is to be put to the policy.
#[must_use = "a question that is not put leaves its request pending"]
pub(crate) struct Asked<C> {
    pub(crate) request: RequestId,
    pub(crate) payload: Option<Arc<C>>,
}

impl<C> Performer<C> {
    pub(crate) fn new(completions: Completions, clock: Clock, engine: Engine<UserName, Arc<C>>) -> Self {
        let engine = SharedEngine::from(engine);
        let (bell, trace, tally) = (Arc::default(), Trace::from_environment(), Tally::default());
        Self { engine, completions, bell, trace, tally, clock, looked: AtomicU64::new(u64::MAX) }
    }

    pub(crate) const fn engine(&self) -> &SharedEngine<UserName, Arc<C>> {
        &self.engine
    }

    /// Takes one input and performs its effects. The question, if the input led to one.
    ///
    /// # Errors
    /// The input broke the contract: logged, and without effect.
    pub(crate) fn take(&self, input: EngineInput<C>) -> Result<Option<Asked<C>>, Misuse> {
        self.step(input).map(|effects| self.perform(effects, None))
    }

    /// Takes an answer. `client_token` is the handle that [`crate::Identity::Client`] means in it. Whatever the answer brings
    /// and the engine has no use for comes back as an effect.
    pub(crate) fn answer(&self, request: RequestId, answer: Answer<Arc<C>>, client_token: Option<NonZeroU64>) {
        if self.trace.is_on()
            && let Some(payload) = fresh(&answer)
        {
            self.trace.write(Call::PayloadCreated { payload }, &Names::default());
        }
        if let Ok(effects) = self.step(Input::Answer { request, answer }) {
            drop(self.perform(effects, client_token)); // an answer leads to no question
        }
    }

    /// Denies what is overdue, unless somebody looked in this very millisecond: a look concerns all users (CL-70).
    pub(crate) fn look_at_the_clock(&self) {
        let now = self.clock.now();
        let has_looked = self.looked.load(Ordering::Relaxed) == now.0;
        if !has_looked && self.looked.swap(now.0, Ordering::Relaxed) != now.0 {
            let _ = self.take(Input::Tick);
        }
    }

    /// Fails a request of which the engine knows nothing.
    pub(crate) fn turn_away(&self, kind: RequestKind, sender: Sender) {
        let _ = self.say(&Completion::failure(kind, sender, ERROR_OPERATION_ABORTED), None);
    }

    /// The one place where a step is taken: locks are held there, and nothing else happens.
    fn step(&self, input: EngineInput<C>) -> Result<Effects<Arc<C>>, Misuse> {
        self.engine.step(self.clock.now(), input).inspect_err(|misuse| self.report(*misuse))
    }

    fn perform(&self, effects: Effects<Arc<C>>, client_token: Option<NonZeroU64>) -> Option<Asked<C>> {
        let mut asked = None;
        for effect in effects {
            match effect {
                Effect::Ask { request, payload, .. } => asked = Some(Asked { request, payload }),
                Effect::Complete { request, completion } => self.complete(request, &completion, client_token),
                Effect::Drop(payload) => {
                    if self.trace.is_on() {
                        self.trace.write(Call::PayloadDropped { payload: number(&payload) }, &Names::default());
                    }
                    drop_payload(Some(payload));
                }
                Effect::CloseToken(token) => token::close(token),
                Effect::Drained { application, leases, replies } => {
                    log::drained(application, leases, replies);
                    self.bell.drained(application);
                }
                Effect::Report(misuse) => self.report(misuse),
            }
        }
        asked
    }

    fn report(&self, misuse: Misuse) {
        self.tally.misuse();
        log::misuse(misuse);
    }

    /// Calls the host; it may call back in from inside. Its answer is the next input.
    fn complete(&self, request: RequestId, completion: &Completion, client_token: Option<NonZeroU64>) {
        let error = self.say(completion, client_token);
        let _ = self.take(Input::Completed { request, error });
    }

    /// Calls the host and returns what it said: 0 if it took the completion.
    fn say(&self, completion: &Completion, client_token: Option<NonZeroU64>) -> u32 {
        let traced = self.trace.is_on();
        if traced {
            let behind = completion.context.and_then(|context| self.engine.payload_of(context));
            let payload = behind.as_ref().map(number);
            drop_payload(behind);
            self.trace.write(Call::Complete(Completion { payload, ..completion.clone() }), &Names::default());
        }
        let error = self.completions.call(completion, client_token);
        if traced {
            let Completion { kind, sender, .. } = *completion;
            self.trace.write(Call::CompleteReturn { kind, sender, error }, &Names::default());
        }
        if error != 0 {
            self.tally.refused();
            log::refused(error);
        }
        error
    }
}

/// The payload that an answer brings along.
fn fresh<C>(answer: &Answer<Arc<C>>) -> Option<PayloadId> {
    match answer {
        Answer::AllowUser { payload: Payload::Fresh(payload), .. }
        | Answer::AllowOperation { payload: Payload::Fresh(payload) } => Some(number(payload)),
        _ => None,
    }
}

/// What a trace calls a payload: its address, which nothing else has until it was dropped.
fn number<C>(payload: &Arc<C>) -> PayloadId {
    PayloadId(Arc::as_ptr(payload).addr() as u64)
}

/// Drops a payload, or one handle on it. A destructor that panics harms nobody else (CL-61).
pub(crate) fn drop_payload<C>(payload: Option<Arc<C>>) {
    guard("destructor of a context", (), || drop(payload));
}
