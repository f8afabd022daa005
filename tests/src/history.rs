//! Random histories of the engine alone: any input at any moment, legal or not, as bytes choose.
//!
//! After each step the books must agree with the engine, and an input that was refused must have changed nothing.
//! At the end everything is shut down and given back; then nothing may be left.

use std::fmt::Write as _;

use wsman_authz_core::call::{Identity, RequestKind};
use wsman_authz_core::engine::{Abandoned, Answer, Engine, EngineConfig, Input, Payload, Phase, RequestId};
use wsman_authz_core::fault::Fault;
use wsman_authz_core::{ApplicationId, Context, Millis, Sender, Timestamp, Token, code};

use crate::books::Books;

/// A user of a history.
pub(crate) type User = u8;
/// A payload of a history.
pub(crate) type Value = u32;
/// The one redirect of a history that may go out (CL-73).
pub(crate) const GOOD_URL: &str = "https://b.example/wsman";
/// What happens in a history.
pub(crate) type Happens = Input<User, Value>;

/// What a history saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Inputs that the engine took.
    pub taken: usize,
    /// Inputs that it refused.
    pub refused: usize,
    /// Leases that were reported.
    pub leases: usize,
}

/// Plays the history that bytes stand for: one for the engine's configuration, then three for each input.
///
/// # Errors
/// What is wrong, after the story up to there.
pub fn play_bytes(bytes: &[u8]) -> Result<Played, String> {
    play(bytes, None)
}

/// As [`play_bytes`], with a seeded fault in the engine.
///
/// # Errors
/// As [`play_bytes`].
pub fn play(bytes: &[u8], fault: Option<Fault>) -> Result<Played, String> {
    let told = History::new(bytes, fault).run(bytes);
    told.map_err(|_| {
        let mut again = History::new(bytes, fault);
        again.story = Some(String::new());
        let why = again.run(bytes).err().unwrap_or_default();
        format!("{}{why}\n", again.story.unwrap_or_default())
    })
}

struct History {
    engine: Engine<User, Value>,
    books: Books,
    clock: u64,
    played: Played,
    story: Option<String>,
}

impl History {
    fn new(bytes: &[u8], fault: Option<Fault>) -> Self {
        let first = bytes.first().copied().unwrap_or_default();
        let config = EngineConfig {
            generations: [u32::MAX, 1, 2, 3][usize::from(first % 4)],
            answer_within: [None, Some(Millis(2))][usize::from(first / 4 % 2)],
        };
        let engine = Engine::new(config);
        let engine = fault.into_iter().fold(engine, Engine::with_fault);
        let mut books = Books::default();
        books.clock.1 = config.answer_within.map(|within| within.0);
        Self { engine, books, clock: 0, played: Played::default(), story: None }
    }

    fn run(&mut self, bytes: &[u8]) -> Result<Played, String> {
        let (inputs, _) = bytes.get(1..).unwrap_or_default().as_chunks();
        for [what, which, how] in inputs {
            let input = self.input(*what, usize::from(*which), *how);
            self.step(input)?;
        }
        self.finish()?;
        Ok(self.played)
    }

    fn step(&mut self, input: Happens) -> Result<(), String> {
        let (before, now) = (self.engine.clone(), Timestamp(self.clock));
        if let Some(story) = &mut self.story {
            let _ = writeln!(story, "{now:?} {input:?}");
        }
        self.books.clock.0 = self.books.clock.0.max(self.clock); // CL-35
        match self.engine.step(now, input.clone()) {
            Ok(effects) => {
                self.played.taken += 1;
                if let Some(story) = &mut self.story {
                    effects.as_slice().iter().for_each(|effect| {
                        let _ = writeln!(story, "    {effect:?}");
                    });
                }
                self.books.take(&input, effects.as_slice())?;
                self.played.leases = self.books.reported();
            }
            Err(misuse) => {
                self.played.refused += 1;
                if self.engine != before {
                    return Err(format!("CL-16: `{misuse}` changed the engine"));
                }
            }
        }
        if self.engine.now() < before.now() {
            return Err("CL-35: the engine's time ran backwards".to_owned());
        }
        self.books.agree(&self.engine)
    }

    /// What three bytes stand for. Half of the numbers name something that exists, where anything does.
    fn input(&mut self, what: u8, which: usize, how: u8) -> Happens {
        let application = ApplicationId(u32::from(how) % 2 + 1);
        let sender = Sender::new(which as u64 % 8 + 1).unwrap_or(Sender(std::num::NonZeroU64::MIN));
        let user = how / 2 % 3;
        match what % 16 {
            0 => Input::Startup { application },
            1 if which.is_multiple_of(4) => Input::Shutdown { application },
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
            13 | 14 => {
                let context = self.books.any_context(which).or_else(|| Context::new(u64::from(how)));
                Input::Release { context }
            }
            _ => {
                // Time passes only here and with answers, which are never refused: what a refused input changed can be
                // told from the passing of time.
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
        let payload = match how % 4 {
            0 | 1 => Payload::Fresh(self.books.create(request)),
            2 => Payload::Shared,
            _ => Payload::None,
        };
        let answer = match (how % 16, kind) {
            (15, _) => Answer::Redirect { url: GOOD_URL.into() },
            (11, _) => Answer::Redirect { url: "elsewhere".into() },
            (7, _) => Answer::Deny { error: u32::from(how / 16), text: None },
            (_, RequestKind::Quota) => {
                // What a policy does not give away it keeps; here it drops it at once.
                self.books.keep(&payload);
                let timeslot_s = u32::from(how % 16);
                Answer::Quota(wsman_authz_core::call::Quota { timeslot_s, ..EngineConfig::SERVICE_QUOTA })
            }
            (_, RequestKind::Operation) => Answer::AllowOperation { payload },
            (low, RequestKind::User) => {
                let identity = match low / 4 {
                    0 => Identity::Client,
                    1 => Identity::Host,
                    _ => Identity::Token(Token(self.books.create_token())),
                };
                Answer::AllowUser { payload, identity, administrator: false }
            }
        };
        Input::Answer { request, answer }
    }

    /// A request whose reply the policy holds, with its kind, or any number.
    fn replying(&self, which: usize) -> (RequestId, RequestKind) {
        let held: Vec<_> = self.engine.requests().filter(|request| request.reply_out).collect();
        let any = (RequestId(which as u32), RequestKind::User);
        held.get(which % (held.len() + 1)).map_or(any, |request| (request.request, request.kind))
    }

    /// A request whose completion is on its way, or any number.
    fn completing(&self, which: usize) -> RequestId {
        let open = self.engine.requests().filter(|request| request.phase == Phase::Completing);
        let open: Vec<RequestId> = open.map(|request| request.request).collect();
        open.get(which % (open.len() + 1)).copied().unwrap_or(RequestId(which as u32))
    }

    /// Shuts everything down, accepts every completion, takes every reply back.
    fn finish(&mut self) -> Result<(), String> {
        for application in [1, 2].map(ApplicationId) {
            self.step(Input::Shutdown { application })?;
        }
        let completing = self.engine.requests().filter(|request| request.phase == Phase::Completing);
        for request in completing.map(|request| request.request).collect::<Vec<_>>() {
            self.step(Input::Completed { request, error: code::ERROR_SUCCESS })?;
        }
        let held = self.engine.requests().filter(|request| request.reply_out).map(|request| request.request);
        for request in held.collect::<Vec<_>>() {
            self.step(Input::Abandon { request, why: Abandoned::Dropped })?;
        }
        if !self.engine.is_empty() {
            return Err(format!("CL-13: something is left in the engine: {:?}", self.engine));
        }
        self.books.balanced()
    }
}
