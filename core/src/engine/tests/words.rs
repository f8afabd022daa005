//! The words of the stories: short names for inputs and effects.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::format;

use super::{Does, Happens, User, Value};
use crate::call::{Completion, Identity, Quota, RequestKind};
use crate::code::{ERROR_INVALID_PARAMETER, ERROR_SUCCESS};
use crate::engine::{Abandoned, Answer, Effect, Input, Misuse, Payload, RequestId};
use crate::id::{ApplicationId, Context, Sender, Token};

pub(super) const A: ApplicationId = ApplicationId(1);
pub(super) const B: ApplicationId = ApplicationId(2);
pub(super) const ALICE: User = "alice";
pub(super) const BOB: User = "bob";
pub(super) const R0: RequestId = RequestId(0);
pub(super) const R1: RequestId = RequestId(1);
pub(super) const R2: RequestId = RequestId(2);
pub(super) const USER: RequestKind = RequestKind::User;
pub(super) const OPERATION: RequestKind = RequestKind::Operation;
pub(super) const QUOTA: RequestKind = RequestKind::Quota;
pub(super) const TOKEN: Token = Token(7);
pub(super) const ONE_SHELL: Quota = Quota { shells: 1, operations: 2, timeslot_s: 3, per_timeslot: 4 };

/// A payload for each of many steps.
pub(super) fn numbered(number: u32) -> Value {
    Box::leak(format!("p{number}").into_boxed_str())
}

/// The handle of a slot in one of its generations.
pub(super) fn lease(slot: u32, generation: u32) -> Context {
    Context::new(u64::from(generation) << 32 | u64::from(slot)).expect("generations start at 1")
}

fn sender(number: u64) -> Sender {
    Sender::new(number).expect("senders start at 1")
}

// What the host does.

pub(super) fn starts(application: ApplicationId) -> Happens {
    Input::Startup { application }
}

pub(super) fn stops(application: ApplicationId) -> Happens {
    Input::Shutdown { application }
}

pub(super) fn asks(kind: RequestKind, application: ApplicationId, number: u64, user: User) -> Happens {
    let sender = sender(number);
    match kind {
        RequestKind::User => Input::AuthorizeUser { application, sender, user },
        RequestKind::Operation => Input::AuthorizeOperation { application, sender, user },
        RequestKind::Quota => Input::QueryQuota { application, sender, user },
    }
}

pub(super) fn asks_user(application: ApplicationId, number: u64, user: User) -> Happens {
    asks(USER, application, number, user)
}

pub(super) fn asks_operation(application: ApplicationId, number: u64, user: User) -> Happens {
    asks(OPERATION, application, number, user)
}

pub(super) fn asks_quota(application: ApplicationId, number: u64, user: User) -> Happens {
    asks(QUOTA, application, number, user)
}

pub(super) fn accepts(request: RequestId) -> Happens {
    Input::Completed { request, error: ERROR_SUCCESS }
}

pub(super) fn refuses(request: RequestId) -> Happens {
    Input::Completed { request, error: ERROR_INVALID_PARAMETER }
}

pub(super) fn releases(context: Context) -> Happens {
    Input::Release { context: Some(context) }
}

// What the policy does.

pub(super) fn answers(request: RequestId, answer: Answer<Value>) -> Happens {
    Input::Answer { request, answer }
}

pub(super) fn abandons(request: RequestId, why: Abandoned) -> Happens {
    Input::Abandon { request, why }
}

pub(super) fn let_in(payload: Payload<Value>) -> Answer<Value> {
    Answer::AllowUser { payload, identity: Identity::Client, administrator: false }
}

/// A yes with a payload and a token of its own: everything that can be lost.
pub(super) fn let_in_as(token: Token, payload: Value) -> Answer<Value> {
    Answer::AllowUser { payload: Payload::Fresh(payload), identity: Identity::Token(token), administrator: false }
}

pub(super) fn allow(payload: Payload<Value>) -> Answer<Value> {
    Answer::AllowOperation { payload }
}

pub(super) fn deny(error: u32) -> Answer<Value> {
    Answer::Deny { error, text: None }
}

pub(super) fn redirect(url: &'static str) -> Answer<Value> {
    Answer::Redirect { url: Cow::Borrowed(url) }
}

// What the engine does.

pub(super) fn asked(request: RequestId, kind: RequestKind, payload: Option<Value>) -> Does {
    Effect::Ask { request, kind, payload }
}

pub(super) fn says(request: RequestId, completion: Completion) -> Does {
    Effect::Complete { request, completion }
}

/// A success with nothing in it but the pointer.
pub(super) fn bare(kind: RequestKind, number: u64) -> Completion {
    Completion::failure(kind, sender(number), ERROR_SUCCESS)
}

pub(super) fn yes_user(request: RequestId, number: u64, lease: Context) -> Does {
    yes_user_as(request, number, lease, Identity::Client)
}

pub(super) fn yes_user_as(request: RequestId, number: u64, lease: Context, identity: Identity) -> Does {
    let (context, identity) = (Some(lease), Some(identity));
    says(request, Completion { context, identity, ..bare(USER, number) })
}

pub(super) fn yes_operation(request: RequestId, number: u64, context: Option<Context>) -> Does {
    says(request, Completion { context, ..bare(OPERATION, number) })
}

pub(super) fn yes_quota(request: RequestId, number: u64, quota: Quota) -> Does {
    says(request, Completion { quota: Some(quota), ..bare(QUOTA, number) })
}

/// A failure with nothing in it but the pointer and a code (CL-53).
pub(super) fn no(request: RequestId, kind: RequestKind, number: u64, error: u32) -> Does {
    says(request, Completion::failure(kind, sender(number), error))
}

pub(super) fn drained(application: ApplicationId, leases: u32, replies: u32) -> Does {
    Effect::Drained { application, leases, replies }
}

pub(super) fn reports(misuse: Misuse) -> Does {
    Effect::Report(misuse)
}
