//! A trace as `drive` would write it: the shipped host, a thousand users, and a plug-in that always says yes.

use std::borrow::Cow;
use std::collections::VecDeque;

use wsman_authz_core::call::{Call, Completion, Crossing, EndOfOperation, Identity, Quota, RequestKind};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::host::{Effect, Host, HostConfig, Input, Outcome, Shape};
use wsman_authz_core::trace::{Cast, TraceSide, write_header, write_record};
use wsman_authz_core::{ApplicationId, Context, Millis, OperationId, Sender, ThreadId, Timestamp};

use crate::payload::name;
use crate::random::Random;

const APPLICATION: ApplicationId = ApplicationId(1);
const USERS: usize = 1000;

/// Some users are idle for so long now and then, when each comes every ten seconds or so.
const IDLE: Millis = Millis(60_000);

/// Operations that are open at a time.
const OPEN: usize = 50;

/// Users and operations by their names.
struct Names;

impl Cast<u32> for Names {
    fn user<'a>(&'a self, user: &'a u32) -> [Cow<'a, str>; 2] {
        [name(*user as usize).into(), "Negotiate".into()]
    }

    fn operation(&self, _: Option<OperationId>) -> Option<[Cow<'_, str>; 2]> {
        let action = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";
        Some([action.into(), "http://schemas.example.org/resource".into()])
    }
}

struct Story {
    host: Host<u32>,
    now: u64,
    seq: u64,
    contexts: u64,
    operations: u64,
    open: VecDeque<OperationId>,
    text: Vec<u8>,
}

/// A lawful trace of about so many bytes, with its end.
pub(super) fn written(bytes: usize) -> Vec<u8> {
    let config = HostConfig { idle: IDLE, enforce_quota: false, ..HostConfig::default() };
    let (host, text) = (Host::new(Dialect::default(), config), Vec::with_capacity(bytes + (1 << 16)));
    let mut story = Story { host, now: 0, seq: 1, contexts: 0, operations: 0, open: VecDeque::new(), text };
    write_header(&mut story.text, TraceSide::Host, Some("default"));
    story.text.push(b'\n');
    story.take(Input::Start { application: APPLICATION });
    let mut random = Random::new(0);
    while story.text.len() < bytes {
        story.now += random.below(20) as u64;
        story.request(random.below(USERS) as u32, random.below(4));
        if story.open.len() > OPEN {
            story.end_oldest(random.below(8));
        }
    }
    story.take(Input::Stop { application: APPLICATION, reason: 3 });
    story.text
}

impl Story {
    fn request(&mut self, user: u32, shape: usize) {
        self.operations += 1;
        let operation = OperationId(self.operations);
        let shape = [Shape::Simple, Shape::Simple, Shape::Enumeration, Shape::Object][shape];
        self.take(Input::Request { application: APPLICATION, user, operation, shape });
        self.open.push_back(operation);
    }

    fn end_oldest(&mut self, how: usize) {
        use EndOfOperation::{Cancelled, Completed, Disconnected};
        let Some(operation) = self.open.pop_front() else { return };
        let how = [Cancelled, Disconnected].get(how).copied().unwrap_or(Completed);
        self.take(Input::End { operation, how });
    }

    fn step(&mut self, input: Input<u32>) -> Vec<Effect<u32>> {
        let outcome = self.host.step(Timestamp(self.now), input);
        let Ok(Outcome { error: 0, effects }) = outcome else { panic!("a lawful history, not {outcome:?}") };
        effects
    }

    /// The host takes an input; everything that follows from it happens at once.
    fn take(&mut self, input: Input<u32>) {
        let mut effects = VecDeque::from(self.step(input));
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Cross { call, .. } => effects.extend(self.cross(call)),
                Effect::Begun(_) => {}
                Effect::Refused(operation, why) => panic!("{operation} is refused: {why:?}"),
            }
        }
    }

    /// A letter crosses, with what the plug-in does about it and its return.
    fn cross(&mut self, call: Call<u32>) -> Vec<Effect<u32>> {
        self.write(call.clone());
        match call {
            Call::Startup { application, .. } => {
                self.write(Call::StartupReturn { application, error: 0 });
                self.step(Input::Started { application, error: 0 })
            }
            Call::Shutdown { application, .. } => {
                self.write(Call::ShutdownReturn { application, error: 0 });
                self.step(Input::Stopped { application })
            }
            Call::AuthorizeUser { sender, .. } => self.answer(RequestKind::User, sender),
            Call::AuthorizeOperation { sender, .. } => self.answer(RequestKind::Operation, sender),
            Call::QueryQuota { sender, .. } => self.answer(RequestKind::Quota, sender),
            Call::Release { context } => {
                self.write(Call::ReleaseReturn { context });
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// The plug-in says yes from inside the entry point.
    fn answer(&mut self, kind: RequestKind, sender: Sender) -> Vec<Effect<u32>> {
        let mut completion = Completion::failure(kind, sender, 0);
        if kind == RequestKind::Quota {
            completion.quota = Some(Quota { shells: 30, operations: 1500, timeslot_s: 1, per_timeslot: 10_000 });
        } else {
            self.contexts += 1;
            completion.context = Context::new(1 << 32 | self.contexts);
            completion.identity = Some(Identity::Client).filter(|_| kind == RequestKind::User);
        }
        self.write(Call::Complete(completion.clone()));
        let effects = self.step(Input::Complete { completion, refuse: false });
        self.write(Call::CompleteReturn { kind, sender: Some(sender), error: 0 });
        self.write(Call::EntryReturn { kind, sender });
        effects
    }

    fn write(&mut self, call: Call<u32>) {
        self.seq += 1;
        let crossing = Crossing { at: Timestamp(self.now), thread: ThreadId(1), call };
        write_record(&mut self.text, self.seq, &crossing, &Names);
        self.text.push(b'\n');
    }
}
