//! Random histories of the host alone: clients, a clock and a plug-in that do anything, as bytes choose.
//!
//! The plug-in need not be one of ours: it reports equal values, NULL, contexts with failures, and completes with the
//! wrong kind, flags or pointer. After each step the host must have done what the reference machine says.

mod telling;

use wsman_authz_core::call::{Call, Completion, EndOfOperation, Identity, Quota, RequestKind};
use wsman_authz_core::dialect::{COUNT, Dialect};
use wsman_authz_core::fault::Fault;
use wsman_authz_core::host::{Effect, Host, HostConfig, Input, Phase, Shape};
use wsman_authz_core::{ApplicationId, Context, Millis, OperationId, Sender, Timestamp, Token};

use super::{Played, Story};
use crate::reference::host::{Machine, User};

/// How many bytes choose dialect and settings.
pub(super) const HEAD: usize = 4;

/// How many bytes choose one input.
pub(super) const GROUP: usize = 4;

/// Every so many steps each record, operation and request is looked at, and not only their numbers.
const DETAIL: usize = 16;

const APPLICATIONS: [ApplicationId; 2] = [ApplicationId(1), ApplicationId(2)];

pub(super) fn play(bytes: &[u8], fault: Option<Fault>, story: Option<&mut Story>) -> Result<Played, String> {
    let Some((head, _)) = bytes.split_first_chunk() else { return Ok(Played::default()) };
    History::new(*head, fault, story).run(bytes)
}

struct History<'a> {
    host: Host<User>,
    reference: Machine,
    clock: u64,
    /// Operations, contexts and tokens are numbered as they are made.
    last: u64,
    played: Played,
    story: Option<&'a mut Story>,
    /// How many effects of a completion's step came before it; counted for the story.
    due: usize,
}

impl<'a> History<'a> {
    fn new([high, low, first, second]: [u8; HEAD], fault: Option<Fault>, mut story: Option<&'a mut Story>) -> Self {
        let number = usize::from(u16::from_be_bytes([high, low])) % COUNT;
        let dialect = Dialect::nth(number).unwrap_or_default();
        let choice = |byte: u8, choices: [u64; 4]| Millis(choices[usize::from(byte % 4)]);
        let config = HostConfig {
            idle: choice(first, [0, 600, 1500, 2500]),
            refresh: (first / 4 % 4 > 0).then(|| choice(first / 4, [0, 0, 900, 3000])),
            request_timeout: choice(first / 16, [0, 300, 900, 2000]),
            quota: second % 4 > 0,
            enforce_quota: second / 4 % 4 > 0,
        };
        let host = fault.into_iter().fold(Host::new(dialect, config), Host::with_fault);
        let reference = Machine::new(dialect, config);
        if let Some(story) = &mut story {
            story.speak(dialect);
        }
        Self { host, reference, clock: 0, last: 0, played: Played::default(), story, due: 0 }
    }

    fn run(&mut self, bytes: &[u8]) -> Result<Played, String> {
        if bytes[HEAD - 1] / 16 > 0 {
            for application in APPLICATIONS {
                self.step(&Input::Start { application })?;
                self.step(&Input::Started { application, error: 0 })?;
            }
        }
        let (inputs, _) = bytes[HEAD..].as_chunks::<GROUP>();
        for [what, which, how, when] in inputs {
            let now = self.clock;
            let next = self.host.next_deadline().map_or(now, |next| next.0).max(now);
            self.clock = match when % 16 {
                0..8 => now,
                8..11 => now + u64::from(*when),
                11 => now + 3000,
                12 => next.saturating_sub(1).max(now),
                13 => now / 2, // CL-35
                _ => next,
            };
            let input = self.input(*what, usize::from(*which), *how);
            self.step(&input)?;
            self.clock = self.clock.max(now);
        }
        self.finish()?;
        Ok(self.played)
    }

    fn step(&mut self, input: &Input<User>) -> Result<(), String> {
        let now = Timestamp(self.clock);
        self.tell_input(now, input);
        let steps = self.played.taken + self.played.refused;
        let before = steps.is_multiple_of(DETAIL).then(|| self.host.clone());
        let said = self.host.step(now, input.clone());
        self.tell_effects(input, &said);
        self.reference.step(now, input, said.as_ref().map_err(|misuse| *misuse))?;
        self.reference.agree(&self.host)?;
        match &said {
            Ok(outcome) => {
                self.played.taken += 1;
                self.played.contexts += outcome.effects.iter().filter(|effect| is_release(effect)).count();
            }
            Err(_) => self.played.refused += 1,
        }
        let Some(before) = before else { return Ok(()) };
        self.reference.agree_in_detail(&self.host)?;
        match said {
            Err(misuse) if before != self.host => Err(format!("`{misuse}` changed the host")),
            _ => Ok(()),
        }
    }

    fn input(&mut self, what: u8, which: usize, how: u8) -> Input<User> {
        let (application, user) = (APPLICATIONS[which % 2], User((which / 2 % 3) as u8));
        match what % 32 {
            0 => Input::Start { application },
            1 => Input::Started { application, error: u32::from(how.is_multiple_of(4)) },
            2 if how.is_multiple_of(4) => Input::Stop { application, reason: u32::from(how / 64) + 1 },
            3 => Input::Stopped { application },
            4 => Input::Reauthorize { application, user },
            5 | 6 => Input::Respond { operation: self.operation(which) },
            7 | 8 => {
                let how = [
                    EndOfOperation::Completed,
                    EndOfOperation::Cancelled,
                    EndOfOperation::TimedOut,
                    EndOfOperation::Disconnected,
                ][usize::from(how % 4)];
                Input::End { operation: self.operation(which), how }
            }
            9 => Input::Tick,
            2 | 10..17 => {
                let shape = [Shape::Simple, Shape::Enumeration, Shape::Object][usize::from(how % 3)];
                self.last += 1;
                // Numbers do not come in order, and now and then one is taken.
                let fresh = OperationId(self.last ^ 3);
                let operation = if how < 8 { self.operation(which) } else { fresh };
                Input::Request { application, user, operation, shape }
            }
            _ => {
                Input::Complete { completion: self.completion(what / 32, which, how), refuse: which.is_multiple_of(5) }
            }
        }
    }

    /// An operation that the host remembers, or a number that it does not.
    fn operation(&self, which: usize) -> OperationId {
        let numbers = self.reference.numbers();
        let number = which % (numbers.len() + 1);
        self.reference.numbers().nth(number).unwrap_or(OperationId(1 << 32))
    }

    /// What the plug-in says. An eighth of it is what no plug-in may say.
    fn completion(&mut self, manners: u8, which: usize, how: u8) -> Completion {
        let unknown = (Sender(std::num::NonZeroU64::MAX), RequestKind::User);
        let place = which % self.reference.questions().len().max(1);
        let (sender, kind) = self.reference.questions().nth(place).unwrap_or(unknown);
        let error = [5, 995, 0, 0, 0, 0, 0, 0][usize::from(how % 8)];
        let mut said = Completion::failure(kind, sender, error);
        match kind {
            RequestKind::Quota => said.quota = self.quota(which, how),
            RequestKind::User | RequestKind::Operation => said.context = self.context(how / 8),
        }
        if kind == RequestKind::User {
            let choices = [None, Some(Identity::Client), Some(Identity::Host), Some(Identity::Token(Token(self.last)))];
            (said.identity, said.administrator) = (choices[usize::from(how / 32 % 4)], how >= 128);
        }
        match (manners, how / 8 % 4) {
            (0, 0) => said.flags = 1,
            (0, 1) => said.sender = None,
            (0, 2) => said.sender = Some(unknown.0),
            (0, _) => said.kind = [RequestKind::User, RequestKind::Operation, RequestKind::Quota][which % 3],
            _ => {}
        }
        said
    }

    /// NULL, one of a few values that come up again and again, or one of its own.
    fn context(&mut self, how: u8) -> Option<Context> {
        self.last += 1;
        match how % 8 {
            0 => None,
            1..4 => Context::new(u64::from(how / 8) + 21),
            _ => Context::new(self.last + 1000),
        }
    }

    fn quota(&self, which: usize, how: u8) -> Option<Quota> {
        let (shells, operations) = (u32::from(how / 8 % 4), u32::from(how / 32) + u32::from(which % 2 == 1) * 5);
        let (timeslot_s, per_timeslot) = (which as u32 / 2 % 4, which as u32 / 8 % 8);
        (!(how / 8).is_multiple_of(8)).then_some(Quota { shells, operations, timeslot_s, per_timeslot })
    }

    /// Ends everything: then nothing is left.
    fn finish(&mut self) -> Result<(), String> {
        for application in APPLICATIONS {
            if self.host.phase(application) == Some(Phase::Starting) {
                self.step(&Input::Started { application, error: 1 })?;
            }
            self.step(&Input::Stop { application, reason: 3 })?;
            self.step(&Input::Stopped { application })?;
        }
        self.reference.agree_in_detail(&self.host)?;
        if self.host.is_empty() { Ok(()) } else { Err(format!("something is left: {:?}", self.host)) }
    }
}

const fn is_release(effect: &Effect<User>) -> bool {
    matches!(effect, Effect::Cross { call: Call::Release { .. }, .. })
}
