//! The host against the contract: clients, a clock and a plug-in that break no rule, and otherwise do anything, under
//! any dialect. The contract must find nothing, and at the end nothing may be left.

use wsman_authz_core::call::{Call, Completion, Crossing, EndOfOperation, Identity, Quota, RequestKind};
use wsman_authz_core::contract::{Contract, Vantage};
use wsman_authz_core::dialect::{COUNT, Dialect, Refusal};
use wsman_authz_core::fault::Fault;
use wsman_authz_core::host::{Effect, Host, HostConfig, Input, Outcome, Phase, Place, Shape};
use wsman_authz_core::trace::{Cast, TraceSide, write_header, write_record};
use wsman_authz_core::{ApplicationId, Context, Millis, OperationId, Sender, ThreadId, Timestamp, code};

use std::borrow::Cow;

use crate::choices::Choices;

const APPLICATIONS: [ApplicationId; 2] = [ApplicationId(1), ApplicationId(2)];

/// How many users there are, how many answers in eight report a value that others report too, and how many such values
/// an application has.
const CROWDS: [(u8, u8, u8); 2] = [(2, 3, 3), (8, 7, 1)];

/// The thread on which questions are put.
const USUAL: ThreadId = ThreadId(1);

/// A completion that has not returned.
struct Inside {
    thread: ThreadId,
    kind: RequestKind,
    sender: Sender,
    error: u32,
}

struct Play {
    host: Host<u8>,
    contract: Contract<u8, u64>,
    now: u64,
    seq: u64,
    threads: u32,
    contexts: u64,
    operations: u64,
    crowd: (u8, u8, u8),
    inside: Vec<Inside>,
    /// The trace, if somebody listens.
    story: Option<Vec<u8>>,
}

/// Users and operations of a play in a trace.
struct Names;

impl Cast<u8> for Names {
    fn user<'a>(&'a self, user: &'a u8) -> [Cow<'a, str>; 2] {
        [format!("user{user}").into(), "Negotiate".into()]
    }

    fn operation(&self, _: Option<OperationId>) -> Option<[Cow<'_, str>; 2]> {
        None
    }
}

/// Plays what bytes stand for: the dialect, the host's settings, then what happens.
///
/// # Errors
/// A trace that `wsman-authz judge` reads, and behind it, what is wrong.
pub fn play(bytes: &[u8], fault: Option<Fault>) -> Result<(), String> {
    let played = Play::new(&mut Choices::new(bytes), fault, false).1.map_err(drop);
    played.map_err(|()| {
        let (play, why) = Play::new(&mut Choices::new(bytes), fault, true);
        let story = play.story.unwrap_or_default();
        format!("{}{}\n", String::from_utf8_lossy(&story), why.err().unwrap_or_default())
    })
}

impl Play {
    fn new(choices: &mut Choices, fault: Option<Fault>, tells: bool) -> (Self, Result<(), String>) {
        let number = usize::from(u16::from_be_bytes([choices.byte(), choices.byte()])) % COUNT;
        let dialect = Dialect::nth(number).unwrap_or_default();
        let settings = choices.byte();
        let config = HostConfig {
            idle: Millis(3 + u64::from(settings % 2) * 10),
            refresh: [None, Some(Millis(0)), Some(Millis(4))][usize::from(settings / 2 % 3)],
            request_timeout: Millis(2),
            quota: settings & 0x20 != 0,
            enforce_quota: settings & 0x40 != 0,
        };
        let host = Host::new(dialect, config);
        let host = fault.into_iter().fold(host, Host::with_fault);
        let story = tells.then(|| {
            let mut story = Vec::new();
            write_header(&mut story, TraceSide::Host, Some(&dialect.to_string()));
            story.push(b'\n');
            story
        });
        let contract = Contract::new(dialect, Vantage::Host);
        let (now, seq, threads, contexts, operations, inside) = (0, 1, 1, 0, 0, Vec::new());
        let crowd = CROWDS[usize::from(settings >> 7)];
        let mut play = Self { host, contract, now, seq, threads, contexts, operations, crowd, inside, story };
        let played = play.run(choices);
        (play, played)
    }

    fn run(&mut self, choices: &mut Choices) -> Result<(), String> {
        self.start(APPLICATIONS[0], 0)?;
        while !choices.is_over() {
            self.happen(choices)?;
        }
        self.finish()
    }

    /// Something crosses, and is judged.
    fn cross(&mut self, thread: ThreadId, call: Call<u8>) -> Result<(), String> {
        self.seq += 1;
        let crossing = Crossing { at: Timestamp(self.now), thread, call };
        if let Some(story) = &mut self.story {
            write_record(story, self.seq, &crossing, &Names);
            story.push(b'\n');
        }
        let findings = self.contract.observe(self.seq, &crossing);
        match findings.broken.first() {
            None => Ok(()),
            Some(found) => Err(format!("{} is broken: {}", found.rule, found.why)),
        }
    }

    /// The host takes an input. What nobody could ask for is no step; then nothing crosses.
    fn step(&mut self, input: Input<u8>, within: ThreadId) -> Result<u32, String> {
        let Ok(Outcome { error, effects }) = self.host.step(Timestamp(self.now), input) else { return Ok(0) };
        for effect in effects {
            let Effect::Cross { place, call } = effect else { continue };
            let thread = match (&call, place) {
                (Call::Release { .. }, Place::Inside) => within,
                (Call::Release { .. }, _) => self.fresh_thread(),
                _ => USUAL,
            };
            let back = match &call {
                Call::Release { context } => Some(Call::ReleaseReturn { context: *context }),
                Call::AuthorizeUser { sender, .. } => Some(entry_return(RequestKind::User, *sender)),
                Call::AuthorizeOperation { sender, .. } => Some(entry_return(RequestKind::Operation, *sender)),
                Call::QueryQuota { sender, .. } => Some(entry_return(RequestKind::Quota, *sender)),
                _ => None,
            };
            self.cross(thread, call)?;
            back.map_or(Ok(()), |back| self.cross(thread, back))?;
        }
        Ok(error)
    }

    fn fresh_thread(&mut self) -> ThreadId {
        self.threads += 1;
        ThreadId(self.threads)
    }

    fn happen(&mut self, choices: &mut Choices) -> Result<(), String> {
        let what = choices.byte();
        let application = APPLICATIONS[usize::from(what >= 0xE0)];
        let user = choices.byte() % self.crowd.0;
        match what % 16 {
            0..=3 => {
                self.operations += 1;
                let shape = [Shape::Simple, Shape::Enumeration, Shape::Object, Shape::Simple][usize::from(what % 4)];
                let operation = OperationId(self.operations);
                self.step(Input::Request { application, user, operation, shape }, USUAL)
            }
            4..=8 => return self.complete(choices),
            9 => self.step(Input::Reauthorize { application, user }, USUAL),
            10 => {
                let operation = self.operation(choices);
                self.step(Input::Respond { operation }, USUAL)
            }
            11 => {
                let how = [EndOfOperation::Completed, EndOfOperation::Cancelled, EndOfOperation::TimedOut];
                let (operation, how) = (self.operation(choices), how[usize::from(what / 16 % 3)]);
                self.step(Input::End { operation, how }, USUAL)
            }
            12 | 13 => {
                // A clock may also be set back.
                let span = u64::from(choices.byte());
                self.now = if span >= 0xF0 { self.now.saturating_sub(span - 0xF0) } else { self.now + span % 8 };
                self.step(Input::Tick, USUAL)
            }
            14 if choices.once_in(4) => return self.stop(application),
            14 => return self.start(application, u32::from(choices.once_in(8)) * code::ERROR_ACCESS_DENIED),
            _ => return self.come_back(choices.below(4)),
        }
        .map(drop)
    }

    /// Any operation that the host remembers, or one that it does not.
    fn operation(&self, choices: &mut Choices) -> OperationId {
        let which = choices.below(usize::from(u8::MAX));
        let known = self.host.operations().count();
        self.host.operations().nth(which % (known + 1)).map_or(OperationId(0), |(id, _)| id)
    }

    fn start(&mut self, application: ApplicationId, error: u32) -> Result<(), String> {
        if self.host.phase(application).is_some() {
            return Ok(());
        }
        self.step(Input::Start { application }, USUAL)?;
        self.cross(USUAL, Call::StartupReturn { application, error })?;
        self.step(Input::Started { application, error }, USUAL).map(drop)
    }

    /// The plug-in answers a question that is open.
    fn complete(&mut self, choices: &mut Choices) -> Result<(), String> {
        let open = self.host.requests().count();
        let Some((sender, request)) = self.host.requests().nth(choices.below(open)) else { return Ok(()) };
        let (kind, application) = (request.purpose.kind(), request.application);
        let refuse = self.host.dialect().refusal == Refusal::Refuses && choices.once_in(4);
        let said = self.answer(choices, kind, sender, application);
        self.say(said, refuse)?;
        // Most completions return before anything else happens.
        if choices.once_in(4) { Ok(()) } else { self.come_back(0) }
    }

    fn answer(
        &mut self,
        choices: &mut Choices,
        kind: RequestKind,
        sender: Sender,
        application: ApplicationId,
    ) -> Completion {
        let how = choices.byte();
        let mut said = Completion::failure(kind, sender, code::ERROR_ACCESS_DENIED);
        if how % 4 == 3 {
            if kind == RequestKind::User && how / 4 % 4 == 3 {
                said.error = code::ERROR_WSMAN_REDIRECT_REQUESTED;
                said.extended = Some("https://b.example/wsman".into());
            }
            return said;
        }
        said.error = code::ERROR_SUCCESS;
        match kind {
            RequestKind::User => said.identity = Some([Identity::Client, Identity::Host][usize::from(how / 4 % 2)]),
            RequestKind::Operation => {}
            RequestKind::Quota => {
                let few = u32::from(how / 4 % 4) + 1;
                said.quota = Some(Quota { shells: few, operations: few, timeslot_s: 1, per_timeslot: few });
                return said;
            }
        }
        let (_, equal, values) = self.crowd;
        said.context = match how / 8 % 8 {
            0 => None,
            // A value that is reported more than once, within one application.
            same if same <= equal => Context::new(u64::from(application.0) << 8 | u64::from(same % values)),
            _ => {
                self.contexts += 1;
                Context::new(1 << 32 | self.contexts)
            }
        };
        said
    }

    fn say(&mut self, said: Completion, refuse: bool) -> Result<(), String> {
        let thread = self.fresh_thread();
        self.step(Input::Tick, USUAL)?; // what is due by now expires before the host hears of it
        let (kind, Some(sender)) = (said.kind, said.sender) else { return Ok(()) };
        self.cross(thread, Call::Complete(said.clone()))?;
        let error = self.step(Input::Complete { completion: said, refuse }, thread)?;
        self.inside.push(Inside { thread, kind, sender, error });
        Ok(())
    }

    /// A completion returns: the last one, or one of those before it.
    fn come_back(&mut self, which: usize) -> Result<(), String> {
        let Some(last) = self.inside.len().checked_sub(1) else { return Ok(()) };
        let Inside { thread, kind, sender, error } = self.inside.remove(last - which.min(last));
        self.cross(thread, Call::CompleteReturn { kind, sender: Some(sender), error })
    }

    /// Shutdown: the plug-in fails what is open, and returns when everything is out (CL-54).
    fn stop(&mut self, application: ApplicationId) -> Result<(), String> {
        if self.host.phase(application) != Some(Phase::Running) {
            return Ok(());
        }
        self.step(Input::Stop { application, reason: 3 }, USUAL)?;
        let open = self.host.requests().filter(|(_, request)| request.application == application);
        for (sender, kind) in open.map(|(sender, request)| (sender, request.purpose.kind())).collect::<Vec<_>>() {
            self.say(Completion::failure(kind, sender, code::ERROR_OPERATION_ABORTED), false)?;
        }
        while !self.inside.is_empty() {
            self.come_back(0)?;
        }
        self.cross(USUAL, Call::ShutdownReturn { application, error: 0 })?;
        self.step(Input::Stopped { application }, USUAL).map(drop)
    }

    fn finish(&mut self) -> Result<(), String> {
        APPLICATIONS.into_iter().try_for_each(|application| self.stop(application))?;
        let left = self.contract.live().count();
        let is_empty = self.host.is_empty() && self.contract.pending() == 0 && left == 0;
        if is_empty { Ok(()) } else { Err(format!("something is left: {left} leases, {:?}", self.host)) }
    }
}

const fn entry_return(kind: RequestKind, sender: Sender) -> Call<u8> {
    Call::EntryReturn { kind, sender }
}
