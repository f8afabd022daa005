//! An author in C who is careless: any answer to any number, NULL where a text should be, identities and quotas that are
//! none. What each call must return follows from the header.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

use wsman_authz_c::policy::{ApplicationInfo, Policy};
use wsman_authz_c::question::{Question, QuestionKind, Request, Text};
use wsman_authz_c::status::Status;
use wsman_authz_c::text;

use super::c_calls::unknown;
use crate::choices::Choices;

/// What the author knows of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) kind: u32,
    pub(super) open: bool,
    pub(super) has_token: bool,
    pub(super) payload: usize,
    pub(super) question: *const Question,
}

/// What author and host share in one execution.
pub(super) struct Author {
    pub(super) choices: RefCell<Choices>,
    /// The policy can end payloads.
    pub(super) drops: bool,
    asked: RefCell<BTreeMap<Request, Asked>>,
    /// Payloads that the library took, and how often each was dropped.
    pub(super) payloads: RefCell<Vec<u32>>,
    states: RefCell<Vec<u32>>,
    pub(super) wrong: RefCell<Option<String>>,
}

thread_local! {
    static AUTHOR: RefCell<Option<Rc<Author>>> = const { RefCell::new(None) };
}

/// The author of this thread.
fn author() -> Option<Rc<Author>> {
    AUTHOR.try_with(|author| author.borrow().clone()).ok().flatten()
}

/// Everything that a policy can have.
pub(super) static FULL: Policy = Policy {
    size: size_of::<Policy>(),
    answer_within_ms: 0,
    watch_overdue: 0,
    start: Some(begin),
    authorize_user: Some(on_question),
    authorize_operation: Some(on_question),
    query_quota: Some(on_question),
    shutdown: Some(on_shutdown),
    drop_payload: Some(drop_payload),
    drop_state: Some(drop_state),
    log: Some(log),
};

/// Nothing but what it must have.
pub(super) static LEAN: Policy =
    Policy { start: None, query_quota: None, shutdown: None, drop_payload: None, drop_state: None, log: None, ..FULL };

unsafe extern "C" fn begin(info: *const ApplicationInfo, state: *mut *mut c_void) -> u32 {
    let Some(author) = author() else { return 0 };
    // SAFETY: CA-02: valid until this returns.
    let info = unsafe { info.read() };
    author.is_text(info.identification);
    author.is_text(info.extra);
    if author.choose(16) == 15 {
        return 1234;
    }
    let mut states = author.states.borrow_mut();
    states.push(0);
    // SAFETY: CA-02: valid for one write.
    unsafe { state.write(ptr::without_provenance_mut(states.len())) };
    0
}

unsafe extern "C" fn on_question(_: *mut c_void, question: *const Question) {
    let Some(author) = author() else { return };
    // SAFETY: CA-05: valid until its request was answered and this has returned.
    let asked = unsafe { question.read() };
    for text in [asked.name, asked.mechanism, asked.url, asked.action_uri, asked.resource_uri] {
        author.is_text(text);
    }
    // SAFETY: CA-03, CA-05: a text of the question, and one with a NUL, or NULL.
    let is_ann = unsafe { text::wsman_authz_text_is(asked.name, c"ann".as_ptr()) };
    // SAFETY: CA-03, CA-05, as above.
    let begins = unsafe { text::wsman_authz_text_starts_with(asked.name, c"an".as_ptr()) };
    // SAFETY: CA-03, CA-05, as above.
    let nothing = unsafe { text::wsman_authz_text_is(asked.name, ptr::null()) };
    author.must(is_ann <= begins && nothing == 0, || "a text is, but does not begin".to_owned());
    let known = Asked {
        kind: asked.kind,
        open: true,
        has_token: !asked.client_token.is_null(),
        payload: asked.user_payload.addr(),
        question,
    };
    let before = author.asked.borrow_mut().insert(asked.request, known);
    author.must(before.is_none() && asked.request != 0, || "a number names two requests".to_owned());
    if author.choose(4) != 3 {
        author.answer(asked.request);
    }
    // CA-05: answered or not, the question is still there.
    // SAFETY: CA-05: this has not returned.
    let again = unsafe { (*question).request };
    author.must(again == asked.request, || "the question changed".to_owned());
}

unsafe extern "C" fn on_shutdown(_: *mut c_void, _: u32) {
    if let Some(author) = author()
        && author.choose(4) == 3
    {
        author.answer_any();
    }
}

unsafe extern "C" fn drop_payload(_: *mut c_void, payload: *mut c_void) {
    let Some(author) = author() else { return };
    let mut payloads = author.payloads.borrow_mut();
    let index = payload.addr().wrapping_sub(PAYLOADS);
    match payloads.get_mut(index) {
        Some(times) => *times += 1,
        None => author.must(false, || format!("CL-13: {payload:?} was dropped, and is no payload")),
    }
}

unsafe extern "C" fn drop_state(state: *mut c_void) {
    let Some(author) = author() else { return };
    match author.states.borrow_mut().get_mut(state.addr().wrapping_sub(1)) {
        Some(times) => *times += 1,
        None => author.must(false, || format!("{state:?} was dropped, and is no state")),
    }
}

unsafe extern "C" fn log(_: u32, _: *const std::ffi::c_char) {}

/// Payloads are numbers in the form of pointers, from here on.
pub(super) const PAYLOADS: usize = 0x1000;

/// Runs `body` with a new author on this thread, and judges what is left.
pub(super) fn writing(choices: Choices, drops: bool, body: impl FnOnce(&Rc<Author>)) -> Result<(), String> {
    let author = Rc::new(Author {
        choices: RefCell::new(choices),
        drops,
        asked: RefCell::default(),
        payloads: RefCell::default(),
        states: RefCell::default(),
        wrong: RefCell::default(),
    });
    AUTHOR.set(Some(Rc::clone(&author)));
    body(&author);
    AUTHOR.set(None);
    let once = author.payloads.borrow().iter().all(|times| *times == 1);
    author.must(once, || format!("CL-13: so often payloads were dropped: {:?}", author.payloads.borrow()));
    let once = author.states.borrow().iter().all(|times| *times == 1);
    author.must(once, || "a state was not dropped, or more than once".to_owned());
    author.wrong.borrow().clone().map_or(Ok(()), Err)
}

impl Author {
    pub(super) fn choose(&self, bound: usize) -> usize {
        self.choices.borrow_mut().below(bound)
    }

    pub(super) fn must(&self, holds: bool, why: impl FnOnce() -> String) {
        if !holds {
            self.wrong.borrow_mut().get_or_insert_with(why);
        }
    }

    /// A text is NULL, or ends with a NUL right behind its units.
    fn is_text(&self, text: Text) {
        if text.units.is_null() {
            return self.must(text.length == 0, || "NULL has a length".to_owned());
        }
        // SAFETY: CA-05: a text has a NUL behind its last unit.
        let last = unsafe { text.units.wrapping_add(text.length).read() };
        self.must(last == 0, || "a text does not end with a NUL".to_owned());
    }

    /// Requests end with the last application, answered or not.
    pub(super) fn all_stale(&self) {
        self.asked.borrow_mut().values_mut().for_each(|asked| asked.open = false);
    }

    /// Answers some request, or a number that is none.
    pub(super) fn answer_any(&self) {
        let which = self.choose(256);
        let known = self.asked.borrow().keys().rev().nth(which % 8).copied();
        let number = known.filter(|_| which < 0xE0).unwrap_or_else(|| self.choices.borrow_mut().word());
        self.answer(number);
    }

    fn answer(&self, request: Request) {
        let asked = self.asked.borrow().get(&request).copied();
        let what = match (self.choose(8), asked) {
            // Mostly what fits.
            (0..=4, Some(asked)) if asked.kind == QuestionKind::User as u32 => 0,
            (0..=4, Some(asked)) if asked.kind == QuestionKind::Operation as u32 => 1,
            (0..=4, Some(_)) => 2,
            (what, _) => what % 6,
        };
        let (expected, status, answers) = match what {
            0 => self.allow_user(request, asked),
            1 => self.allow_operation(request, asked),
            2 => self.answer_quota(request, asked),
            3 => self.redirect(request, asked),
            4 => self.look(request, asked),
            _ => self.deny(request, asked),
        };
        if status == Status::Ok
            && answers
            && let Some(asked) = self.asked.borrow_mut().get_mut(&request)
        {
            asked.open = false;
        }
        // A number of an earlier execution is stale, and not unknown.
        let fits = status == expected || expected == unknown() && status == Status::StaleRequest;
        self.must(fits, || format!("{asked:?} in way {what}: {status:?} in place of {expected:?}"));
    }
}
