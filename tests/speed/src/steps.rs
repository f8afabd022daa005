//! The shipped engine, step by step, as its shell drives it: one lock a step, effects performed outside.

use std::sync::Arc;

use wsman_authz_core::call::Identity;
use wsman_authz_core::engine::{Answer, Effect, Effects, EngineConfig, Input, Payload as Behind, RequestId};
use wsman_authz_core::shared::SharedEngine;
use wsman_authz_core::{ApplicationId, Context, Sender, Timestamp, UserName};

use crate::payload::Payload;

/// What the host gets.
pub type Handle = Option<Context>;

type Value = Arc<Payload>;

const APPLICATION: ApplicationId = ApplicationId(1);

/// As a plug-in has them on a machine of two cores.
const SHARD_BITS: u32 = 3;

/// Nothing has a deadline here, so no clock is read.
const NOW: Timestamp = Timestamp(0);

/// The engine with one application.
#[derive(Debug)]
pub struct Plugged {
    engine: SharedEngine<UserName, Value>,
}

impl Plugged {
    /// The application runs.
    #[must_use]
    pub fn start() -> Self {
        let plugged =
            Self { engine: SharedEngine::new(EngineConfig { shard_bits: SHARD_BITS, ..EngineConfig::default() }) };
        assert!(plugged.step(Input::Startup { application: APPLICATION }).as_slice().is_empty());
        plugged
    }

    fn step(&self, input: Input<UserName, Value>) -> Effects<Value> {
        self.engine.step(NOW, input).expect("a lawful host")
    }

    /// The engine itself.
    #[must_use]
    pub const fn engine(&self) -> &SharedEngine<UserName, Value> {
        &self.engine
    }

    /// A user is asked about and let in.
    ///
    /// # Panics
    /// If the engine does anything else.
    pub fn let_in(&self, user: &UserName, payload: Behind<Value>) -> Handle {
        let (application, sender, user) = (APPLICATION, sender_of(0), user.clone());
        let request = asked(self.step(Input::AuthorizeUser { application, sender, user }));
        let answer = Answer::AllowUser { payload, identity: Identity::Client, administrator: false };
        self.answer(request, answer)
    }

    /// An operation of the user is asked about and allowed.
    ///
    /// # Panics
    /// If the engine does anything else.
    pub fn begin(&self, thread: usize, user: &UserName, payload: impl FnOnce() -> Behind<Value>) -> Handle {
        let request = self.ask(thread, user);
        self.answer(request, Answer::AllowOperation { payload: payload() })
    }

    /// The policy is asked about an operation of the user, and has not answered.
    ///
    /// # Panics
    /// If the engine does anything else.
    pub fn ask(&self, thread: usize, user: &UserName) -> RequestId {
        let (application, sender, user) = (APPLICATION, sender_of(thread), user.clone());
        asked(self.step(Input::AuthorizeOperation { application, sender, user }))
    }

    fn answer(&self, request: RequestId, answer: Answer<Value>) -> Handle {
        let mut handle = None;
        for effect in self.step(Input::Answer { request, answer }) {
            match effect {
                Effect::Complete { completion, .. } => handle = completion.context,
                other => panic!("a yes is a completion, not {other:?}"),
            }
        }
        // What the host's completion function returns.
        let after = self.step(Input::Completed { request, error: 0 });
        assert!(after.as_slice().is_empty() && handle.is_some(), "the host took it");
        handle
    }

    /// The context comes back; its payload, if nothing else keeps it.
    ///
    /// # Panics
    /// If the engine does anything else.
    #[must_use]
    pub fn release(&self, handle: Handle) -> Option<Value> {
        let mut dropped = None;
        for effect in self.step(Input::Release { context: handle }) {
            match effect {
                Effect::Drop(payload) => dropped = Some(payload),
                other => panic!("a release drops and nothing else, not {other:?}"),
            }
        }
        dropped
    }
}

/// Threads have requests of their own.
fn sender_of(thread: usize) -> Sender {
    Sender::new(0x1000 * (thread as u64 + 1)).expect("not NULL")
}

fn asked(effects: Effects<Value>) -> RequestId {
    let mut request = None;
    for effect in effects {
        match effect {
            // What the policy is shown is dropped here, before it answers: it looked at it.
            Effect::Ask { request: id, payload, .. } => {
                std::hint::black_box(&payload);
                request = Some(id);
            }
            other => panic!("a question is put, not {other:?}"),
        }
    }
    request.expect("a question is put")
}
