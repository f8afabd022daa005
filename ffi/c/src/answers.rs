//! The author's answers. Each request takes one; what is refused leaves it open.

#![expect(unsafe_code, reason = "the author passes pointers")]

use std::ffi::c_void;

use wsman_authz::__private::guard;
use wsman_authz::{Identity, OperationRequest, OwnedToken, Quota, QuotaRequest, UserGrant, UserRequest};
use wsman_authz_core::engine::is_redirect_url;

use crate::application::{Payload, State};
use crate::foreign::Foreign;
use crate::question::{Facts, Question, Request, Unit};
use crate::requests::{REQUESTS, Reply};
use crate::status::Status;
use crate::text;

/// Under whose identity the host carries out what a user asks for. There is no default (CL-72).
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityCode {
    /// The client's own.
    Client = 1,
    /// That of a token that you hand over.
    Token = 2,
    /// That of the host process: every user who gets it can do what the process can do.
    HostProcess = 3,
}

/// How much a user may do.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaAnswer {
    /// Shells at a time.
    pub shells: u32,
    /// Operations at a time.
    pub operations: u32,
    /// The length of a time slot in seconds; not 0.
    pub timeslot_s: u32,
    /// Operations in a time slot.
    pub per_timeslot: u32,
}

/// What a payload in an answer means.
enum Given {
    Nothing,
    /// The pointer that the user has already: it is not handed over again.
    TheUsers,
    Fresh,
}

impl Given {
    fn of(payload: Foreign, facts: &Facts) -> Self {
        match payload {
            Foreign(pointer) if pointer.is_null() => Self::Nothing,
            payload if payload == facts.user_payload() => Self::TheUsers,
            _ => Self::Fresh,
        }
    }

    /// A fresh payload must have an end (CL-13).
    fn check(&self, state: &State) -> Result<(), Status> {
        let endless = matches!(self, Self::Fresh) && state.policy.drop_payload.is_none();
        if endless { Err(Status::NoDropPayload) } else { Ok(()) }
    }
}

/// Yes to a user.
///
/// `payload` is what you want to remember for the user: NULL for nothing, `question->user_payload` to go on with it
/// (CL-22), or any other pointer, which is handed over: `drop_payload` is called for it once, when the host has
/// released the last context that stands on it; that can be before this returns. `identity` is one of
/// wsman_authz_identity. `token` is an open token for WSMAN_AUTHZ_IDENTITY_TOKEN, which is handed over (CL-74), and
/// NULL otherwise. `administrator`, if not 0, lets the user see and delete the shells of others.
///
/// Returns OK, UNKNOWN_REQUEST, STALE_REQUEST, WRONG_KIND, BAD_IDENTITY, NO_CLIENT_TOKEN, NO_DROP_PAYLOAD, INTERNAL.
/// OK says that the answer was taken. It has no effect if the request was denied before, as overdue (CL-70) or by
/// Shutdown; the payload is dropped then.
///
/// # Safety
/// CA-06.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_allow_user(
    request: Request,
    payload: *mut c_void,
    identity: u32,
    token: *mut c_void,
    administrator: i32,
) -> Status {
    answering(|| {
        let identity = identity_of(identity, token)?;
        let payload = Foreign(payload);
        let taken = REQUESTS.take(request, |request: &UserRequest<Payload>, facts, state| {
            if identity == IdentityCode::Client && request.sender().client_token().is_none() {
                return Err(Status::NoClientToken);
            }
            Given::of(payload, facts).check(state)
        })?;
        let identity = match identity {
            IdentityCode::Client => Identity::Client,
            IdentityCode::HostProcess => Identity::HostProcess,
            // SAFETY: CA-06: the token is open, and nobody else closes it.
            IdentityCode::Token => Identity::Token(unsafe { OwnedToken::from_raw(token) }.ok_or(Status::BadIdentity)?),
        };
        let grant = UserGrant::new(identity).administrator(administrator != 0);
        let grant = match Given::of(payload, &taken.facts) {
            Given::Nothing => grant,
            Given::TheUsers => grant.keep_context(),
            Given::Fresh => grant.context(Payload::new(payload, &taken.state)),
        };
        taken.state.author.log.during(|| taken.request.allow(grant));
        Ok(())
    })
}

/// Sends a user elsewhere: to an absolute http or https URL (CL-73).
///
/// Returns OK, NULL_ARGUMENT, BAD_TEXT, BAD_URL, UNKNOWN_REQUEST, STALE_REQUEST, WRONG_KIND, INTERNAL.
///
/// # Safety
/// CA-03.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_redirect(request: Request, url: *const Unit) -> Status {
    answering(|| {
        // SAFETY: CA-03.
        let url = unsafe { text::read(url) }?.ok_or(Status::NullArgument)?;
        if !is_redirect_url(&url) {
            return Err(Status::BadUrl);
        }
        let taken = REQUESTS.take(request, |_: &UserRequest<Payload>, _, _| Ok(()))?;
        taken.state.author.log.during(|| taken.request.redirect(url));
        Ok(())
    })
}

/// Yes to an operation.
///
/// `payload` is what stays alive until the operation ends: NULL for nothing, `question->user_payload` to share what
/// the user has, also beyond the user's own context, or any other pointer, which is handed over: `drop_payload` is
/// called for it once, when the operation has ended.
///
/// Returns OK, UNKNOWN_REQUEST, STALE_REQUEST, WRONG_KIND, NO_DROP_PAYLOAD, INTERNAL. For OK see
/// wsman_authz_allow_user.
#[unsafe(no_mangle)]
pub extern "C" fn wsman_authz_allow_operation(request: Request, payload: *mut c_void) -> Status {
    answering(|| {
        let payload = Foreign(payload);
        let taken = REQUESTS
            .take(request, |_: &OperationRequest<Payload>, facts, state| Given::of(payload, facts).check(state))?;
        taken.state.author.log.during(|| match Given::of(payload, &taken.facts) {
            Given::Nothing => taken.request.allow(),
            Given::TheUsers => taken.request.allow_sharing_context(),
            Given::Fresh => taken.request.allow_with_context(Payload::new(payload, &taken.state)),
        });
        Ok(())
    })
}

/// Says how much a user may do.
///
/// Returns OK, NULL_ARGUMENT, BAD_QUOTA, UNKNOWN_REQUEST, STALE_REQUEST, WRONG_KIND, INTERNAL.
///
/// # Safety
/// CA-04.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_answer_quota(request: Request, quota: *const QuotaAnswer) -> Status {
    answering(|| {
        // SAFETY: CA-04: NULL, or valid for reads.
        let quota = *unsafe { quota.as_ref() }.ok_or(Status::NullArgument)?;
        if quota.timeslot_s == 0 {
            return Err(Status::BadQuota); // CL-80
        }
        let taken = REQUESTS.take(request, |_: &QuotaRequest<Payload>, _, _| Ok(()))?;
        let QuotaAnswer { shells, operations, timeslot_s, per_timeslot } = quota;
        let quota = Quota { shells, operations, timeslot_s, per_timeslot };
        taken.state.author.log.during(|| taken.request.answer(quota));
        Ok(())
    })
}

/// No, to a request of any kind.
///
/// `error` is an error code of Windows for the client; 0 stands for ERROR_ACCESS_DENIED (5). `text` is shown to the
/// client; it may be NULL.
///
/// Returns OK, BAD_TEXT, UNKNOWN_REQUEST, STALE_REQUEST, INTERNAL.
///
/// # Safety
/// CA-03.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_deny(request: Request, error: u32, text: *const Unit) -> Status {
    answering(|| {
        // SAFETY: CA-03.
        let text = unsafe { text::read(text) }?;
        let taken = REQUESTS.take_any(request)?;
        taken.state.author.log.during(|| taken.request.deny(error, text));
        Ok(())
    })
}

/// The question of a request that is not answered, for when its pointer was not kept. Never a pointer to a question
/// of another request.
///
/// Returns OK, NULL_ARGUMENT, UNKNOWN_REQUEST, STALE_REQUEST, INTERNAL. Without OK, `question` is set to NULL.
///
/// # Safety
/// CA-04, CA-05.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_question_of(request: Request, question: *mut *const Question) -> Status {
    answering(|| {
        if question.is_null() {
            return Err(Status::NullArgument);
        }
        let found = REQUESTS.question(request);
        let pointer = found.as_ref().map_or(std::ptr::null(), |found| *found);
        // SAFETY: CA-04: valid for one write; not NULL, checked above.
        unsafe { question.write(pointer) };
        found.map(drop)
    })
}

/// What you gave last for the user who asks: `question->user_payload`, by the number of the request.
///
/// Returns OK, NULL_ARGUMENT, UNKNOWN_REQUEST, STALE_REQUEST, INTERNAL. Without OK, `payload` is set to NULL.
///
/// # Safety
/// CA-04, CA-05.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_user_payload(request: Request, payload: *mut *mut c_void) -> Status {
    answering(|| {
        if payload.is_null() {
            return Err(Status::NullArgument);
        }
        let found = REQUESTS.user_payload(request);
        let pointer = found.map_or(std::ptr::null_mut(), |found| found.0);
        // SAFETY: CA-04: valid for one write; not NULL, checked above.
        unsafe { payload.write(pointer) };
        found.map(drop)
    })
}

/// Without a text, none is sent with the ordinary no.
macro_rules! deny {
    ($request:ident, $error:ident, $text:ident) => {
        match $text {
            None if $error == 0 => $request.deny(),
            text => $request.deny_with($error, text.unwrap_or_default()),
        }
    };
}

impl Reply {
    fn deny(self, error: u32, text: Option<String>) {
        match self {
            Self::User(request) => deny!(request, error, text),
            Self::Operation(request) => deny!(request, error, text),
            Self::Quota(request) => deny!(request, error, text),
        }
    }
}

/// Every answer goes through here: no panic leaves (CL-61), and what is refused is counted.
fn answering(answer: impl FnOnce() -> Result<(), Status>) -> Status {
    match guard("an answer", Err(Status::Internal), answer) {
        Ok(()) => Status::Ok,
        Err(status) => {
            REQUESTS.note_refused();
            status
        }
    }
}

fn identity_of(identity: u32, token: *mut c_void) -> Result<IdentityCode, Status> {
    let known = [IdentityCode::Client, IdentityCode::Token, IdentityCode::HostProcess];
    let known = known.into_iter().find(|known| *known as u32 == identity).ok_or(Status::BadIdentity)?;
    let fits = (known == IdentityCode::Token) != token.is_null();
    if fits { Ok(known) } else { Err(Status::BadIdentity) }
}
