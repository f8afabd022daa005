//! What an author writes: a table of functions.

#![expect(unsafe_code, reason = "the author passes pointers")]

use std::ffi::{c_char, c_void};
use std::time::Duration;

use crate::question::{Question, Text};
use crate::status::Status;

/// Why an application starts: `wsman_authz_policy.start` is given one. Valid until that callback returns.
#[repr(C)]
#[derive(Debug)]
pub struct ApplicationInfo {
    /// Its name, such as wsman/MyCompany/MyApplication. Empty if the host gave none.
    pub identification: Text,
    /// The XML that is stored with the configuration of the plug-in. `units` is NULL if there is none.
    pub extra: Text,
    /// Reserved by the host.
    pub flags: u32,
}

/// How much a line of the log matters.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogLevel {
    /// Something that must not happen.
    Error = 1,
    /// The host or the policy broke the contract, or a request was denied for want of an answer.
    Warning = 2,
    /// The ordinary life of an application.
    Information = 3,
}

/// Starts an application: writes its state through `state`. Returns 0, or an error code of Windows: the application
/// then does not run, and no other callback is called for it.
pub type StartCallback =
    Option<unsafe extern "C" fn(application: *const ApplicationInfo, state: *mut *mut c_void) -> u32>;

/// Puts a question. Answer `question->request` now, or later and from any thread.
pub type QuestionCallback = Option<unsafe extern "C" fn(state: *mut c_void, question: *const Question)>;

/// Ends an application; `reason` is the host's: 1 system shutdown, 2 service shutdown, 3 IIS host shutdown, 4 idle
/// time-out.
pub type ShutdownCallback = Option<unsafe extern "C" fn(state: *mut c_void, reason: u32)>;

/// Ends a payload.
pub type DropPayloadCallback = Option<unsafe extern "C" fn(state: *mut c_void, payload: *mut c_void)>;

/// Ends the state of an application.
pub type DropStateCallback = Option<unsafe extern "C" fn(state: *mut c_void)>;

/// Takes a line of the log: UTF-8, without a line break at its end, valid until the callback returns. `level` is one
/// of wsman_authz_log_level.
pub type LogCallback = Option<unsafe extern "C" fn(level: u32, text: *const c_char)>;

/// A policy: who may come in, who may do what. Fill `size` and the callbacks; leave the others 0.
///
/// The host calls from any thread and several at a time, and so are the callbacks called; no lock of the library is
/// held meanwhile.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// sizeof(wsman_authz_policy).
    pub size: usize,
    /// How long a request may stay unanswered, in milliseconds, before it is denied (CL-70): at the next call of the
    /// host, or on time with `watch_overdue`. 0: as long as the host waits. Taken at the first Startup.
    pub answer_within_ms: u32,
    /// Not 0: a thread of the library's own denies overdue requests on time. It runs while an application does; what
    /// it meets is not logged. Taken at the first Startup.
    pub watch_overdue: u32,
    /// May be NULL: the state is then NULL.
    pub start: StartCallback,
    /// May this user do anything at all? Asked for the first request of a user, and again to re-authorize:
    /// `question->user_payload` is then what you gave before.
    pub authorize_user: QuestionCallback,
    /// May this user do this? Asked for each operation of a user who was let in.
    pub authorize_operation: QuestionCallback,
    /// How much may this user do? NULL: wsman_authz_default_quota.
    pub query_quota: QuestionCallback,
    /// May be NULL. Whatever was unanswered has been denied, and no further question is put; one that was put before
    /// may still be inside its callback. Join your threads here: the library may be unloaded soon after (CL-62).
    /// Payloads may still be dropped, so do not free the state. Requests that you still hold become stale when this
    /// returns.
    pub shutdown: ShutdownCallback,
    /// Called once for each payload that was handed over, when the host has released the last of its contexts
    /// (CL-13). NULL only if you never give a payload.
    pub drop_payload: DropPayloadCallback,
    /// May be NULL. The last callback of an application: free the state.
    pub drop_state: DropStateCallback,
    /// May be NULL. Called on whatever thread something happened; it may call the library.
    pub log: LogCallback,
}

impl Policy {
    /// Reads and checks the author's table.
    ///
    /// # Safety
    /// CA-01 holds for `policy`, or it is NULL.
    pub(crate) unsafe fn read(policy: *const Self) -> Result<Self, Status> {
        if policy.is_null() {
            return Err(Status::NullArgument);
        }
        // SAFETY: CA-01: it begins with its size; not NULL, checked above.
        let size = unsafe { policy.cast::<usize>().read() };
        if size != size_of::<Self>() {
            return Err(Status::WrongSize);
        }
        // SAFETY: CA-01: it is as large as it says, and that is our size, checked above.
        let policy = unsafe { policy.read() };
        match (policy.authorize_user, policy.authorize_operation) {
            (Some(_), Some(_)) => Ok(policy),
            _ => Err(Status::MissingCallback),
        }
    }

    pub(crate) fn answer_within(&self) -> Option<Duration> {
        (self.answer_within_ms > 0).then(|| Duration::from_millis(self.answer_within_ms.into()))
    }
}

/// Whether a policy can be used; Startup refuses it otherwise, with ERROR_INVALID_PARAMETER (87).
///
/// Returns OK, NULL_ARGUMENT, WRONG_SIZE, MISSING_CALLBACK.
///
/// # Safety
/// CA-01.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_check_policy(policy: *const Policy) -> Status {
    // SAFETY: CA-01, from the caller.
    match unsafe { Policy::read(policy) } {
        Ok(_) => Status::Ok,
        Err(status) => status,
    }
}
