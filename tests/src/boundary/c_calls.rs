//! Each answer of the C API with arguments of any kind: what it must return, what it returned, whether it used the request
//! up.

use std::ptr;

use wsman_authz_c::answers::{self, IdentityCode, QuotaAnswer};
use wsman_authz_c::policy::{Policy, wsman_authz_check_policy};
use wsman_authz_c::question::{QuestionKind, Request};
use wsman_authz_c::statistics::{self, Statistics};
use wsman_authz_c::status::Status;

use super::c_author::{Asked, Author, FULL, PAYLOADS};
use super::letter::{Units, start, wide};

type Outcome = (Status, Status, bool);

/// What a number that is none returns, unless it was one in an earlier execution.
pub(super) const fn unknown() -> Status {
    Status::UnknownRequest
}

/// The status of a request that is open, and of this kind.
fn open(asked: Option<Asked>, kind: Option<QuestionKind>) -> Status {
    match asked {
        None => unknown(),
        Some(asked) if !asked.open => Status::StaleRequest,
        Some(asked) if kind.is_some_and(|kind| kind as u32 != asked.kind) => Status::WrongKind,
        Some(_) => Status::Ok,
    }
}

/// The first of these that is not OK.
fn first(statuses: &[Status]) -> Status {
    statuses.iter().copied().find(|status| *status != Status::Ok).unwrap_or(Status::Ok)
}

const fn unless(holds: bool, otherwise: Status) -> Status {
    if holds { Status::Ok } else { otherwise }
}

impl Author {
    /// A payload to give: nothing, the user's own, or a new one, which is the library's if it is taken.
    fn payload(&self, asked: Option<Asked>) -> (usize, bool) {
        match (self.choose(4), asked) {
            (0, _) => (0, false),
            (1, Some(asked)) => (asked.payload, false),
            _ => {
                let mut payloads = self.payloads.borrow_mut();
                payloads.push(0);
                (PAYLOADS + payloads.len() - 1, true)
            }
        }
    }

    /// Whatever is not OK took nothing.
    fn gave(&self, is_new: bool, status: Status) {
        if is_new && status != Status::Ok {
            let times = self.payloads.borrow_mut().pop();
            self.must(times == Some(0), || format!("CL-13: {status:?}, and the payload was dropped"));
        }
    }

    pub(super) fn allow_user(&self, request: Request, asked: Option<Asked>) -> Outcome {
        let (payload, is_new) = self.payload(asked);
        let (identity, token) = match self.choose(8) {
            how @ 0..=3 => ([1, 1, 2, 3][how], [0, 0, 0x9000, 0][how]),
            4 => (0, 0),
            5 => (IdentityCode::Token as u32, 0),
            6 => (IdentityCode::Client as u32, 0x9000),
            _ => (self.choices.borrow_mut().number() | 4, 0),
        };
        let fits = (1..=3).contains(&identity) && (identity == IdentityCode::Token as u32) == (token != 0);
        let is_client = identity == IdentityCode::Client as u32;
        let has_token = asked.is_none_or(|asked| asked.has_token || !is_client);
        let expected = first(&[
            unless(fits, Status::BadIdentity),
            open(asked, Some(QuestionKind::User)),
            unless(has_token, Status::NoClientToken),
            unless(!is_new || self.drops, Status::NoDropPayload),
        ]);
        let (payload, token) = (ptr::without_provenance_mut(payload), ptr::without_provenance_mut(token));
        // SAFETY: CA-06: no such token exists, and closing it does nothing.
        let status = unsafe { answers::wsman_authz_allow_user(request, payload, identity, token, 1) };
        self.gave(is_new, status);
        (expected, status, true)
    }

    pub(super) fn allow_operation(&self, request: Request, asked: Option<Asked>) -> Outcome {
        let (payload, is_new) = self.payload(asked);
        let endless = unless(!is_new || self.drops, Status::NoDropPayload);
        let expected = first(&[open(asked, Some(QuestionKind::Operation)), endless]);
        let status = answers::wsman_authz_allow_operation(request, ptr::without_provenance_mut(payload));
        self.gave(is_new, status);
        (expected, status, true)
    }

    pub(super) fn answer_quota(&self, request: Request, asked: Option<Asked>) -> Outcome {
        let timeslot_s = self.choose(4) as u32;
        let quota = QuotaAnswer { shells: 1, operations: 2, timeslot_s, per_timeslot: 3 };
        let is_null = self.choose(8) == 7;
        let expected = first(&[
            unless(!is_null, Status::NullArgument),
            unless(timeslot_s > 0, Status::BadQuota),
            open(asked, Some(QuestionKind::Quota)),
        ]);
        let quota = if is_null { ptr::null() } else { &raw const quota };
        // SAFETY: CA-04: NULL, or valid until the call returns.
        let status = unsafe { answers::wsman_authz_answer_quota(request, quota) };
        (expected, status, true)
    }

    /// A text, with the status that it earns: NULL, good or ill-formed.
    fn text(&self) -> (Units, Status) {
        match self.choose(4) {
            0 => (None, Status::Ok),
            1 => (Some(Box::new([0xDC00, 0])), Status::BadText),
            2 => (wide("https://b.example/wsman"), Status::Ok),
            _ => (wide("/elsewhere"), Status::Ok),
        }
    }

    pub(super) fn redirect(&self, request: Request, asked: Option<Asked>) -> Outcome {
        let (url, readable) = self.text();
        let expected = first(&[
            unless(url.is_some(), Status::NullArgument),
            readable,
            unless(url == wide("https://b.example/wsman"), Status::BadUrl),
            open(asked, Some(QuestionKind::User)),
        ]);
        // SAFETY: CA-03: NULL, or a text with a NUL.
        let status = unsafe { answers::wsman_authz_redirect(request, start(&url)) };
        (expected, status, true)
    }

    pub(super) fn deny(&self, request: Request, asked: Option<Asked>) -> Outcome {
        let (text, readable) = self.text();
        let error = [0, 5, 0x8033_8102, u32::MAX][self.choose(4)];
        let expected = first(&[readable, open(asked, None)]);
        // SAFETY: CA-03: NULL, or a text with a NUL.
        let status = unsafe { answers::wsman_authz_deny(request, error, start(&text)) };
        (expected, status, true)
    }

    /// Looks at a question, and at what its user has.
    pub(super) fn look(&self, request: Request, asked: Option<Asked>) -> Outcome {
        // SAFETY: CA-04: NULL.
        let nowhere = unsafe { answers::wsman_authz_question_of(request, ptr::null_mut()) };
        // SAFETY: CA-04: NULL.
        let nothing = unsafe { answers::wsman_authz_user_payload(request, ptr::null_mut()) };
        self.must((nowhere, nothing) == (Status::NullArgument, Status::NullArgument), || format!("NULL: {nowhere:?}"));
        let (mut question, mut payload) = (ptr::dangling(), ptr::dangling_mut());
        // SAFETY: CA-04: a place to write.
        let found = unsafe { answers::wsman_authz_question_of(request, &raw mut question) };
        // SAFETY: CA-04: a place to write.
        let status = unsafe { answers::wsman_authz_user_payload(request, &raw mut payload) };
        let expected = open(asked, None);
        let known = asked.filter(|asked| asked.open);
        let fits =
            (question, payload.addr()) == known.map_or((ptr::null(), 0), |asked| (asked.question, asked.payload));
        self.must(found == status && fits, || format!("{asked:?}: {found:?} {question:?}, {status:?} {payload:?}"));
        (expected, status, false)
    }

    /// What needs no request: tables that are wrong, and NULL.
    pub(super) fn check(&self) {
        let (policy, expected) = match self.choose(4) {
            0 => (Policy { size: self.choices.borrow_mut().number() as usize, ..FULL }, Status::WrongSize),
            1 => (Policy { authorize_user: None, ..FULL }, Status::MissingCallback),
            2 => (Policy { authorize_operation: None, ..FULL }, Status::MissingCallback),
            _ => (FULL, Status::Ok),
        };
        let expected =
            if policy.size == size_of::<Policy>() && expected == Status::WrongSize { Status::Ok } else { expected };
        // SAFETY: CA-01: a table that begins with its size.
        let status = unsafe { wsman_authz_check_policy(&raw const policy) };
        // SAFETY: CA-01: NULL.
        let null = unsafe { wsman_authz_check_policy(ptr::null()) };
        self.must((status, null) == (expected, Status::NullArgument), || format!("{policy:?}: {status:?}, {null:?}"));
        let mut numbers = EMPTY;
        numbers.size += self.choose(2);
        let sized = unless(numbers.size == EMPTY.size, Status::WrongSize);
        let expected = first(&[sized, Status::NotRunning]);
        // SAFETY: CA-04: a place that begins with its size.
        let status = unsafe { statistics::wsman_authz_read_statistics(&raw const policy, &raw mut numbers) };
        // SAFETY: CA-04: NULL.
        let null = unsafe { statistics::wsman_authz_default_quota(ptr::null_mut()) };
        self.must((status, null) == (expected, Status::NullArgument), || format!("statistics: {status:?}, {null:?}"));
    }
}

/// Nothing is there.
pub(super) const EMPTY: Statistics = Statistics {
    size: size_of::<Statistics>(),
    applications: 0,
    live_leases: 0,
    payloads: 0,
    open_requests: 0,
    held_requests: 0,
    refused_completions: 0,
    misuses: 0,
    refused_answers: 0,
};
