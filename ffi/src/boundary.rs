//! The panic guard: nothing unwinds out of this library (CL-61).
//!
//! Every entry point runs inside [`guard`], and so does every piece of foreign code that we call on the way: the
//! policy, a payload's destructor, a log subscriber. What one of them breaks ends there.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::log;

/// Runs `body`; if it panics, logs `what` panicked and returns `fallback`.
pub fn guard<R>(what: &'static str, fallback: R, body: impl FnOnce() -> R) -> R {
    // Unwind safety: our own state changes in steps that do not panic; a policy's state is its own business, as with
    // any thread that panicked.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => value,
        Err(panic) => {
            let message = panic.downcast_ref::<&str>().copied();
            let message = message.or_else(|| panic.downcast_ref().map(String::as_str));
            log::panicked(what, message);
            // The payload of a panic is foreign code's value, too.
            contain(|| drop(panic));
            fallback
        }
    }
}

/// Runs `body` and forgets a panic: for places where even logging it could be what panics.
pub(crate) fn contain(body: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(body)) {
        mem::forget(panic);
    }
}
