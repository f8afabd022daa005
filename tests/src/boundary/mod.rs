//! The C boundary for fuzzers: memory as a host passes it, the completion functions, and a host without manners.
//!
//! Everything happens on one thread and in one execution; no state of the process is left behind.

#![allow(unsafe_code, reason = "the fuzzers play the host")]

mod book;
mod c_author;
mod c_calls;
mod c_host;
pub(crate) mod letter;
mod player;
mod policy;
mod record;
mod senders;
pub(crate) mod wire;

use wsman_authz_core::fault::Fault;

/// The six entry points, called by a host without manners; the bytes say how, and what the policy does.
///
/// # Errors
/// The calls as a trace that `wsman-authz judge` reads, and behind it, what is wrong.
pub fn enter(bytes: &[u8], fault: Option<Fault>) -> Result<(), String> {
    player::play(bytes, fault).map_err(|_| {
        let (played, trace) = record::recorded(|| player::play(bytes, fault));
        format!("{trace}{}\n", played.err().unwrap_or_default())
    })
}

/// The C API, with an author and a host who are careless where that is documented as checked.
///
/// # Errors
/// Says what is wrong. For the calls as a trace, set `WSMAN_AUTHZ_TRACE`.
pub fn call_c(bytes: &[u8], _: Option<Fault>) -> Result<(), String> {
    c_host::play(bytes)
}

/// Structures and texts as a host passes them: what the policy sees is what they say, or nothing comes of them.
///
/// # Errors
/// As [`enter`].
pub fn show(bytes: &[u8], fault: Option<Fault>) -> Result<(), String> {
    senders::play(bytes, fault).map_err(|_| {
        let (played, trace) = record::recorded(|| senders::play(bytes, fault));
        format!("{trace}{}\n", played.err().unwrap_or_default())
    })
}
