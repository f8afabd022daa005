//! Call sequences through the C boundary: the reference host, under any dialect, calls a plug-in whose policy does what
//! bytes say. The contract judges each call; leases, payloads and requests must balance at the end.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use wsman_authz::testing::dialect::Refusal;
use wsman_authz::testing::{COUNT, Client, Dialect, EndOfOperation, Operation, Report, TestHost};
use wsman_authz::{
    Action, ApplicationInfo, Identity, OperationRequest, OwnedToken, Plugin, Quota, QuotaRequest, ShutdownReason,
    StartError, UserGrant, UserRequest,
};
use wsman_authz_core::fault::Fault;

use crate::choices::Choices;

/// What a policy says when it panics.
const PANIC: &str = "the policy panics";

const APPLICATIONS: [&str; 2] = ["wsman/a", "wsman/b"];
const USERS: [&str; 3] = ["ann", "bob", "eve"];

/// What host and policy share in one execution.
struct Board {
    choices: Mutex<Choices>,
    held: Mutex<Vec<Held>>,
    /// Whether each payload is gone.
    payloads: Mutex<Vec<bool>>,
    wrong: Mutex<Option<String>>,
}

thread_local! {
    static BOARD: RefCell<Option<Arc<Board>>> = const { RefCell::new(None) };
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A payload: of a user, by name and mechanism.
struct Probe {
    board: Arc<Board>,
    number: usize,
    owner: [String; 2],
}

impl Drop for Probe {
    fn drop(&mut self) {
        let gone = std::mem::replace(&mut locked(&self.board.payloads)[self.number], true);
        if gone {
            self.board.complain("CL-13: a payload is dropped twice");
        }
        if self.board.choose(16) == 15 {
            resume_unwind(Box::new(PANIC)); // CL-61
        }
    }
}

/// A policy, with a deadline of so many seconds; 0 is none.
struct Policy<const SECONDS: u64>(Arc<Board>);

enum Held {
    User(UserRequest<Probe>),
    Operation(OperationRequest<Probe>),
    Quota(QuotaRequest<Probe>),
}

impl Board {
    fn choose(&self, bound: usize) -> usize {
        locked(&self.choices).below(bound)
    }

    fn complain(&self, why: &str) {
        locked(&self.wrong).get_or_insert_with(|| why.to_owned());
    }

    fn probe(self: &Arc<Self>, sender: &wsman_authz::Sender) -> Probe {
        let mut payloads = locked(&self.payloads);
        payloads.push(false);
        let owner = [sender.name(), sender.mechanism()].map(str::to_owned);
        Probe { board: Arc::clone(self), number: payloads.len() - 1, owner }
    }

    /// A question came in: it is answered now, held for later, or answered by another thread.
    fn arrive(self: &Arc<Self>, held: Held) {
        let (sender, shown) = match &held {
            Held::User(request) => (request.sender(), request.user_context()),
            Held::Operation(request) => (request.sender(), request.user_context()),
            Held::Quota(request) => (request.sender(), request.user_context()),
        };
        if shown.is_some_and(|probe| probe.owner != [sender.name(), sender.mechanism()]) {
            self.complain("CL-71: a payload of another user is shown");
        }
        if shown.is_some_and(|probe| locked(&self.payloads)[probe.number]) {
            self.complain("CL-12: a payload is shown that is gone");
        }
        match self.choose(16) {
            0..=10 => self.answer(held),
            11 => thread::scope(|scope| drop(scope.spawn(|| self.answer_outside(held)).join())),
            _ => locked(&self.held).push(held),
        }
    }

    /// The answer comes from a thread of the author's: a panic there is none of the library's business.
    fn answer_outside(self: &Arc<Self>, held: Held) {
        drop(catch_unwind(AssertUnwindSafe(|| self.answer(held))));
    }

    fn answer_one(self: &Arc<Self>) -> bool {
        let mut waiting = locked(&self.held);
        let count = waiting.len();
        if count == 0 {
            return false;
        }
        let held = waiting.remove(self.choose(256) % count);
        drop(waiting);
        self.answer_outside(held);
        true
    }

    fn answer(self: &Arc<Self>, held: Held) {
        let how = self.choose(16);
        match (how, held) {
            (10, _held) => resume_unwind(Box::new(PANIC)),
            (11, held) => drop(held),
            (12 | 13, Held::User(request)) => request.deny_with(5, "no"),
            (14, Held::User(request)) => request.redirect("https://b.example/wsman"),
            (15, Held::User(request)) => request.redirect("elsewhere"),
            (12.., Held::Operation(request)) => request.deny(),
            (12.., Held::Quota(request)) => request.deny(),
            (_, Held::User(request)) => self.let_in(request, how),
            (_, Held::Operation(request)) => match how % 3 {
                0 => request.allow(),
                1 => request.allow_sharing_context(),
                _ => {
                    let probe = self.probe(request.sender());
                    request.allow_with_context(probe);
                }
            },
            (_, Held::Quota(request)) => {
                let many = how as u32;
                request.answer(Quota { shells: many, operations: many, timeslot_s: many % 4, per_timeslot: many });
            }
        }
    }

    #[allow(unsafe_code, reason = "a token is made of a number")]
    fn let_in(self: &Arc<Self>, request: UserRequest<Probe>, how: usize) {
        let identity = match how / 3 {
            0 | 1 => Identity::Client,
            2 => Identity::HostProcess,
            _ => {
                let handle = ptr::without_provenance_mut(0x9000);
                // SAFETY: HA-12: no such handle exists, and closing it does nothing.
                unsafe { OwnedToken::from_raw(handle) }.map_or(Identity::HostProcess, Identity::Token)
            }
        };
        let grant = UserGrant::new(identity).administrator(how == 9);
        let grant = match how % 3 {
            0 => grant.context(self.probe(request.sender())),
            1 => grant.keep_context(),
            _ => grant,
        };
        request.allow(grant);
    }
}

impl<const SECONDS: u64> Plugin for Policy<SECONDS> {
    type Context = Probe;

    const ANSWER_WITHIN: Option<Duration> = if SECONDS > 0 { Some(Duration::from_secs(SECONDS)) } else { None };

    fn start(application: &ApplicationInfo) -> Result<Self, StartError> {
        let board = BOARD.with_borrow(Clone::clone).ok_or_else(|| StartError::new("nobody plays"))?;
        match board.choose(8) {
            _ if application.identification == APPLICATIONS[0] => Ok(Self(board)),
            6 => resume_unwind(Box::new(PANIC)),
            7 => Err(StartError::new("not now").with_code(1234)),
            _ => Ok(Self(board)),
        }
    }

    fn authorize_user(&self, request: UserRequest<Probe>) {
        self.0.arrive(Held::User(request));
    }

    fn authorize_operation(&self, request: OperationRequest<Probe>) {
        self.0.arrive(Held::Operation(request));
    }

    fn query_quota(&self, request: QuotaRequest<Probe>) {
        self.0.arrive(Held::Quota(request));
    }

    fn shutdown(&self, _: ShutdownReason) {
        match self.0.choose(4) {
            2 => drop(self.0.answer_one()),
            3 => resume_unwind(Box::new(PANIC)),
            _ => {}
        }
    }
}

/// Plays what bytes stand for.
///
/// # Errors
/// A trace that `wsman-authz judge` reads, and behind it, what is wrong.
pub fn play(bytes: &[u8], fault: Option<Fault>) -> Result<(), String> {
    let again = |tells: bool| {
        let mut choices = Choices::new(bytes);
        let has_deadline = choices.once_in(2);
        if has_deadline { run::<2>(choices, fault, tells) } else { run::<0>(choices, fault, tells) }
    };
    again(false).map_err(|_| again(true).err().unwrap_or_default())
}

fn run<const SECONDS: u64>(mut choices: Choices, fault: Option<Fault>, tells: bool) -> Result<(), String> {
    let number = usize::from(u16::from_be_bytes([choices.byte(), choices.byte()])) % COUNT;
    let dialect = Dialect::nth(number).unwrap_or_default();
    let settings = choices.byte();
    let setup = TestHost::<Policy<SECONDS>>::setup().dialect(dialect).fault(fault);
    let setup = setup.idle(Duration::from_secs(3)).request_timeout(Duration::from_secs(2));
    let setup = setup.quota(settings & 1 != 0).refresh((settings & 2 != 0).then_some(Duration::from_secs(2)));
    let board = Arc::new(Board {
        choices: Mutex::new(choices),
        held: Mutex::default(),
        payloads: Mutex::default(),
        wrong: Mutex::default(),
    });
    BOARD.set(Some(Arc::clone(&board)));
    let started = setup.application(APPLICATIONS[0]).try_start();
    let ended = started.map_or(Ok(()), |host| {
        let refuses = dialect.refusal == Refusal::Refuses;
        Game { board: &board, host: &host, refuses, running: vec![APPLICATIONS[0]], open: Vec::new() }.play();
        let trace = if tells { host.trace() } else { String::new() };
        end(&board, &host.shutdown()).map_err(|why| format!("{trace}{why}\n"))
    });
    BOARD.set(None);
    ended
}

/// The host's part of an execution.
struct Game<'h, P: Plugin> {
    board: &'h Arc<Board>,
    host: &'h TestHost<P>,
    /// The dialect lets the host refuse a completion.
    refuses: bool,
    running: Vec<&'static str>,
    open: Vec<Operation<'h, P>>,
}

impl<'h, P: Plugin> Game<'h, P> {
    /// Goes on until the bytes are used up, then shuts down with whatever is open, and takes the late answers.
    fn play(mut self) {
        while !locked(&self.board.choices).is_over() {
            self.step();
        }
        self.running.drain(..).for_each(|application| self.host.stop_application(application));
        while self.board.answer_one() {}
    }

    fn step(&mut self) {
        let what = self.board.choose(16);
        match what {
            0..=5 if !self.running.is_empty() => {
                let action = [Action::Get, Action::Enumerate, Action::Create][what % 3];
                let application = self.running[self.board.choose(self.running.len())];
                let ask = self.host.request(self.client()).application(application).action(action);
                self.open.push(ask.begin());
            }
            6..=8 => drop(self.board.answer_one()),
            9 | 10 => self.end_one(),
            11 if !self.running.is_empty() => drop(self.host.begin_reauthorizing(self.client())),
            12 => self.host.advance(Duration::from_millis(500 * self.board.choose(8) as u64)),
            13 => self.start(),
            14 if self.board.choose(4) == 3 && !self.running.is_empty() => {
                let application = self.running.remove(self.board.choose(self.running.len()));
                self.host.stop_application(application);
            }
            15 if self.refuses => self.host.refuse_next(1),
            _ => {}
        }
    }

    fn client(&self) -> Client {
        let which = self.board.choose(16);
        let client = Client::new(USERS[which % USERS.len()]);
        match which / 4 {
            2 => client.mechanism("Basic"),
            3 => client.without_token(),
            _ => client,
        }
    }

    fn end_one(&mut self) {
        let count = self.open.len();
        if count == 0 {
            return;
        }
        let how = self.board.choose(8);
        let which = self.board.choose(256) % count;
        let ends = [EndOfOperation::Completed, EndOfOperation::Cancelled, EndOfOperation::TimedOut];
        match ends.get(how) {
            Some(how) => drop(self.open.remove(which).end(*how)),
            None => self.open[which].respond(),
        }
    }

    fn start(&mut self) {
        let stopped = APPLICATIONS.into_iter().find(|name| !self.running.contains(name));
        if let Some(name) = stopped
            && self.host.start_application(name).is_ok()
        {
            self.running.push(name);
        }
    }
}

/// What the end shows.
fn end(board: &Board, report: &Report) -> Result<(), String> {
    let left = (report.live_leases, report.payloads, report.held_requests);
    let alive = locked(&board.payloads).iter().filter(|gone| !**gone).count();
    let is_ours = |panic: &str| panic == "CL-61: panic stopped at the boundary";
    let error = report.log.iter().find(|logged| {
        let expected = is_ours(&logged.message) && logged.field("message") == Some(PANIC);
        let of_host = logged.field("misuse").is_some_and(|misuse| misuse.contains("the host released"));
        (logged.level == tracing::Level::ERROR && !expected) || of_host
    });
    if let Some(broken) = report.broken.first() {
        return Err(format!("{} is broken: {}", broken.rule.id(), broken.why));
    }
    if let Some(why) = locked(&board.wrong).clone() {
        return Err(why);
    }
    match error {
        Some(logged) => Err(format!("logged: {logged}")),
        None if left == (0, 0, 0) && alive == 0 => Ok(()),
        None => Err(format!("CL-13: {left:?} leases, payloads and requests are left, and {alive} values")),
    }
}
