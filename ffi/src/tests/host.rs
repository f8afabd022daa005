//! A host without manners, on the wire of the test host: it says what a test wants, also what no host may say.

use std::sync::{Arc, Mutex, OnceLock};
use std::{fmt, ptr};

use windows_sys::Win32::System::RemoteManagement::WSMAN_SENDER_DETAILS;
use wsman_authz_core::ApplicationId;

use super::policy::{Board, Policy};
use crate::Plugin;
use crate::clock::Clock;
use crate::testing::letter::{Letter, Texts, Units, wide};
use crate::testing::library::Library;
use crate::testing::log::Log;
use crate::testing::said::{Listener, Said};
use crate::testing::{Client, Logged};

type Inside = Box<dyn Fn(&Said) + Send + Sync>;

/// Remembers what was said to one request.
#[derive(Default)]
struct Ear {
    said: Mutex<Vec<Said>>,
    refuse: u32,
    inside: Option<Inside>,
}

impl Listener for Ear {
    fn hear(&self, said: Said) -> u32 {
        assert_eq!(said.flags, 0);
        if let Some(inside) = &self.inside {
            inside(&said);
        }
        self.said.lock().unwrap().push(said);
        self.refuse
    }
}

/// One request. Its address exists from its first use on.
pub(super) struct Request {
    texts: Texts,
    ear: Arc<Ear>,
    letter: OnceLock<Box<Letter>>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("said", &self.ear.said).finish_non_exhaustive()
    }
}

impl Request {
    /// A request of a user by `Negotiate`, with the token 0x51.
    pub(super) fn of(user: &str) -> Self {
        Self::raw(Texts::from(&Client::new(user)))
    }

    pub(super) fn raw(texts: Texts) -> Self {
        Self { texts, ear: Arc::default(), letter: OnceLock::new() }
    }

    /// The same with other texts.
    pub(super) fn with(mut self, change: impl FnOnce(&mut Texts)) -> Self {
        change(&mut self.texts);
        self
    }

    fn ear(&mut self) -> &mut Ear {
        Arc::get_mut(&mut self.ear).unwrap()
    }

    /// The host refuses the completion with this code.
    pub(super) fn refused(mut self, error: u32) -> Self {
        self.ear().refuse = error;
        self
    }

    /// What the host does inside the completion function.
    pub(super) fn inside(mut self, inside: impl Fn(&Said) + Send + Sync + 'static) -> Self {
        self.ear().inside = Some(Box::new(inside));
        self
    }

    /// The one thing that was said (CL-50).
    pub(super) fn verdict(&self) -> Said {
        let said = self.ear.said.lock().unwrap();
        assert_eq!(said.len(), 1, "CL-50: {said:?}");
        said[0].clone()
    }

    /// The same, and forgets it: the request may be made again.
    pub(super) fn take(&self) -> Said {
        let said = self.verdict();
        self.ear.said.lock().unwrap().clear();
        said
    }

    pub(super) fn is_open(&self) -> bool {
        self.ear.said.lock().unwrap().is_empty()
    }

    fn pointer(&self) -> *const WSMAN_SENDER_DETAILS {
        let letter = || Letter::new(self.texts.clone(), Arc::clone(&self.ear) as Arc<dyn Listener>);
        self.letter.get_or_init(letter).pointer()
    }
}

/// A loaded plug-in with one application.
pub(super) struct Host<P: Plugin = Policy> {
    pub(super) library: Arc<Library<P>>,
    pub(super) application: usize,
    pub(super) log: Log,
}

impl<P: Plugin> Clone for Host<P> {
    fn clone(&self) -> Self {
        Self { library: Arc::clone(&self.library), log: self.log.clone(), ..*self }
    }
}

impl<P: Plugin> Host<P> {
    pub(super) fn load() -> Self {
        let host = Self::idle();
        let (error, application) = host.startup("wsman/test");
        assert_eq!(error, 0);
        Self { application, ..host }
    }

    /// A library in which nothing runs; calls name the application 1.
    pub(super) fn idle() -> Self {
        Self { library: Arc::new(Library::load(Clock::system(P::ANSWER_WITHIN))), application: 1, log: Log::new() }
    }

    /// The same library, seen by another application.
    pub(super) fn other(&self, application: usize) -> Self {
        Self { application, ..self.clone() }
    }

    pub(super) fn startup(&self, name: &str) -> (u32, usize) {
        self.startup_raw(&Some(wide(name)), &None)
    }

    pub(super) fn startup_raw(&self, identification: &Units, extra: &Units) -> (u32, usize) {
        self.log.around(|| self.library.startup(7, identification, extra)) // nonzero flags are legal
    }

    pub(super) fn user(&self, request: &Request) {
        self.user_at(request.pointer(), 0);
    }

    pub(super) fn user_at(&self, details: *const WSMAN_SENDER_DETAILS, flags: u32) {
        // SAFETY: HA-01, HA-02 hold for requests of ours, or it is NULL.
        self.log.around(|| unsafe { self.library.user(self.application, details, flags) });
    }

    pub(super) fn operation(&self, request: &Request, action: &str, resource: &str) {
        self.operation_at(request.pointer(), 0, &Some(wide(action)), &Some(wide(resource)));
    }

    pub(super) fn operation_of(&self, request: &Request, action: &Units, resource: &Units) {
        self.operation_at(request.pointer(), 0, action, resource);
    }

    pub(super) fn operation_at(
        &self,
        details: *const WSMAN_SENDER_DETAILS,
        flags: u32,
        action: &Units,
        resource: &Units,
    ) {
        let operation = (3, action, resource);
        // SAFETY: HA-01, HA-02, HA-03 hold for requests of ours, or it is NULL.
        self.log.around(|| unsafe { self.library.operation(self.application, details, flags, operation) });
    }

    pub(super) fn quota(&self, request: &Request) {
        self.quota_at(request.pointer(), 0);
    }

    pub(super) fn quota_at(&self, details: *const WSMAN_SENDER_DETAILS, flags: u32) {
        // SAFETY: HA-01, HA-02 hold for requests of ours, or it is NULL.
        self.log.around(|| unsafe { self.library.quota(self.application, details, flags) });
    }

    /// An operation and a quota query with flags.
    pub(super) fn with_flags(&self, operation: &Request, quota: &Request, flags: u32) {
        self.operation_at(operation.pointer(), flags, &None, &None);
        self.quota_at(quota.pointer(), flags);
    }

    pub(super) fn release(&self, context: usize) {
        self.log.around(|| self.library.release(context));
    }

    pub(super) fn shutdown(&self) -> u32 {
        self.shutdown_with(0)
    }

    pub(super) fn shutdown_with(&self, flags: u32) -> u32 {
        self.log.around(|| self.library.shutdown(self.application, flags, 3))
    }

    /// Live leases, payloads, open requests.
    pub(super) fn balance(&self) -> (usize, usize, usize) {
        self.library.exported().runtime().balance()
    }

    /// How often an event with this text was logged.
    pub(super) fn count(&self, message: &str) -> usize {
        self.log.events().iter().filter(|logged| logged.message == message).count()
    }

    /// The last event with this text.
    #[track_caller]
    pub(super) fn logged(&self, message: &str) -> Logged {
        let found = self.log.events().into_iter().rfind(|logged| logged.message == message);
        found.unwrap_or_else(|| panic!("nothing was logged as {message:?}: {:#?}", self.log.events()))
    }

    /// The contract was broken in these words.
    #[track_caller]
    pub(super) fn complains(&self, misuse: &str) {
        let logged = self.logged("the contract was broken");
        assert_eq!(logged.field("misuse"), Some(misuse));
        assert_eq!(logged.level, tracing::Level::WARN);
    }
}

impl Host<Policy> {
    pub(super) fn start() -> Self {
        Self::load()
    }

    pub(super) fn board(&self) -> Arc<Board> {
        let application = ApplicationId(u32::try_from(self.application).unwrap());
        Arc::clone(&self.library.exported().runtime().policy(application).unwrap().board)
    }

    /// A user is let in; the context.
    pub(super) fn let_in(&self, user: &str) -> usize {
        let request = Request::of(user);
        self.user(&request);
        assert_eq!(request.verdict().error, 0);
        request.verdict().context
    }
}

/// `senderDetails` that lead nowhere.
pub(super) const NULL: *const WSMAN_SENDER_DETAILS = ptr::null();
