//! A C policy, written in Rust: callbacks that put down what they were asked, and answer what the user's name says.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_void};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};

use super::host::Host;
use super::keep;
use crate::answers::{self, IdentityCode};
use crate::policy::{ApplicationInfo, Policy};
use crate::question::{Question, QuestionKind, Request, Text};
use crate::statistics::{self, Statistics};
use crate::status::Status;

/// The state of an application: what a test can see of the policy.
#[derive(Default)]
pub(super) struct Board {
    /// Requests that were not answered, by the name of the user.
    pub(super) parked: Mutex<BTreeMap<String, Request>>,
    /// What the last question said.
    pub(super) asked: Mutex<Vec<String>>,
    /// What the last answer of a callback returned.
    pub(super) status: Mutex<Option<Status>>,
    /// How often each payload was dropped.
    pub(super) dropped: Mutex<Vec<usize>>,
    pub(super) shutdowns: AtomicUsize,
    pub(super) ended: AtomicUsize,
    /// Whose application it is.
    pub(super) policy: OnceLock<&'static Policy>,
}

impl Board {
    pub(super) fn parked(&self, user: &str) -> Request {
        self.parked.lock().unwrap().remove(user).unwrap()
    }

    pub(super) fn status(&self) -> Status {
        self.status.lock().unwrap().take().unwrap()
    }

    pub(super) fn dropped(&self) -> Vec<usize> {
        self.dropped.lock().unwrap().clone()
    }
}

/// A policy that runs, with its board.
pub(super) fn run(policy: Policy) -> (Host, &'static Board) {
    let board = board();
    let host = Host::start(policy);
    board.policy.set(host.policy).unwrap();
    (host, board)
}

/// Payloads are numbers in the form of pointers; those that tests use begin here.
pub(super) const PAYLOAD: usize = 0x1000;

static LINES: Mutex<Vec<(u32, String)>> = Mutex::new(Vec::new());

pub(super) fn payload(number: usize) -> *mut c_void {
    ptr::without_provenance_mut(PAYLOAD + number)
}

pub(super) fn lines() -> MutexGuard<'static, Vec<(u32, String)>> {
    LINES.lock().unwrap()
}

/// A board of its own, which the next application that starts on this thread gets as its state.
pub(super) fn board() -> &'static Board {
    let board: &'static Board = keep(Board::default());
    NEXT.with(|next| next.set(Some(board)));
    board
}

thread_local! {
    static NEXT: std::cell::Cell<Option<&'static Board>> = const { std::cell::Cell::new(None) };
}

pub(super) fn string(text: Text) -> Option<String> {
    // SAFETY: texts end with a NUL, which is what this checks together with the length.
    let read = unsafe { crate::text::read(text.units) }.unwrap();
    assert_eq!(read.as_ref().map_or(0, |text| text.encode_utf16().count()), text.length);
    read
}

unsafe extern "C" fn start(info: *const ApplicationInfo, state: *mut *mut c_void) -> u32 {
    // SAFETY: valid until this returns.
    let info = unsafe { &*info };
    if string(info.identification).as_deref() == Some("wsman/fails") {
        return 1234;
    }
    let board = NEXT.with(std::cell::Cell::take).map_or(ptr::null(), ptr::from_ref);
    // SAFETY: valid for one write.
    unsafe { state.write(board.cast_mut().cast()) };
    0
}

fn of<'a>(state: *mut c_void) -> &'a Board {
    // SAFETY: the state is a board, which lives for ever.
    unsafe { &*state.cast::<Board>() }
}

unsafe extern "C" fn on_question(state: *mut c_void, question: *const Question) {
    // SAFETY: valid until the answer, and until this returns.
    let question = unsafe { &*question };
    let (board, name) = (of(state), string(question.name).unwrap());
    let asked = [question.name, question.mechanism, question.url, question.action_uri, question.resource_uri];
    *board.asked.lock().unwrap() = asked.into_iter().map(|text| string(text).unwrap_or_default()).collect();
    let resource = string(question.resource_uri).unwrap_or_default();
    let answer = match (question.kind, name.as_str(), resource.as_str()) {
        (_, "park", _) | (_, _, "park") => {
            board.parked.lock().unwrap().insert(name, question.request);
            return;
        }
        (_, "silent", _) => return,
        (kind, _, _) if kind == QuestionKind::User as u32 => allow(question.request, question.user_payload),
        (_, _, "share") => answers::wsman_authz_allow_operation(question.request, question.user_payload),
        (_, _, "fresh") => answers::wsman_authz_allow_operation(question.request, payload(7)),
        _ => answers::wsman_authz_allow_operation(question.request, ptr::null_mut()),
    };
    *board.status.lock().unwrap() = Some(answer);
    assert!(string(question.name).is_some(), "the question stays until its callback has returned");
}

/// Yes under the client's identity; with the payload 1 for a user who has none.
fn allow(request: Request, has: *mut c_void) -> Status {
    let payload = if has.is_null() { payload(1) } else { has };
    // SAFETY: no token is handed over.
    unsafe { answers::wsman_authz_allow_user(request, payload, IdentityCode::Client as u32, ptr::null_mut(), 1) }
}

unsafe extern "C" fn shutdown(state: *mut c_void, reason: u32) {
    assert_eq!(reason, 3);
    of(state).shutdowns.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn drop_payload(state: *mut c_void, payload: *mut c_void) {
    let board = of(state);
    assert_eq!(board.ended.load(Ordering::SeqCst), 0, "the state ends after the payloads");
    if let Some(policy) = board.policy.get() {
        let _ = numbers(policy); // CL-60: with a lock held, this would never return
    }
    board.dropped.lock().unwrap().push(payload.addr() - PAYLOAD);
}

unsafe extern "C" fn drop_state(state: *mut c_void) {
    of(state).ended.fetch_add(1, Ordering::SeqCst);
}

unsafe extern "C" fn log(level: u32, text: *const c_char) {
    // SAFETY: the library passes a text.
    let text = unsafe { CStr::from_ptr(text) };
    lines().push((level, text.to_str().unwrap().to_owned()));
}

pub(super) const POLICY: Policy = Policy {
    size: size_of::<Policy>(),
    answer_within_ms: 0,
    watch_overdue: 0,
    start: Some(start),
    authorize_user: Some(on_question),
    authorize_operation: Some(on_question),
    query_quota: None,
    shutdown: Some(shutdown),
    drop_payload: Some(drop_payload),
    drop_state: Some(drop_state),
    log: Some(log),
};

/// A policy that is asked about quotas, too.
pub(super) const WITH_QUOTA: Policy = Policy { query_quota: Some(on_question), ..POLICY };

pub(super) const fn empty() -> Statistics {
    Statistics {
        size: size_of::<Statistics>(),
        applications: 0,
        live_leases: 0,
        payloads: 0,
        open_requests: 0,
        held_requests: 0,
        refused_completions: 0,
        misuses: 0,
        refused_answers: 0,
    }
}

/// The numbers of a policy; those of all policies left out.
pub(super) fn numbers(policy: &Policy) -> Statistics {
    let mut numbers = empty();
    // SAFETY: the out pointer is ours.
    let status = unsafe { statistics::wsman_authz_read_statistics(policy, &raw mut numbers) };
    assert_eq!(status, Status::Ok);
    Statistics { refused_answers: 0, ..numbers }
}
