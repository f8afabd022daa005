//! The real side: a policy that says what it is told to, behind the six entry points, and a host that notes what it
//! hears.
//!
//! Everything happens on one thread, so that the board can be found from inside a completion function, a policy and a
//! destructor. Nothing of it is borrowed while somebody else is called.

use std::cell::RefCell;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::time::Duration;

use wsman_authz::testing::Client;
use wsman_authz::testing::wire::{Envelope, RequestKind, Said, Wire};
use wsman_authz::{
    ApplicationInfo, DEFAULT_QUOTA, Identity, OperationRequest, OwnedToken, Plugin, Quota, QuotaRequest, StartError,
    UserGrant, UserRequest,
};

use super::ANSWER_WITHIN;
use super::words::{Behind, Event, Inside, Letter, Plan, Who, Word};
use crate::reference::engine::{REDIRECTS, Value};

/// A value of the policy. It tells when it is dropped.
#[derive(Debug)]
pub(super) struct Noted(Value);

impl Drop for Noted {
    fn drop(&mut self) {
        note(Event::Dropped(self.0));
    }
}

/// A request that the policy has put aside.
#[derive(Debug)]
enum Held {
    User(UserRequest<Noted>),
    Operation(OperationRequest<Noted>),
    Quota(QuotaRequest<Noted>),
}

/// The policy.
#[derive(Debug)]
pub(super) struct Parrot;

#[derive(Default)]
struct Board {
    wire: Option<Rc<Wire<Parrot>>>,
    events: Vec<Event>,
    held: Vec<Held>,
    envelopes: Vec<Rc<Envelope>>,
    plans: Vec<Plan>,
    /// The letter that is asked about just now.
    asking: Option<Letter>,
    /// What a host that hears badly makes of what is said.
    twist: Option<fn(&mut Said)>,
}

thread_local! {
    static BOARD: RefCell<Board> = RefCell::default();
}

fn note(event: Event) {
    // A value may be dropped when the thread has ended.
    let _ = BOARD.try_with(|board| board.borrow_mut().events.push(event));
}

/// Loads a plug-in.
pub(super) fn load(twist: Option<fn(&mut Said)>) -> Rc<Wire<Parrot>> {
    let wire = Rc::new(Wire::load());
    BOARD.set(Board { wire: Some(Rc::clone(&wire)), twist, ..Board::default() });
    wire
}

/// Gives everything back: requests first, while their host still hears them.
pub(super) fn unload() {
    let held = BOARD.with_borrow_mut(|board| std::mem::take(&mut board.held));
    drop(held);
    drop(BOARD.take()); // with an open board behind it: values tell that they go
    drop(events());
}

/// Writes a letter, or another one to the address of one that is over.
pub(super) fn write(letter: Letter, client: &Client, plan: Plan) {
    let fresh = BOARD.with_borrow(|board| board.envelopes.len() == letter);
    let envelope = fresh.then(|| Rc::new(Envelope::new(client, move |said| hear(letter, said))));
    BOARD.with_borrow_mut(|board| match envelope {
        Some(envelope) => {
            board.envelopes.push(envelope);
            board.plans.push(plan);
        }
        None => board.plans[letter] = plan,
    });
}

/// The host puts a question; without a letter, `senderDetails` is NULL.
pub(super) fn ask(kind: RequestKind, application: usize, letter: Option<Letter>) {
    let (wire, envelope) = BOARD.with_borrow_mut(|board| {
        board.asking = letter;
        (board.wire.clone(), letter.map(|letter| Rc::clone(&board.envelopes[letter])))
    });
    if let Some(wire) = wire {
        wire.ask(kind, application, envelope.as_deref());
    }
}

/// The policy answers a request that it has put aside.
pub(super) fn answer(place: usize, word: Word) {
    let held = BOARD.with_borrow_mut(|board| board.held.remove(place));
    reply(held, word);
}

/// What happened since the last time.
pub(super) fn events() -> Vec<Event> {
    BOARD.with_borrow_mut(|board| std::mem::take(&mut board.events))
}

/// The host hears an answer: what the completion function returns.
fn hear(letter: Letter, mut said: Said) -> u32 {
    let (plan, twist) = BOARD.with_borrow(|board| (board.plans[letter], board.twist));
    if let Some(twist) = twist {
        twist(&mut said);
    }
    let (kind, is_yes, context) = (said.kind, said.error == 0, said.context);
    note(Event::Said { letter, said });
    if let Some(inside) = plan.inside.filter(|_| is_yes) {
        note(Event::Inside(letter, inside));
        match inside {
            Inside::Release => {
                let wire = BOARD.with_borrow(|board| board.wire.clone());
                wire.iter().for_each(|wire| wire.release(context));
            }
            Inside::Ask(next) => ask(RequestKind::Operation, plan.application, Some(next)),
        }
    }
    note(Event::Returned { letter, kind, error: plan.refuse });
    plan.refuse
}

/// The policy is asked: it puts the request aside, or says at once what the letter is planned to bring about.
fn asked(kind: RequestKind, shown: Option<Value>, request: Held) {
    let (letter, word) = BOARD.with_borrow_mut(|board| {
        let letter = board.asking.take();
        (letter, letter.map_or(Word::Hold, |letter| board.plans[letter].word))
    });
    note(Event::Asked { letter, kind, shown });
    match word {
        Word::Hold => BOARD.with_borrow_mut(|board| board.held.push(request)),
        word => reply(request, word),
    }
}

fn reply(request: Held, word: Word) {
    match (word, request) {
        (Word::Hold | Word::Drop, request) => drop(request),
        (Word::Panic, request) => {
            let unwinding = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let _request = request;
                resume_unwind(Box::new("the policy panics"));
            }));
            drop(unwinding);
        }
        (Word::Deny, Held::User(request)) => request.deny(),
        (Word::Deny, Held::Operation(request)) => request.deny(),
        (Word::Deny, Held::Quota(request)) => request.deny(),
        (Word::DenyWith(code), Held::User(request)) => request.deny_with(code, "no"),
        (Word::DenyWith(code), Held::Operation(request)) => request.deny_with(code, "no"),
        (Word::DenyWith(code), Held::Quota(request)) => request.deny_with(code, "no"),
        (Word::Redirect(url), Held::User(request)) => request.redirect(REDIRECTS[url].0),
        (Word::Redirect(_), Held::Operation(request)) => request.deny(),
        (Word::Redirect(_), Held::Quota(request)) => request.deny(),
        (Word::Allow { payload, who, administrator }, Held::User(request)) => {
            let grant = UserGrant::new(identity(who)).administrator(administrator);
            request.allow(match payload {
                Behind::Nothing => grant,
                Behind::Fresh(value) => grant.context(Noted(value)),
                Behind::Kept => grant.keep_context(),
            });
        }
        (Word::Allow { payload, .. }, Held::Operation(request)) => match payload {
            Behind::Nothing => request.allow(),
            Behind::Fresh(value) => request.allow_with_context(Noted(value)),
            Behind::Kept => request.allow_sharing_context(),
        },
        (Word::Allow { who, .. }, Held::Quota(request)) => {
            request.answer(Quota { timeslot_s: who.seconds(), ..DEFAULT_QUOTA });
        }
    }
}

fn identity(who: Who) -> Identity {
    match who {
        Who::Client => Identity::Client,
        Who::Host => Identity::HostProcess,
        Who::Token(number) => {
            let handle = std::ptr::without_provenance_mut(number as usize);
            // SAFETY: a number without a resource behind it; nobody else has it.
            #[expect(unsafe_code, reason = "whoever makes a token from a handle vouches for it")]
            let token = unsafe { OwnedToken::from_raw(handle) };
            token.map_or(Identity::HostProcess, Identity::Token)
        }
    }
}

impl Plugin for Parrot {
    type Context = Noted;

    const ANSWER_WITHIN: Option<Duration> = Some(ANSWER_WITHIN);

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<Noted>) {
        let shown = request.user_context().map(|value| value.0);
        asked(RequestKind::User, shown, Held::User(request));
    }

    fn authorize_operation(&self, request: OperationRequest<Noted>) {
        let shown = request.user_context().map(|value| value.0);
        asked(RequestKind::Operation, shown, Held::Operation(request));
    }

    fn query_quota(&self, request: QuotaRequest<Noted>) {
        let shown = request.user_context().map(|value| value.0);
        asked(RequestKind::Quota, shown, Held::Quota(request));
    }
}
