//! Random histories of the engine alone: any input at any moment, legal or not, as bytes choose.
//!
//! After each step the engine must have done what the reference machine says, no less and no more, and an input that
//! was refused must have changed nothing. At the end everything is shut down and given back; then nothing may be left.

mod telling;

use wsman_authz_core::call::{Identity, Quota, RequestKind};
use wsman_authz_core::engine::{Abandoned, Answer, Engine, EngineConfig, Input, Payload, RequestId};
use wsman_authz_core::fault::Fault;
use wsman_authz_core::{ApplicationId, Context, Millis, Sender, Timestamp, Token, code};

use super::{Played, Story};
use crate::reference::engine::{Does, Happens, Machine, REDIRECTS, User, Value};

/// How many bytes choose the configuration.
pub(super) const HEAD: usize = 1;

/// How many bytes choose one input.
pub(super) const GROUP: usize = 3;

/// Every so many steps each lease and each request is looked at, and not only their numbers.
const DETAIL: usize = 32;

const APPLICATIONS: [ApplicationId; 2] = [ApplicationId(1), ApplicationId(2)];

/// Plays the history that bytes stand for: one for the engine's configuration, then three for each input.
///
/// # Errors
/// What is wrong, after the story up to there.
pub fn play_bytes(bytes: &[u8]) -> Result<Played, String> {
    play_with(bytes, None)
}

/// As [`play_bytes`], with a seeded fault in the engine.
///
/// # Errors
/// As [`play_bytes`].
pub fn play_with(bytes: &[u8], fault: Option<Fault>) -> Result<Played, String> {
    play(bytes, fault, None).map_err(|_| {
        let mut story = Story::default();
        let why = play(bytes, fault, Some(&mut story)).err().unwrap_or_default();
        format!("{}   !  {why}\n", story.table())
    })
}

pub(super) fn play(bytes: &[u8], fault: Option<Fault>, story: Option<&mut Story>) -> Result<Played, String> {
    History::new(bytes, fault, story).run(bytes)
}

struct History<'a> {
    engine: Engine<User, Value>,
    reference: Machine,
    clock: u64,
    /// Payloads and tokens are numbered as they are made.
    payloads: Value,
    tokens: u64,
    played: Played,
    story: Option<&'a mut Story>,
}

impl<'a> History<'a> {
    fn new(bytes: &[u8], fault: Option<Fault>, story: Option<&'a mut Story>) -> Self {
        let first = bytes.first().copied().unwrap_or_default();
        let config = EngineConfig {
            generations: [u32::MAX, 1, 2, 3][usize::from(first % 4)],
            answer_within: [None, Some(Millis(2))][usize::from(first / 4 % 2)],
            ..EngineConfig::default()
        };
        let engine = fault.into_iter().fold(Engine::new(config), Engine::with_fault);
        let reference = Machine::new(config.answer_within.map(|within| within.0));
        Self { engine, reference, clock: 0, payloads: 0, tokens: 0, played: Played::default(), story }
    }

    fn run(&mut self, bytes: &[u8]) -> Result<Played, String> {
        if bytes.first().is_some_and(|first| first / 8 % 4 > 0) {
            APPLICATIONS.into_iter().try_for_each(|application| self.step(Input::Startup { application }))?;
        }
        let (inputs, _) = bytes.get(1..).unwrap_or_default().as_chunks::<GROUP>();
        for [what, which, how] in inputs {
            let input = self.input(*what, usize::from(*which), *how);
            self.step(input)?;
        }
        self.finish()?;
        Ok(self.played)
    }

    fn step(&mut self, input: Happens) -> Result<(), String> {
        let now = Timestamp(self.clock);
        self.tell_input(now, &input);
        let steps = self.played.taken + self.played.refused;
        let before = steps.is_multiple_of(DETAIL).then(|| self.engine.clone());
        let said = self.engine.step(now, input.clone());
        let effects = said.as_ref().map(|effects| effects.as_slice()).map_err(|misuse| *misuse);
        self.tell_effects(&input, effects);
        self.reference.step(now, &input, effects)?;
        self.reference.agree(&self.engine)?;
        let Some(before) = before else { return self.count(said.is_ok()) };
        self.reference.agree_in_detail(&self.engine)?;
        match said {
            // Nothing changed but the clock.
            Err(misuse) if before.now() == self.engine.now() && before != self.engine => {
                Err(format!("CL-16: `{misuse}` changed the engine"))
            }
            _ => self.count(said.is_ok()),
        }
    }

    fn count(&mut self, is_taken: bool) -> Result<(), String> {
        let count = if is_taken { &mut self.played.taken } else { &mut self.played.refused };
        *count += 1;
        self.played.contexts = self.reference.ever_reported().len();
        Ok(())
    }

    /// What three bytes stand for. Half of the numbers name something that exists, where anything does.
    fn input(&mut self, what: u8, which: usize, how: u8) -> Happens {
        let application = APPLICATIONS[usize::from(how % 2)];
        let sender = Sender::new(which as u64 % 8 + 1).unwrap_or(Sender(std::num::NonZeroU64::MIN));
        let user = User(how / 2 % 3);
        match what % 16 {
            0 => Input::Startup { application },
            1 if which.is_multiple_of(16) => Input::Shutdown { application },
            1..=3 => Input::AuthorizeUser { application, sender, user },
            4 | 5 => Input::AuthorizeOperation { application, sender, user },
            6 => Input::QueryQuota { application, sender, user },
            7 | 8 => self.answer(which, how),
            9 => {
                self.clock += u64::from(how % 4 / 2);
                self.answer(which, how)
            }
            10 => {
                let why = if how.is_multiple_of(2) { Abandoned::Dropped } else { Abandoned::Panicked };
                Input::Abandon { request: self.replying(which).0, why }
            }
            11 | 12 => {
                let error = if how.is_multiple_of(4) { code::ERROR_INVALID_PARAMETER } else { code::ERROR_SUCCESS };
                Input::Completed { request: self.completing(which), error }
            }
            13 | 14 => Input::Release { context: self.context(which).or_else(|| Context::new(u64::from(how))) },
            _ => {
                self.clock = (self.clock + u64::from(how % 4)).saturating_sub(u64::from(which.is_multiple_of(8)));
                Input::Tick
            }
        }
    }

    fn answer(&mut self, which: usize, how: u8) -> Happens {
        let (request, asked) = self.replying(which);
        let kind = match how / 16 {
            0 => RequestKind::User,
            1 => RequestKind::Operation,
            2 => RequestKind::Quota,
            _ => asked,
        };
        let url = || REDIRECTS[which % REDIRECTS.len()].0.into();
        let answer = match (how % 16, kind) {
            (15, _) => Answer::Redirect { url: url() },
            (11, _) => Answer::Deny { error: code::ERROR_WSMAN_REDIRECT_REQUESTED, text: Some(url()) },
            (7, _) => Answer::Deny { error: u32::from(how / 16), text: which.is_multiple_of(2).then(|| "no".into()) },
            (low, RequestKind::Quota) => {
                Answer::Quota(Quota { timeslot_s: u32::from(low), ..EngineConfig::SERVICE_QUOTA })
            }
            (_, RequestKind::Operation) => Answer::AllowOperation { payload: self.payload(how) },
            (low, RequestKind::User) => {
                let identity = match low / 4 {
                    0 => Identity::Client,
                    1 => Identity::Host,
                    _ => {
                        self.tokens += 1;
                        Identity::Token(Token(self.tokens))
                    }
                };
                Answer::AllowUser { payload: self.payload(how), identity, administrator: which % 2 == 1 }
            }
        };
        Input::Answer { request, answer }
    }

    fn payload(&mut self, how: u8) -> Payload<Value> {
        match how % 4 {
            0 | 1 => {
                self.payloads += 1;
                Payload::Fresh(self.payloads)
            }
            2 => Payload::Shared,
            _ => Payload::None,
        }
    }

    /// One of the contexts that were ever reported; half of the time one that is live.
    fn context(&self, which: usize) -> Option<Context> {
        if which.is_multiple_of(2) {
            return self.reference.live().nth(which / 2 % self.reference.live().len().max(1));
        }
        let ever = self.reference.ever_reported();
        ever.get(which % (ever.len() + 1)).copied()
    }

    /// A request whose reply the policy holds, with its kind, or any number.
    fn replying(&self, which: usize) -> (RequestId, RequestKind) {
        let any = (RequestId(which as u32), RequestKind::User);
        let held = self.reference.held_replies();
        self.reference.held_replies().nth(which % (held.count() + 1)).unwrap_or(any)
    }

    /// A request whose completion is on its way, or any number.
    fn completing(&self, which: usize) -> RequestId {
        let on_their_way = self.reference.on_their_way();
        self.reference.on_their_way().nth(which % (on_their_way.count() + 1)).unwrap_or(RequestId(which as u32))
    }

    /// Shuts everything down, accepts every completion, takes every reply back.
    fn finish(&mut self) -> Result<(), String> {
        APPLICATIONS.into_iter().try_for_each(|application| self.step(Input::Shutdown { application }))?;
        for request in self.reference.on_their_way().collect::<Vec<_>>() {
            self.step(Input::Completed { request, error: code::ERROR_SUCCESS })?;
        }
        for (request, _) in self.reference.held_replies().collect::<Vec<_>>() {
            self.step(Input::Abandon { request, why: Abandoned::Dropped })?;
        }
        self.reference.agree_in_detail(&self.engine)?;
        if self.engine.is_empty() { Ok(()) } else { Err(format!("CL-13: something is left: {:?}", self.engine)) }
    }
}
