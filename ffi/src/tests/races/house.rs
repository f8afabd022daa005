//! A plug-in and its host in one house, without C structures: what a scenario plays in.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::RemoteManagement::{WSMAN_AUTHZ_QUOTA, WSMAN_SENDER_DETAILS};
use windows_sys::core::{BOOL, PCWSTR};
use wsman_authz_core::sync;
use wsman_authz_core::sync::thread::{self, JoinHandle};
use wsman_authz_core::{ApplicationId, Context, Sender as SenderId, UserName};

use crate::action::{Operation, OperationNumber};
use crate::clock::Clock;
use crate::completions::Completions;
use crate::performer::Performer;
use crate::runtime::Runtime;
use crate::sender::Sender;
use crate::source::Source;
use crate::visit::Visit;
use crate::{ApplicationInfo, Identity, OperationRequest, Plugin, UserGrant, UserRequest};

/// Where the host that a completion is meant for lives: by the pointer that it carries, which points nowhere.
static HOUSES: Mutex<BTreeMap<u64, Weak<House>>> = Mutex::new(BTreeMap::new());
static LAST_HOUSE: AtomicU64 = AtomicU64::new(0);

/// What the host does inside a completion, and what it says to it.
pub(super) type Inside = fn(&Arc<House>, Option<Context>) -> u32;

/// Host and plug-in.
pub(super) struct House {
    pub(super) runtime: Runtime<Policy>,
    pub(super) board: Arc<Board>,
    inside: Option<Inside>,
    /// The last pointer of a sender. In its upper half is the house; the lower one, which says what happens to it, is the
    /// same in every execution.
    last: AtomicU64,
}

/// What happened, and who is still at it. Its locks are the system's: writing down is no crossing of the boundary.
#[derive(Default)]
pub(super) struct Board {
    pages: Mutex<Pages>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Requests that the policy sits on.
    kept: Mutex<Vec<UserRequest<Probe>>>,
    pub(super) time: Arc<AtomicU64>,
    /// Every destructor takes it for a moment, and whoever counts what is alive: so loom tries both orders.
    halfway: sync::Mutex<()>,
}

#[derive(Default)]
struct Pages {
    /// Requests: their application, and the completions that each got.
    requests: BTreeMap<u64, (ApplicationId, usize)>,
    /// Requests that came to a gate that was closed: nobody may answer them (CL-54).
    too_late: Vec<u64>,
    /// Contexts that the host holds.
    held: Vec<(ApplicationId, Context)>,
    /// Shutdown has returned.
    gone: Vec<ApplicationId>,
    created: usize,
    destroyed: usize,
    policies: usize,
    /// A breach, also where a panic would be caught.
    breaches: Vec<String>,
}

/// A policy that does what the name of the user says.
pub(super) struct Policy(Arc<Board>);

/// A context that counts its lives.
pub(super) struct Probe(Arc<Board>);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Board {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        lock(&self.pages)
    }

    fn breach(&self, rule: &str) {
        self.pages().breaches.push(rule.to_owned());
    }

    fn spawn(&self, part: impl FnOnce() + Send + 'static) {
        let thread = thread::spawn(part);
        lock(&self.threads).push(thread);
    }

    /// The policy drops the requests that it sits on.
    pub(super) fn give_up(&self) {
        let kept = std::mem::take(&mut *lock(&self.kept));
        drop(kept);
    }

    fn probe(self: &Arc<Self>) -> Probe {
        self.pages().created += 1;
        Probe(Arc::clone(self))
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        drop(self.0.halfway.lock());
        self.0.pages().destroyed += 1;
    }
}

impl Drop for Policy {
    fn drop(&mut self) {
        self.0.pages().policies -= 1;
    }
}

impl Plugin for Policy {
    type Context = Probe;

    fn start(_: &ApplicationInfo) -> Result<Self, crate::StartError> {
        Err(crate::StartError::new("policies come from the house"))
    }

    fn authorize_user(&self, request: UserRequest<Probe>) {
        let board = Arc::clone(&self.0);
        let yes = move |request: UserRequest<Probe>| {
            let context = board.probe();
            request.allow(UserGrant::new(Identity::HostProcess).context(context));
        };
        match request.sender().name() {
            "later" => self.0.spawn(move || yes(request)),
            "never" => self.0.spawn(move || drop(request)),
            "kept" => lock(&self.0.kept).push(request),
            _ => yes(request),
        }
    }

    fn authorize_operation(&self, request: OperationRequest<Probe>) {
        request.allow_sharing_context();
    }
}

impl House {
    /// A house without a watch.
    pub(super) fn new(inside: Option<Inside>) -> Arc<Self> {
        Self::with(inside, None)
    }

    /// A house where policies may take so long; a thread watches them.
    pub(super) fn with(inside: Option<Inside>, answer_within: Option<Duration>) -> Arc<Self> {
        let board = Arc::new(Board::default());
        let policies = Arc::clone(&board);
        let start = move |_: &ApplicationInfo| {
            policies.pages().policies += 1;
            Ok(Policy(Arc::clone(&policies)))
        };
        let source = Source::Function { start: Arc::new(start), answer_within, watch_overdue: answer_within.is_some() };
        let clock = Clock::Virtual(Arc::clone(&board.time));
        let completions = Completions { user, operation, quota };
        let performer = Performer::new(completions, clock, source.engine());
        let last = AtomicU64::new((LAST_HOUSE.fetch_add(1, SeqCst) << 32) + 0x1000);
        Arc::new(Self { runtime: Runtime::new(performer, source), board, inside, last })
    }

    pub(super) fn start(&self, name: &str) -> Result<ApplicationId, u32> {
        self.runtime.startup(&ApplicationInfo { identification: name.to_owned(), ..ApplicationInfo::default() })
    }

    /// A thread that plays beside this one.
    pub(super) fn spawn<T>(self: &Arc<Self>, part: impl FnOnce(&Arc<Self>) -> T + Send + 'static) {
        let house = Arc::clone(self);
        self.board.spawn(move || drop((part(&house), house)));
    }

    fn sender(self: &Arc<Self>, application: ApplicationId) -> SenderId {
        let number = self.last.fetch_add(16, SeqCst);
        lock(&HOUSES).insert(number, Arc::downgrade(self));
        self.board.pages().requests.insert(number, (application, 0));
        SenderId::new(number).expect("not NULL")
    }

    /// The host asks about a user. The context, if that was answered at once with one.
    pub(super) fn user(self: &Arc<Self>, application: ApplicationId, name: &str) -> Option<Context> {
        let sender = self.sender(application);
        self.runtime.authorize_user(application, sender, Ok(details(name)));
        let number = sender.0.get();
        let unanswered = name == "now" && self.board.pages().requests[&number].1 == 0;
        if unanswered {
            let visit = Visit::enter(&self.runtime, application, sender);
            if visit.policy.is_none() {
                self.board.pages().too_late.push(number);
            }
        }
        self.board.pages().held.last().map(|(_, context)| *context)
    }

    /// Requests that came too late to be answered.
    pub(super) fn too_late(&self) -> usize {
        self.board.pages().too_late.len()
    }

    /// The host asks about an operation.
    pub(super) fn operation(self: &Arc<Self>, application: ApplicationId, name: &str) -> Option<Context> {
        let sender = self.sender(application);
        let operation = Operation { number: OperationNumber(0), action: String::new(), resource: String::new() };
        self.runtime.authorize_operation(application, sender, Ok((details(name), operation)));
        self.board.pages().held.last().map(|(_, context)| *context)
    }

    /// The host gives a context back, if it has it.
    pub(super) fn release(&self, context: Context) {
        self.board.pages().held.retain(|(_, held)| *held != context);
        self.runtime.release(Some(context));
    }

    /// The host shuts down. When that has returned, no completion may come, and nothing of the application is left
    /// behind the contexts that the host had.
    pub(super) fn shutdown(&self, application: ApplicationId) -> u32 {
        let error = self.runtime.shutdown(application, 0);
        if error == 0 {
            let mut pages = self.board.pages();
            pages.gone.push(application);
            pages.held.retain(|(of, _)| *of != application);
        }
        error
    }

    /// Contexts that are alive.
    pub(super) fn alive(&self) -> usize {
        drop(self.board.halfway.lock());
        let pages = self.board.pages();
        pages.created - pages.destroyed
    }

    /// Writes a breach down, to be reported at the end.
    pub(super) fn must(&self, holds: bool, rule: &str) {
        if !holds {
            self.board.breach(rule);
        }
    }

    /// Everybody goes home; everything that began has ended, once.
    pub(super) fn end(self: &Arc<Self>, applications: &[ApplicationId]) {
        self.join();
        for application in applications {
            if !self.board.pages().gone.contains(application) {
                self.shutdown(*application);
            }
        }
        self.join();
        let pages = self.board.pages();
        assert_eq!(pages.breaches, Vec::<String>::new());
        let due = |number: &u64| usize::from(!pages.too_late.contains(number));
        let answered = pages.requests.iter().all(|(number, (_, count))| *count == due(number));
        assert!(answered, "CL-50: {:?}, of which came too late: {:?}", pages.requests, pages.too_late);
        assert_eq!(pages.created, pages.destroyed, "CL-13: contexts made, contexts destroyed");
        assert_eq!(pages.policies, 0, "CL-62: a policy is left");
        for number in pages.requests.keys() {
            lock(&HOUSES).remove(number);
        }
        drop(pages);
        assert_eq!(self.runtime.balance(), (0, 0, 0), "leases, payloads and requests that are left");
    }

    fn join(&self) {
        loop {
            let thread = lock(&self.board.threads).pop();
            let Some(thread) = thread else { return };
            thread.join().expect("a thread that plays does not panic");
        }
    }

    /// A completion comes in.
    fn hear(self: &Arc<Self>, sender: u64, context: *const c_void, error: u32) -> u32 {
        let context = Context::new(context.addr() as u64);
        let mut pages = self.board.pages();
        let Some((application, count)) = pages.requests.get_mut(&sender) else { return 87 };
        *count += 1;
        let application = *application;
        let late = pages.gone.contains(&application);
        pages.held.extend(context.map(|context| (application, context)));
        drop(pages);
        self.must(!late, "CL-54: a completion after Shutdown returned");
        self.must(context.is_none() || error == 0, "CL-53: a failure carries a context");
        let error = self.inside.map_or(0, |inside| inside(self, context));
        if error != 0 {
            self.board.pages().held.retain(|(_, held)| Some(*held) != context);
        }
        error
    }
}

fn details(name: &str) -> Sender {
    Sender { user: UserName::new("Negotiate", name), url: None, certificate: None, client_token: None }
}

fn hear(sender: *const WSMAN_SENDER_DETAILS, context: *const c_void, error: u32) -> u32 {
    let number = sender.addr() as u64;
    let house = lock(&HOUSES).get(&number).and_then(Weak::upgrade);
    house.map_or(87, |house| house.hear(number, context, error))
}

extern "system" fn user(
    sender: *const WSMAN_SENDER_DETAILS,
    _: u32,
    context: *const c_void,
    _: HANDLE,
    _: BOOL,
    error: u32,
    _: PCWSTR,
) -> u32 {
    hear(sender, context, error)
}

extern "system" fn operation(
    sender: *const WSMAN_SENDER_DETAILS,
    _: u32,
    context: *const c_void,
    error: u32,
    _: PCWSTR,
) -> u32 {
    hear(sender, context, error)
}

extern "system" fn quota(
    sender: *const WSMAN_SENDER_DETAILS,
    _: u32,
    _: *const WSMAN_AUTHZ_QUOTA,
    error: u32,
    _: PCWSTR,
) -> u32 {
    hear(sender, std::ptr::null(), error)
}
