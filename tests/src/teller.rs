//! Stories of a host and a plug-in that reports equal context values, as numbers choose them.

use wsman_authz_core::call::{Call, Completion, Crossing, EndOfOperation, Identity, RequestKind};
use wsman_authz_core::contract::{Contract, Vantage};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::{ApplicationId, Context, Millis, OperationId, Sender, ThreadId, Timestamp};

/// Users are digits.
pub type Trace = Vec<Crossing<u8>>;

/// The values of plug-ins that report the same ones again and again.
pub const VALUES: [u64; 2] = [22, 23];

/// The thread on which everything happens but completions that return late.
const USUAL: ThreadId = ThreadId(1);

/// Whether it is of a completion that returns late.
#[must_use]
pub fn is_late(crossing: &Crossing<u8>) -> bool {
    crossing.thread != USUAL
}

/// A trace as numbers choose it: what a host may do, and now and then what it may not. The teller knows which report
/// each release is of; the trace does not say.
struct Teller {
    trace: Trace,
    /// Judges the same story with a value of its own for each report.
    knowing: Contract<u8, u64>,
    plugin: bool,
    /// Completion functions may take their time to return.
    late: bool,
    now: u64,
    requests: u64,
    operations: u64,
    pending: Vec<(Sender, RequestKind)>,
    /// Completion functions that have not returned, each on a thread of its own, with what they will return.
    inside: Vec<(ThreadId, Call<u8>)>,
    threads: u32,
    open: Vec<OperationId>,
    /// What each report is called in secret, and its value.
    held: Vec<(Context, Context)>,
    named: u64,
    running: Vec<ApplicationId>,
}

impl Teller {
    fn new(dialect: Dialect, plugin: bool, late: bool) -> Self {
        let vantage = if plugin { Vantage::Plugin } else { Vantage::Host };
        let mut teller = Self {
            trace: Trace::new(),
            knowing: Contract::new(dialect, vantage),
            plugin,
            late,
            now: 0,
            requests: 0,
            operations: 0,
            pending: Vec::new(),
            inside: Vec::new(),
            threads: 1,
            open: Vec::new(),
            held: Vec::new(),
            named: 1000,
            running: Vec::new(),
        };
        (0..2).for_each(|number| teller.starts(ApplicationId(number)));
        teller
    }

    /// Tells a call, unless it breaks a rule and `legal` forbids that. `secret` is what is really meant.
    fn says(&mut self, call: Call<u8>, secret: Call<u8>, legal: bool) -> bool {
        self.says_on(USUAL, call, secret, legal)
    }

    fn says_on(&mut self, thread: ThreadId, call: Call<u8>, secret: Call<u8>, legal: bool) -> bool {
        let crossing = |call| Crossing { at: Timestamp(self.now), thread, call };
        let mut knowing = self.knowing.clone();
        let is_broken = !knowing.observe(0, &crossing(secret)).broken.is_empty();
        if is_broken && legal {
            return false;
        }
        self.trace.push(crossing(call));
        self.knowing = knowing;
        true
    }

    fn tells(&mut self, call: Call<u8>, legal: bool) -> bool {
        self.says(call.clone(), call, legal)
    }

    fn starts(&mut self, application: ApplicationId) {
        self.tells(Call::Startup { application, flags: 0, idle: Some(Millis(3)) }, false);
        self.tells(Call::StartupReturn { application, error: 0 }, false);
        self.running.push(application);
    }

    fn asks(&mut self, kind: RequestKind, application: ApplicationId, user: u8, again: bool, legal: bool) {
        let sender = Sender::new(self.requests + 1).expect("not NULL");
        let operation = OperationId(self.operations + 1);
        let call = match kind {
            RequestKind::User => {
                let reauthorization = (!self.plugin).then_some(again);
                Call::AuthorizeUser { application, sender, user, reauthorization }
            }
            RequestKind::Operation => {
                let operation = (!self.plugin).then_some(operation);
                Call::AuthorizeOperation { application, sender, user, operation }
            }
            RequestKind::Quota => Call::QueryQuota { application, sender, user },
        };
        if self.tells(call, legal) {
            self.requests += 1;
            self.pending.push((sender, kind));
            if kind == RequestKind::Operation {
                self.operations += 1;
                self.open.push(operation);
            }
        }
    }

    /// Answers a request. `late`: the host takes its time to return, and other things happen meanwhile.
    fn answers(&mut self, which: usize, value: Context, error: u32, refused: bool, late: bool) {
        if self.pending.is_empty() {
            return;
        }
        let (sender, kind) = self.pending.remove(which % self.pending.len());
        let value = Some(value).filter(|_| kind != RequestKind::Quota && (error == 0 || which % 4 == 3));
        self.named += 1;
        let name = value.and_then(|_| Context::new(self.named));
        let identity = (error == 0 && kind == RequestKind::User).then_some(Identity::Client);
        let said = |context| Completion { context, identity, ..Completion::failure(kind, sender, error) };
        self.threads += u32::from(late);
        let thread = if late { ThreadId(self.threads) } else { USUAL };
        self.says_on(thread, Call::Complete(said(value)), Call::Complete(said(name)), false);
        // It may be released before the function that takes it returns.
        self.held.extend(name.zip(value).filter(|_| !refused));
        let error = if refused { 87 } else { 0 };
        self.inside.push((thread, Call::CompleteReturn { kind, sender: Some(sender), error }));
        if !late {
            self.returns(self.inside.len() - 1);
        }
    }

    fn returns(&mut self, which: usize) {
        let (thread, call) = self.inside.remove(which);
        self.says_on(thread, call.clone(), call, false);
    }

    fn releases(&mut self, which: usize, legal: bool) {
        if self.held.is_empty() {
            return;
        }
        // The first that may be, from a place that the number chooses.
        let held = self.held.len();
        for place in (0..held).map(|place| (place + which) % held) {
            let (name, value) = self.held[place];
            let (released, secret) = (Call::Release { context: Some(value) }, Call::Release { context: Some(name) });
            if self.says(released, secret, legal) {
                self.tells(Call::ReleaseReturn { context: Some(value) }, false);
                self.held.remove(place);
                return;
            }
        }
    }

    fn stops(&mut self, application: ApplicationId, legal: bool) {
        if self.tells(Call::Shutdown { application, reason: 3 }, legal) {
            self.tells(Call::ShutdownReturn { application, error: 0 }, false);
            self.running.retain(|running| *running != application);
        }
    }

    /// What a number stands for.
    fn step(&mut self, choice: u16) {
        let (what, which) = (choice % 16, usize::from(choice / 16));
        let legal = which % 32 != 0;
        let (user, application) = ((which % 2) as u8, ApplicationId(u32::from(which / 2 % 4 == 0)));
        let value = VALUES[usize::from(which / 4 % 8 == 0)];
        let value = Context::new(value).expect("not NULL");
        match what {
            0 | 1 => self.asks(RequestKind::User, application, user, false, legal),
            2 => self.asks(RequestKind::User, application, user, true, legal),
            3..=5 => self.asks(RequestKind::Operation, application, user, false, legal),
            6..=9 => {
                let (error, refused, late) =
                    (if which % 8 == 7 { 5 } else { 0 }, which % 64 == 1, self.late && which % 3 == 2);
                self.answers(which / 32, value, error, refused, late);
            }
            10 if !self.open.is_empty() => {
                let operation = self.open.remove(which % self.open.len());
                if !self.plugin {
                    self.tells(Call::OperationEnd { operation, how: EndOfOperation::Completed }, false);
                }
            }
            11 if !self.plugin => {
                self.now += 3;
                self.tells(Call::RecordExpired { application, user }, legal);
            }
            12..=14 => self.releases(which, legal),
            15 if which % 4 == 0 && self.running.contains(&application) => self.stops(application, legal),
            15 if which % 4 == 0 => self.starts(application),
            15 if !self.inside.is_empty() => self.returns(which % self.inside.len()),
            _ => {}
        }
    }
}

/// The trace that numbers stand for, of a host that speaks `dialect`. `plugin`: taken by the plug-in. `late`: other things
/// happen before some completion functions return.
///
/// # Panics
/// Never: no value is NULL.
#[must_use]
pub fn tell(choices: &[u16], dialect: Dialect, plugin: bool, late: bool) -> Trace {
    let mut teller = Teller::new(dialect, plugin, late);
    choices.iter().for_each(|choice| teller.step(*choice));
    // Most of what is open comes to its end, so that something is kept.
    while !teller.pending.is_empty() {
        teller.answers(0, Context::new(VALUES[0]).expect("not NULL"), 5, false, false);
    }
    (0..teller.inside.len()).for_each(|_| teller.returns(0));
    for operation in std::mem::take(&mut teller.open).into_iter().filter(|_| !plugin) {
        teller.tells(Call::OperationEnd { operation, how: EndOfOperation::Cancelled }, false);
    }
    if !choices.len().is_multiple_of(4) {
        (0..teller.held.len()).for_each(|which| teller.releases(which, true));
    }
    for application in teller.running.clone() {
        teller.stops(application, false);
    }
    teller.trace
}

/// A trace as a person would note it.
#[must_use]
pub fn in_short(trace: &Trace) -> String {
    let line = |crossing: &Crossing<u8>| match &crossing.call {
        Call::AuthorizeUser { application, sender, user, reauthorization } => {
            Some(format!("{application} {sender} user {user} again {reauthorization:?}"))
        }
        Call::AuthorizeOperation { application, sender, user, operation } => {
            Some(format!("{application} {sender} operation {operation:?} of {user}"))
        }
        Call::Complete(said) => Some(format!("{:?} says {} {:?}", said.sender, said.error, said.context)),
        Call::CompleteReturn { sender, error, .. } if is_late(crossing) || *error != 0 => {
            Some(format!("  {sender:?} returns {error}"))
        }
        Call::Release { context } => Some(format!("release {context:?}")),
        Call::CompleteReturn { .. } | Call::ReleaseReturn { .. } => None,
        call => Some(format!("{call:?}")),
    };
    trace.iter().filter_map(line).map(|line| line + "\n").collect()
}
