//! The six entry points against a fake host: no library is loaded, everything else is as in a plug-in.

#![allow(unsafe_code, clippy::unwrap_used, reason = "the tests play the host")]

mod bad_input;
mod contexts;
mod host;
mod policy;
mod races;
mod requests;
mod shutdown;
mod test_host;
mod watch;

use std::sync::Mutex;

use wsman_authz_core::Token;

/// Every token that was closed in this process, for tests that use a value of their own.
static CLOSED: Mutex<Vec<Token>> = Mutex::new(Vec::new());

pub(crate) fn note_closed(token: Token) {
    CLOSED.lock().unwrap().push(token);
}

pub(crate) fn closed(token: u64) -> usize {
    CLOSED.lock().unwrap().iter().filter(|closed| closed.0 == token).count()
}
