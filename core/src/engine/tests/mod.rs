//! Stories: what host and policy do, step by step, and everything that the engine asks for in return.
//!
//! Each step names *all* its effects. Beside the story a [`Ledger`] counts payloads and tokens, and at the end
//! nothing may be left. Numbers are given out lowest first, so a story can say which request and which lease it means.

mod answers;
mod applications;
#[cfg(feature = "faults")]
mod faults;
mod grants;
mod leases;
mod ledger;
mod overdue;
mod payloads;
mod phases;
mod refusals;
mod requests;
mod tables;
mod words;

use alloc::vec::Vec;

use super::{Abandoned, Effect, Engine, EngineConfig, Input, Misuse, Payload, Phase, RequestId};
use crate::code::ERROR_ACCESS_DENIED;
use crate::id::{ApplicationId, Context};
use crate::time::{Millis, Timestamp};
use ledger::Ledger;
use words::*;

type User = &'static str;
type Value = &'static str;
type Happens = Input<User, Value>;
type Does = Effect<Value>;

/// One engine, and what happened to it so far.
struct Story {
    engine: Engine<User, Value>,
    ledger: Ledger,
    now: u64,
}

/// A story in which application [`A`] runs and policies may take for ever.
fn story() -> Story {
    let mut story = untold(EngineConfig::default());
    story.then(starts(A), []);
    story
}

/// A story in which application [`A`] runs and policies must answer within 10 ms.
fn hurried() -> Story {
    let mut story = untold(EngineConfig { answer_within: Some(Millis(10)), ..EngineConfig::default() });
    story.then(starts(A), []);
    story
}

/// A story in which nothing has started.
fn untold(config: EngineConfig) -> Story {
    Story { engine: Engine::new(config), ledger: Ledger::default(), now: 0 }
}

impl Story {
    fn at(&mut self, ms: u64) -> &mut Self {
        self.now = ms;
        self
    }

    /// One step, with the ledger kept; no expectation.
    fn step(&mut self, input: Happens) -> Result<Vec<Does>, Misuse> {
        let before = self.engine.clone();
        self.ledger.hears(&input);
        let outcome = self.engine.step(Timestamp(self.now), input).map(|effects| effects.as_slice().to_vec());
        match &outcome {
            Ok(effects) => self.ledger.sees(effects),
            Err(_) => assert!(same_but_time(before, &self.engine), "misuse changes nothing"),
        }
        for lease in self.engine.leases() {
            let dropped = lease.payload.filter(|payload| !self.ledger.keeps(payload));
            assert_eq!(dropped, None, "CL-12: dropped under a lease");
            assert_eq!(self.engine.payload_of(lease.context), lease.payload);
        }
        assert_eq!(self.engine.live_leases(), self.engine.leases().count());
        outcome
    }

    /// The engine does exactly this.
    #[track_caller]
    fn then<const N: usize>(&mut self, input: Happens, effects: [Does; N]) {
        assert_eq!(self.step(input), Ok(Vec::from(effects)));
    }

    /// The engine reports this and nothing changes.
    #[track_caller]
    fn misuse(&mut self, input: Happens, misuse: Misuse) {
        assert_eq!(self.step(input), Err(misuse));
    }

    /// `user` of application [`A`] is let in with a payload of its own; the host accepts.
    #[track_caller]
    fn enters(&mut self, user: User, payload: Value, lease: Context) {
        self.then(asks_user(A, 1, user), [asked(R0, USER, None)]);
        self.then(answers(R0, let_in(Payload::Fresh(payload))), [yes_user(R0, 1, lease)]);
        self.then(accepts(R0), []);
    }

    /// Nothing speaks for `user`: an operation is denied and the policy does not see it (CL-23).
    #[track_caller]
    fn denies_without_grant(&mut self, user: User) {
        let (before, request) = (self.engine.open_requests(), RequestId(self.engine.open_requests() as u32));
        let denied = no(request, OPERATION, 9, ERROR_ACCESS_DENIED);
        self.then(asks_operation(A, 9, user), [reports(Misuse::NoGrant(OPERATION)), denied]);
        self.then(accepts(request), []);
        assert_eq!(self.engine.open_requests(), before);
    }

    /// Shutdown of an application in which nothing is open, and nothing was left in it.
    #[track_caller]
    fn ends(&mut self, application: ApplicationId) {
        self.then(stops(application), [drained(application, 0, 0)]);
    }

    /// Nothing is left, and everything that was brought in went out once.
    #[track_caller]
    fn over(self) {
        assert!(self.engine.is_empty(), "left: {:?}", self.engine);
        self.ledger.balances();
    }

    /// Ends application [`A`] and the story without a word more than needed, wherever it stands.
    #[track_caller]
    fn wind_up(mut self) {
        if self.engine.has_application(A) && self.step(stops(A)).is_err() {
            assert!(self.engine.open_requests() > 0, "it drains already");
        }
        let open: Vec<_> = self.engine.requests().map(|open| (open.request, open.phase, open.reply_out)).collect();
        for (request, phase, reply_out) in open {
            if phase == Phase::Completing {
                assert!(self.step(accepts(request)).is_ok());
            }
            if reply_out {
                assert!(self.step(abandons(request, Abandoned::Dropped)).is_ok());
            }
        }
        self.over();
    }

    fn phase(&self, request: RequestId) -> Option<(Phase, bool)> {
        let open = self.engine.requests().find(|open| open.request == request)?;
        Some((open.phase, open.reply_out))
    }
}

fn same_but_time(mut before: Engine<User, Value>, after: &Engine<User, Value>) -> bool {
    for (before, after) in before.shards.iter_mut().zip(&after.shards) {
        before.clock = after.clock;
    }
    before == *after
}
