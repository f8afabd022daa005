//! Everything that is logged, in one place: stable texts and fields, target `wsman_authz`.

use std::io;
use std::path::Path;

use wsman_authz_core::ApplicationId;
#[cfg(not(test))]
use wsman_authz_core::Token;
use wsman_authz_core::engine::Misuse;

use crate::boundary::contain;
use crate::decode::Undecodable;
use crate::plugin::StartError;
use crate::trace::TARGET;

macro_rules! event {
    ($level:ident, $($fields:tt)+) => {
        // A subscriber is foreign code: it must not tear a hole into what was going on.
        contain(|| tracing::$level!(target: "wsman_authz", $($fields)+))
    };
}

pub(crate) fn misuse(misuse: Misuse) {
    event!(warn, %misuse, "the contract was broken");
}

pub(crate) fn panicked(what: &'static str, message: Option<&str>) {
    event!(error, what, message, "CL-61: panic stopped at the boundary");
}

pub(crate) fn null_sender(entry: &'static str) {
    event!(error, entry, "NULL senderDetails: the request cannot be answered");
}

pub(crate) fn flags(entry: &'static str, flags: u32) {
    event!(debug, entry, flags, "reserved flags are not zero; ignored");
}

pub(crate) fn undecodable(why: Undecodable) {
    event!(warn, %why, "the host's text cannot be read; the request is denied");
}

pub(crate) fn no_client_token(user: &str) {
    event!(warn, user, "CL-72: identity of the client granted, but the host has no token of the client; denied");
}

pub(crate) fn identity_missing() {
    event!(error, "CL-72: a success without an identity was turned into a failure");
}

pub(crate) fn abandoned(panicked: bool) {
    event!(warn, panicked, "CL-70: a request was dropped unanswered; denied");
}

pub(crate) fn refused(error: u32) {
    event!(warn, error, "CL-17: the host refused a completion");
}

#[cfg(not(any(windows, test)))]
pub(crate) fn token_closed(token: Token) {
    event!(debug, token = token.0, "CL-74: token closed");
}

#[cfg(all(windows, not(test)))]
pub(crate) fn token_not_closed(token: Token) {
    event!(error, token = token.0, "CL-74: the system refused to close a token");
}

pub(crate) fn started(application: ApplicationId, identification: &str) {
    event!(info, %application, identification, "application started");
}

pub(crate) fn already_running(identification: &str) {
    event!(error, identification, "CL-55: Startup of an application that runs already; refused");
}

pub(crate) fn not_started(identification: &str, error: &StartError) {
    event!(error, identification, code = error.code(), %error, "the policy did not start");
}

pub(crate) fn bad_startup(why: &'static str) {
    event!(error, why, "Startup cannot be understood; refused");
}

pub(crate) fn drained(application: ApplicationId, leases: u32, replies: u32) {
    if leases == 0 && replies == 0 {
        event!(info, %application, "application drained");
    } else {
        event!(warn, %application, leases, replies, "application drained: contexts not released, replies still held");
    }
}

pub(crate) fn shut_down(application: ApplicationId, replies: usize, inside: usize) {
    if inside > 0 {
        event!(error, %application, inside, "CL-62: calls were still inside the library when Shutdown returned");
    }
    if replies > 0 {
        event!(warn, %application, replies, "application shut down: the policy still holds requests");
    } else {
        event!(info, %application, "application shut down");
    }
}

pub(crate) fn no_number() {
    event!(error, "no number is left for another application");
}

pub(crate) fn no_watch(error: &std::io::Error) {
    event!(error, %error, "CL-70: no thread to watch for overdue requests; the application does not start");
}

pub(crate) fn watch_overdue() {
    event!(error, "CL-62: the thread that denies overdue requests was still inside the host when Shutdown returned");
}

pub(crate) fn trace_begun(path: &Path) {
    event!(info, path = %path.display(), "trace begun");
}

pub(crate) fn trace_not_begun(path: &Path, error: &io::Error) {
    event!(error, path = %path.display(), %error, "trace not begun");
}

pub(crate) fn trace_ended(error: &io::Error) {
    event!(error, %error, "trace ended: a record could not be written");
}

pub(crate) fn crossing(record: &str) {
    contain(|| tracing::trace!(target: TARGET, record));
}
