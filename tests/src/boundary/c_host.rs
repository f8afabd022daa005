//! The host of a C policy: letters in, what was said out, and numbers that must balance.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

use wsman_authz_c::entry::{self, Completions};
use wsman_authz_c::policy::Policy;
use wsman_authz_c::statistics::{Statistics, wsman_authz_read_statistics};
use wsman_authz_core::call::RequestKind;
use wsman_authz_core::code::{ERROR_INVALID_PARAMETER, ERROR_SUCCESS};

use super::c_author::{Author, FULL, LEAN, writing};
use super::c_calls::EMPTY;
use super::letter::{Letter, Texts, start, wide};
use super::wire::{self, Listener, Said};
use crate::choices::Choices;

static COMPLETIONS: Completions =
    Completions { user: Some(wire::user), operation: Some(wire::operation), quota: Some(wire::quota) };

struct Host {
    author: Rc<Author>,
    policy: &'static Policy,
    waiting: RefCell<BTreeMap<usize, (RequestKind, Letter)>>,
    live: RefCell<BTreeSet<u64>>,
    running: RefCell<Vec<usize>>,
}

/// Plays what bytes stand for.
///
/// # Errors
/// Says what is wrong.
pub(super) fn play(bytes: &[u8]) -> Result<(), String> {
    /// The engine of a policy lives as long as the process: one execution at a time.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut choices = Choices::new(bytes);
    let policy = if choices.once_in(4) { &LEAN } else { &FULL };
    writing(choices, policy.drop_payload.is_some(), |author| {
        let (waiting, live, running) = (RefCell::default(), RefCell::default(), RefCell::default());
        let host = Rc::new(Host { author: Rc::clone(author), policy, waiting, live, running });
        wire::listening(Rc::clone(&host) as Rc<dyn Listener>, || host.run());
    })
}

impl Listener for Host {
    fn hear(&self, said: Said) -> u32 {
        let waits = self.waiting.borrow_mut().remove(&said.address);
        let fits = waits.is_some_and(|(kind, _)| kind == said.kind && said.flags == 0);
        self.author.must(fits, || format!("CL-50, CL-51: nobody waits for {said:?}"));
        let bare = said.error == 0 || said.context == 0 && said.token == 0 && said.quota.is_none();
        self.author.must(bare, || format!("CL-53: {said:?} is a failure"));
        if self.author.choose(8) == 7 {
            return ERROR_INVALID_PARAMETER;
        }
        if said.context != 0 {
            let is_new = self.live.borrow_mut().insert(said.context);
            self.author.must(is_new, || format!("CL-14: {:#x} names two leases", said.context));
        }
        ERROR_SUCCESS
    }
}

impl Host {
    fn run(&self) {
        self.startup("wsman/a");
        while !self.author.choices.borrow().is_over() {
            match self.author.choose(16) {
                0..=4 => self.ask(RequestKind::User),
                5..=7 => self.ask(RequestKind::Operation),
                8 => self.ask(RequestKind::Quota),
                9 | 10 => self.author.answer_any(),
                11 => self.author.check(),
                12 => self.careless(),
                13 => self.startup(["wsman/a", "wsman/b"][self.author.choose(2)]),
                _ => self.release(),
            }
        }
        for application in self.running.take() {
            let context = ptr::without_provenance_mut(application);
            let error = entry::wsman_authz_plugin_shutdown(self.policy, context, 0, 3);
            self.author.must(error == ERROR_SUCCESS, || format!("Shutdown returned {error}"));
        }
        let again = entry::wsman_authz_plugin_shutdown(self.policy, ptr::null_mut(), 0, 3);
        self.author.must(again == ERROR_INVALID_PARAMETER, || format!("Shutdown of nothing returned {again}"));
        self.author.all_stale();
        let waits = self.waiting.borrow().len();
        self.author.must(waits == 0, || format!("CL-54: {waits} questions wait for ever"));
        self.nothing_is_left();
    }

    fn nothing_is_left(&self) {
        let mut now = EMPTY;
        // SAFETY: CA-04: a place that begins with its size.
        unsafe { wsman_authz_read_statistics(self.policy, &raw mut now) };
        let Statistics { applications, live_leases, payloads, open_requests, held_requests, .. } = now;
        let left = [applications, live_leases, payloads, open_requests, held_requests];
        self.author.must(left == [0; 5], || format!("CL-13: something is left: {now:?}"));
    }

    fn application(&self) -> *mut c_void {
        let (which, running) = (self.author.choose(32), self.running.borrow());
        let known = running.get(which % running.len().max(1)).copied().filter(|_| which < 31);
        ptr::without_provenance_mut(known.unwrap_or(0))
    }

    fn ask(&self, kind: RequestKind) {
        let context = self.application();
        let token = [0x51, 0x51, 0x51, 0][self.author.choose(4)];
        let name = wide(["ann", "ann", "bob", "an\u{E9}"][self.author.choose(4)]);
        let letter = Letter::new(Texts { name, mechanism: wide("Negotiate"), token, ..Texts::default() });
        let (details, address) = (letter.pointer().cast_mut(), letter.address());
        self.waiting.borrow_mut().insert(address, (kind, letter));
        let (action, resource) = (wide("Get"), wide("http://e/r"));
        match kind {
            // SAFETY: CA-07, HA-01 to HA-04: the letter is kept until it is answered.
            RequestKind::User => unsafe {
                entry::wsman_authz_plugin_authorize_user(self.policy, context, details, 0);
            },
            // SAFETY: CA-07, HA-01 to HA-04, as above.
            RequestKind::Operation => unsafe {
                let (action, resource) = (start(&action), start(&resource));
                entry::wsman_authz_plugin_authorize_operation(self.policy, context, details, 0, 3, action, resource);
            },
            // SAFETY: CA-07, HA-01 to HA-04, as above.
            RequestKind::Quota => unsafe { entry::wsman_authz_plugin_query_quota(self.policy, context, details, 0) },
        }
        if context.is_null() {
            let waits = self.waiting.borrow_mut().remove(&address).is_some();
            self.author.must(waits, || "CL-54: an application that does not run answered".to_owned());
        }
    }

    fn release(&self) {
        let which = self.author.choose(256);
        let live = self.live.borrow().iter().copied().nth(which % 8);
        let value = live.filter(|_| which < 0xE0).unwrap_or_else(|| self.author.choices.borrow_mut().word());
        self.live.borrow_mut().remove(&value);
        entry::wsman_authz_plugin_release_context(self.policy, ptr::without_provenance_mut(value as usize));
    }

    fn startup(&self, name: &str) {
        let (name, mut context) = (wide(name), ptr::null_mut());
        let (completions, place) = (&raw const COMPLETIONS, &raw mut context);
        // SAFETY: CA-01, CA-04, CA-07, HA-02, HA-05.
        let error =
            unsafe { entry::wsman_authz_plugin_startup(self.policy, completions, 0, start(&name), ptr::null(), place) };
        self.author.must((error == ERROR_SUCCESS) != context.is_null(), || format!("CL-55: Startup returned {error}"));
        self.running.borrow_mut().extend(Some(context.addr()).filter(|number| *number != 0));
    }

    /// Startup with something missing, and calls for a policy that was never started.
    fn careless(&self) {
        let (name, mut context) = (wide("wsman/c"), ptr::null_mut());
        let lacking = Completions { quota: None, ..COMPLETIONS };
        let (policy, completions, place): (*const Policy, _, *mut *mut c_void) = match self.author.choose(4) {
            0 => (ptr::null(), &raw const COMPLETIONS, &raw mut context),
            1 => (self.policy, ptr::null(), &raw mut context),
            2 => (self.policy, &raw const lacking, &raw mut context),
            _ => (self.policy, &raw const COMPLETIONS, ptr::null_mut()),
        };
        // SAFETY: CA-01, CA-04: NULL or valid.
        let error =
            unsafe { entry::wsman_authz_plugin_startup(policy, completions, 0, start(&name), ptr::null(), place) };
        self.author.must(error == ERROR_INVALID_PARAMETER, || format!("Startup returned {error}"));
        let stranger = Policy { size: 0, ..FULL };
        entry::wsman_authz_plugin_release_context(&raw const stranger, ptr::without_provenance_mut(22));
        let error = entry::wsman_authz_plugin_shutdown(&raw const stranger, ptr::null_mut(), 0, 3);
        self.author.must(error == ERROR_INVALID_PARAMETER, || format!("Shutdown returned {error}"));
    }
}
