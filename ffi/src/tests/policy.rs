//! A policy that does what the name of the user, or the resource, says.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::{
    ApplicationInfo, Identity, OperationRequest, OwnedToken, Plugin, Quota, QuotaRequest, ShutdownReason, StartError,
    UserGrant, UserRequest,
};

/// The token that the user `token` gets.
pub(super) const TOKEN: u64 = 0x7733;
/// The token of the user `late-token`.
pub(super) const LATE_TOKEN: u64 = 0x7744;

/// The token of the user `spare-token`.
pub(super) const SPARE_TOKEN: u64 = 0x7766;

/// What a test can see of the policy.
#[derive(Default)]
pub(super) struct Board {
    pub(super) users: Mutex<Vec<UserRequest<Probe>>>,
    pub(super) operations: Mutex<Vec<OperationRequest<Probe>>>,
    pub(super) created: AtomicUsize,
    pub(super) dropped: AtomicUsize,
    pub(super) shutdowns: AtomicUsize,
    pub(super) lingered: AtomicUsize,
}

impl Board {
    /// Contexts that are alive.
    pub(super) fn alive(&self) -> usize {
        self.created.load(Ordering::SeqCst) - self.dropped.load(Ordering::SeqCst)
    }
}

/// A context that counts its lives.
pub(super) struct Probe {
    board: Arc<Board>,
    pub(super) user: String,
}

impl Drop for Probe {
    fn drop(&mut self) {
        self.board.dropped.fetch_add(1, Ordering::SeqCst);
        assert!(self.user != "explosive", "a destructor that panics");
    }
}

pub(super) struct Policy {
    pub(super) board: Arc<Board>,
}

impl Policy {
    pub(super) fn probe(&self, user: &str) -> Probe {
        Probe::new(&self.board, user)
    }
}

impl Probe {
    pub(super) fn new(board: &Arc<Board>, user: &str) -> Self {
        board.created.fetch_add(1, Ordering::SeqCst);
        Self { board: Arc::clone(board), user: user.to_owned() }
    }
}

/// A token of our own, which no system knows.
pub(super) fn token(value: u64) -> OwnedToken {
    // SAFETY: no such handle exists here, and closing it does nothing.
    unsafe { OwnedToken::from_raw(std::ptr::without_provenance_mut(value as usize)) }.unwrap()
}

impl Plugin for Policy {
    type Context = Probe;

    fn start(application: &ApplicationInfo) -> Result<Self, StartError> {
        match application.identification.as_str() {
            "wsman/fails" => Err(StartError::new("no").with_code(1234)),
            "wsman/panics" => panic!("at start"),
            _ => Ok(Self { board: Arc::default() }),
        }
    }

    fn authorize_user(&self, request: UserRequest<Probe>) {
        let name = request.sender().name().to_owned();
        match name.as_str() {
            "deny" => request.deny(),
            "deny-with-success" => request.deny_with(0, "cut\0here"),
            "redirect" => request.redirect("https://b.example/wsman"),
            "bad-redirect" => request.redirect("/wsman"),
            "bare" => request.allow(UserGrant::new(Identity::HostProcess)),
            "token" => request.allow(UserGrant::new(Identity::Token(token(TOKEN)))),
            "spare-token" => request.allow(UserGrant::new(Identity::Token(token(SPARE_TOKEN)))),
            "linger" => {
                request.deny();
                thread::sleep(Duration::from_millis(50));
                self.board.lingered.fetch_add(1, Ordering::SeqCst);
            }
            "panic" => panic!("in the policy"),
            "drop" => drop(request),
            "park" => self.board.users.lock().unwrap().push(request),
            _ if request.user_context().is_some() => request.allow(UserGrant::new(Identity::Client).keep_context()),
            _ => {
                let context = self.probe(&name);
                request.allow(UserGrant::new(Identity::Client).context(context).administrator(name == "admin"));
            }
        }
    }

    fn authorize_operation(&self, request: OperationRequest<Probe>) {
        let context = request.user_context().map(|probe| probe.user.clone());
        match request.resource_uri().to_owned().as_str() {
            "share" => request.allow_sharing_context(),
            "fresh" => request.allow_with_context(self.probe("operation")),
            "park" => self.board.operations.lock().unwrap().push(request),
            "panic" => panic!("in the policy"),
            "whose" => request.deny_with(5, context.unwrap_or_default()),
            _ => request.allow(),
        }
    }

    fn query_quota(&self, request: QuotaRequest<Probe>) {
        let timeslot_s = u32::from(request.sender().name() != "zero");
        request.answer(Quota { shells: 1, operations: 2, timeslot_s, per_timeslot: 4 });
    }

    fn shutdown(&self, reason: ShutdownReason) {
        assert_eq!(reason, ShutdownReason::IisHost);
        self.board.shutdowns.fetch_add(1, Ordering::SeqCst);
    }
}
