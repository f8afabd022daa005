//! A policy that does what bytes say: it answers at once, later or never, drops what it was given, panics, calls back in.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::rc::Rc;

use wsman_authz::{
    ApplicationInfo, Identity, OperationRequest, OwnedToken, Plugin, Quota, QuotaRequest, Sender, ShutdownReason,
    StartError, UserGrant, UserRequest, code,
};

use super::book::{Frame, Owner, Saying};
use super::player::{Player, player};

/// See the module. What it does is up to the player of this thread.
pub(crate) struct Policy;

/// A payload: it says when it goes.
pub(crate) struct Probe(usize);

/// A question that waits for its answer.
pub(crate) enum Held {
    User(UserRequest<Probe>),
    Operation(OperationRequest<Probe>),
    Quota(QuotaRequest<Probe>),
}

/// Why a policy panics. No hook is called, so that only a panic of ours ends a run of the fuzzer.
fn panic_quietly() -> ! {
    resume_unwind(Box::new("the policy panics"))
}

impl Drop for Probe {
    fn drop(&mut self) {
        let Some(player) = player() else { return };
        player.book.borrow_mut().drop(self.0);
        if player.choose(8) == 7 {
            player.call(); // CL-60
        }
        if player.choose(16) == 15 {
            panic_quietly(); // CL-61
        }
    }
}

/// The mechanism and the name are the user (CL-71).
fn owner(application: usize, sender: &Sender) -> Owner {
    (application, format!("{}\0{}", sender.mechanism(), sender.name()))
}

impl Held {
    const fn sender(&self) -> &Sender {
        match self {
            Self::User(request) => request.sender(),
            Self::Operation(request) => request.sender(),
            Self::Quota(request) => request.sender(),
        }
    }

    fn shown(&self) -> Option<usize> {
        let probe = match self {
            Self::User(request) => request.user_context(),
            Self::Operation(request) => request.user_context(),
            Self::Quota(request) => request.user_context(),
        };
        probe.map(|probe| probe.0)
    }

    /// The question came in: from the top of the stack.
    fn arrive(self) {
        let Some(player) = player() else { return };
        let Some(Frame::Entry(application, address)) = player.book.borrow().top() else {
            return player.book.borrow_mut().complain(|| "CL-62: a question that nobody asked".to_owned());
        };
        if let Some(payload) = self.shown() {
            player.book.borrow_mut().show(address, payload, &owner(application, self.sender()));
        }
        if player.choose(4) == 3 {
            player.held.borrow_mut().push((application, address, self));
        } else {
            self.answer(&player, application, address);
        }
    }

    /// As the author's own thread would.
    pub(crate) fn answer_later(self, player: &Rc<Player>, application: usize, address: usize) {
        drop(catch_unwind(AssertUnwindSafe(|| self.answer(player, application, address))));
    }

    fn answer(self, player: &Rc<Player>, application: usize, address: usize) {
        player.book.borrow_mut().unshow(address);
        let how = player.choose(16);
        let says_no = Saying { address, yes: false, token: 0, payload: None };
        let no = Frame::Answer(says_no);
        match (how, self) {
            (8, held) => player.inside(no, || drop(held)),
            (9, held) => player.inside(no, || {
                let _held = held;
                panic_quietly();
            }),
            (10..=12, held) => {
                let error = [0, code::ERROR_ACCESS_DENIED, code::ERROR_WSMAN_REDIRECT_REQUESTED][how - 10];
                let text = ["https://b.example/wsman", "no\0", ""][player.choose(3)];
                player.inside(no, || held.deny(error, text));
            }
            (13 | 14, Self::User(request)) => {
                let url = ["https://b.example/wsman", "/wsman"][how - 13];
                player.inside(no, || request.redirect(url));
            }
            (_, Self::Quota(request)) => {
                let timeslot_s = u32::from(!how.is_multiple_of(4));
                let saying = Saying { yes: timeslot_s > 0, ..says_no };
                let quota = Quota { shells: 1, operations: 2, timeslot_s, per_timeslot: 4 };
                player.inside(Frame::Answer(saying), || request.answer(quota));
            }
            (_, held) => {
                let payload = match how % 4 {
                    2 => held.shown(),
                    3 => Some(player.book.borrow_mut().make(owner(application, held.sender()))),
                    _ => None,
                };
                held.allow(player, how % 4, Saying { yes: true, payload, ..says_no });
            }
        }
    }

    /// Yes; with the user's payload (2), one of its own (3), or nothing.
    fn allow(self, player: &Rc<Player>, how: usize, saying: Saying) {
        match self {
            Self::User(request) => allow_user(player, request, how, saying),
            Self::Operation(request) => player.inside(Frame::Answer(saying), || match (how, saying.payload) {
                (2, _) => request.allow_sharing_context(),
                (3, Some(payload)) => request.allow_with_context(Probe(payload)),
                _ => request.allow(),
            }),
            Self::Quota(_) => {}
        }
    }

    fn deny(self, error: u32, text: &str) {
        match self {
            Self::User(request) => request.deny_with(error, text),
            Self::Operation(request) => request.deny_with(error, text),
            Self::Quota(request) => request.deny_with(error, text),
        }
    }
}

fn allow_user(player: &Rc<Player>, request: UserRequest<Probe>, how: usize, saying: Saying) {
    let own = request.sender().client_token().map_or(0, |token| token.as_raw().addr());
    let (identity, token) = match player.choose(3) {
        0 => (Identity::Client, own),
        1 => {
            let handle = 0x9000 + player.choose(256);
            // SAFETY: HA-12: no such handle exists, and closing it does nothing.
            let token = unsafe { OwnedToken::from_raw(ptr::without_provenance_mut(handle)) };
            (token.map_or(Identity::HostProcess, Identity::Token), handle)
        }
        _ => (Identity::HostProcess, 0),
    };
    // Without a token of the client, its identity is none (CL-72).
    let yes = own != 0 || !matches!(identity, Identity::Client);
    let grant = UserGrant::new(identity).administrator(how == 1);
    let grant = match (how, saying.payload) {
        (2, _) => grant.keep_context(),
        (3, Some(payload)) => grant.context(Probe(payload)),
        _ => grant,
    };
    let saying = Saying { yes, token: token as u64, ..saying };
    player.inside(Frame::Answer(saying), || request.allow(grant));
}

impl Policy {
    /// What starts one; now and then it does not.
    pub(crate) fn begin() -> Result<Self, StartError> {
        match player().map_or(0, |player| player.choose(8)) {
            6 => panic_quietly(),
            7 => Err(StartError::new("not now").with_code(1234)),
            _ => Ok(Self),
        }
    }
}

impl Plugin for Policy {
    type Context = Probe;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Self::begin()
    }

    fn authorize_user(&self, request: UserRequest<Probe>) {
        Held::User(request).arrive();
    }

    fn authorize_operation(&self, request: OperationRequest<Probe>) {
        Held::Operation(request).arrive();
    }

    fn query_quota(&self, request: QuotaRequest<Probe>) {
        Held::Quota(request).arrive();
    }

    fn shutdown(&self, _: ShutdownReason) {
        let Some(player) = player() else { return };
        match player.choose(4) {
            1 => player.call(),
            2 => player.answer_held(),
            3 => panic_quietly(),
            _ => {}
        }
    }
}
