//! A host without manners: any of the six entry points, with any arguments that are no wild pointers, in any order, also
//! from inside of whatever the plug-in calls.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use wsman_authz::__private::{self as plugin, Exported, Source};
use wsman_authz::code::{ERROR_INVALID_PARAMETER, ERROR_SUCCESS};
use wsman_authz_core::call::RequestKind;
use wsman_authz_core::fault::Fault;

use super::book::{Book, Frame};
use super::letter::{Letter, Texts, Units, start, wide};
use super::policy::{Held, Policy};
use super::wire::{self, COMPLETIONS, Listener, Said};
use crate::choices::Choices;

/// How deep calls may stand inside each other.
const DEEPEST: u32 = 3;

/// One plug-in, and the host that plays with it.
pub(crate) struct Player {
    exported: Exported<Policy>,
    choices: RefCell<Choices>,
    depth: Cell<u32>,
    pub(crate) book: RefCell<Book>,
    /// Questions that the policy holds: application, address, request.
    pub(crate) held: RefCell<Vec<(usize, usize, Held)>>,
}

thread_local! {
    static PLAYER: RefCell<Option<Rc<Player>>> = const { RefCell::new(None) };
}

/// The player of this thread.
pub(crate) fn player() -> Option<Rc<Player>> {
    PLAYER.try_with(|player| player.borrow().clone()).ok().flatten()
}

/// Plays what bytes stand for.
///
/// # Errors
/// Says what is wrong.
pub(crate) fn play(bytes: &[u8], fault: Option<Fault>) -> Result<(), String> {
    let player = Rc::new(Player::new(Choices::new(bytes), fault));
    PLAYER.set(Some(Rc::clone(&player)));
    wire::listening(Rc::clone(&player) as Rc<dyn Listener>, || player.run());
    PLAYER.set(None);
    player.book.borrow().verdict()
}

impl Listener for Player {
    fn hear(&self, said: Said) -> u32 {
        if !self.book.borrow_mut().hear(&said) {
            return ERROR_INVALID_PARAMETER;
        }
        let (refuses, calls) = (self.choose(8), self.choose(4) == 3);
        if calls {
            self.call(); // HA-08
        }
        if refuses < 7 {
            return ERROR_SUCCESS;
        }
        self.book.borrow_mut().refused(said.context);
        [ERROR_INVALID_PARAMETER, 1, u32::MAX][self.choose(3)]
    }
}

impl Player {
    fn new(mut choices: Choices, fault: Option<Fault>) -> Self {
        let no_time = choices.once_in(8);
        let source = Source::Function {
            start: Arc::new(|_| Policy::begin()),
            answer_within: no_time.then_some(Duration::ZERO),
            watch_overdue: false,
        };
        Self {
            exported: Exported::new(COMPLETIONS).with_fault(fault).with_source(source),
            choices: RefCell::new(choices),
            depth: Cell::new(0),
            book: RefCell::new(Book::new(no_time)),
            held: RefCell::default(),
        }
    }

    /// A number below `bound`.
    pub(crate) fn choose(&self, bound: usize) -> usize {
        self.choices.borrow_mut().below(bound)
    }

    /// Runs `body` with this on the stack, and takes it off whatever happens.
    pub(crate) fn inside<R>(&self, frame: Frame, body: impl FnOnce() -> R) -> R {
        struct Off<'a>(&'a RefCell<Book>);
        impl Drop for Off<'_> {
            fn drop(&mut self) {
                self.0.borrow_mut().pop();
            }
        }
        self.book.borrow_mut().push(frame);
        let _off = Off(&self.book);
        body()
    }

    fn run(&self) {
        while !self.choices.borrow().is_over() {
            self.call();
            self.balance();
        }
        let running: Vec<usize> = self.book.borrow().running.iter().copied().collect();
        running.into_iter().for_each(|application| self.shutdown(application));
        while !self.held.borrow().is_empty() {
            self.answer_held();
        }
        self.balance();
        self.book.borrow_mut().nothing_is_left();
    }

    fn balance(&self) {
        let now = self.exported.statistics();
        let counted = [now.applications, now.live_leases, now.open_requests, now.payloads];
        self.book.borrow_mut().balance(counted, self.held.borrow().len());
    }

    /// One call into the plug-in, or one answer of its policy.
    pub(crate) fn call(&self) {
        if self.depth.get() == DEEPEST {
            return;
        }
        self.depth.update(|depth| depth + 1);
        match self.choose(16) {
            0..=4 => self.ask(RequestKind::User),
            5..=7 => self.ask(RequestKind::Operation),
            8 => self.ask(RequestKind::Quota),
            9 | 10 => self.answer_held(),
            11 if self.depth.get() == 1 => self.shutdown(self.application()), // elsewhere it would wait for itself
            12 => self.startup(),
            _ => self.release(),
        }
        self.depth.update(|depth| depth - 1);
    }

    pub(crate) fn answer_held(&self) {
        let mut held = self.held.borrow_mut();
        let Some(last) = held.len().checked_sub(1) else { return };
        let (application, address, request) = held.remove(self.choose(256) % (last + 1));
        drop(held);
        if let Some(player) = player() {
            request.answer_later(&player, application, address);
        }
    }

    /// A plug-in context: mostly of an application that runs.
    fn application(&self) -> usize {
        let which = self.choose(256);
        let book = self.book.borrow();
        let known = book.running.iter().copied().nth(which % book.running.len().max(1));
        match (which / 32, known) {
            (0..=5, Some(known)) => known,
            (6, known) => known.map_or(0, |known| known | 1 << 32),
            (_, _) => self.choices.borrow_mut().word() as usize,
        }
    }

    fn flags(&self) -> u32 {
        if self.choose(8) == 7 { self.choices.borrow_mut().number() } else { 0 }
    }

    /// A text: mostly one of these.
    fn text(&self, usual: &[&str]) -> Units {
        let which = self.choose(16);
        match which {
            13 => None,
            14 => Some(Box::new([0x61, 0xD800, 0])), // ill-formed
            15 => {
                let few: Vec<u16> = (0..self.choose(4)).map(|_| self.choices.borrow_mut().number() as u16).collect();
                Some(few.into_iter().filter(|unit| *unit != 0).chain([0]).collect())
            }
            _ => wide(usual[which % usual.len()]),
        }
    }

    fn letter(&self) -> Letter {
        let name = self.text(&["CORP\\ann", "CORP\\bob"]);
        let mechanism = self.text(&["Negotiate", "Basic", "ClientCertificate"]);
        let certificate = (self.choose(4) == 3).then(|| [(); 4].map(|()| self.text(&["CN=ann", ""])));
        let token = [0x51, 0x51, 0x51, 0][self.choose(4)];
        Letter::new(Texts { name, mechanism, url: wide("https://h/wsman"), certificate, token })
    }

    fn ask(&self, kind: RequestKind) {
        let (context, flags) = (self.application(), self.flags());
        if self.choose(32) == 31 {
            return self.enter(kind, context, ptr::null(), flags); // nobody can be answered
        }
        let letter = self.letter();
        let (details, address) = (letter.pointer(), letter.address());
        let is_owed = self.book.borrow().running.contains(&context);
        self.book.borrow_mut().ask(letter, kind, context);
        self.inside(Frame::Entry(context, address), || self.enter(kind, context, details, flags));
        let is_held = self.held.borrow().iter().any(|(_, held, _)| *held == address);
        self.book.borrow_mut().asked(address, is_owed, is_held);
    }

    fn enter(&self, kind: RequestKind, context: usize, details: *const plugin::WSMAN_SENDER_DETAILS, flags: u32) {
        let context = pointer(context);
        match kind {
            // SAFETY: HA-01, HA-02, HA-04 hold for letters, or it is NULL.
            RequestKind::User => unsafe { plugin::authorize_user(&self.exported, context, details, flags) },
            RequestKind::Operation => {
                let (action, resource) = (self.text(&["Get", "Put"]), self.text(&["http://e/r"]));
                let (number, action, resource) = (self.flags(), start(&action), start(&resource));
                // SAFETY: HA-01 to HA-04, as above; the texts outlive the call.
                unsafe {
                    plugin::authorize_operation(&self.exported, context, details, flags, number, action, resource);
                }
            }
            // SAFETY: HA-01, HA-02, HA-04, as above.
            RequestKind::Quota => unsafe { plugin::query_quota(&self.exported, context, details, flags) },
        }
    }

    fn release(&self) {
        let which = self.choose(256);
        let known = self.book.borrow().context(which / 8);
        let value = match which % 8 {
            0 => 0,
            1 => self.choices.borrow_mut().word(),
            2 => known.unwrap_or(0) ^ 1 << (which / 8),
            _ => known.unwrap_or(22),
        };
        self.book.borrow_mut().released(value);
        self.inside(Frame::Release, || plugin::release_context(&self.exported, pointer(value as usize)));
    }

    fn startup(&self) {
        let untouched = ptr::without_provenance_mut(usize::MAX);
        let (name, extra) = (self.text(&["wsman/a", "wsman/b", "wsman/c"]), self.text(&["<Param/>"]));
        let (flags, mut context) = (self.flags(), untouched);
        let place = if self.choose(16) == 15 { ptr::null_mut() } else { &raw mut context };
        // SAFETY: HA-02: texts with a NUL, or NULL; HA-05: a place to write, or NULL.
        let error = unsafe { plugin::startup(&self.exported, flags, start(&name), start(&extra), place) };
        let mut book = self.book.borrow_mut();
        let runs = error == ERROR_SUCCESS;
        if runs != (!place.is_null() && !context.is_null() && context != untouched) {
            book.complain(|| format!("CL-55: Startup returned {error}, and wrote {context:?}"));
        }
        if runs && !book.running.insert(context.addr()) {
            book.complain(|| format!("CL-55: two applications are called {context:?}"));
        }
    }

    fn shutdown(&self, application: usize) {
        let (flags, reason) = (self.flags(), self.flags());
        let runs = self.book.borrow().running.contains(&application);
        if runs {
            self.book.borrow_mut().stop(application);
        }
        let shutdown = || plugin::shutdown(&self.exported, pointer(application), flags, reason);
        let error = self.inside(Frame::Shutdown, shutdown);
        let mut book = self.book.borrow_mut();
        if runs {
            book.stopped(application);
        }
        if (error == ERROR_SUCCESS) != runs {
            book.complain(|| format!("CL-55: Shutdown of {application:#x} returned {error}"));
        }
    }
}

const fn pointer(value: usize) -> *const c_void {
    ptr::without_provenance(value)
}
