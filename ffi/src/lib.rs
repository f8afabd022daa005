//! WS-Man (WinRM) authorization plug-ins in safe Rust.
//!
//! Implement [`Plugin`], write [`export_plugin!`], build a `cdylib`: that is the DLL. The host asks three questions:
//! may this user come in, may this user do this, how much may this user do. Each arrives as a request value; answering
//! it uses it up, so no request is answered twice, and one that is dropped unanswered is denied (CL-70). Answer at
//! once, or move the request to another thread and answer later.
//!
//! ```no_run
//! use wsman_authz::{ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest};
//!
//! struct Staff;
//!
//! impl Plugin for Staff {
//!     type Context = String; // what we want to remember for a user
//!
//!     fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
//!         Ok(Self)
//!     }
//!
//!     fn authorize_user(&self, request: UserRequest<String>) {
//!         match request.sender().name().strip_prefix("STAFF\\").map(str::to_owned) {
//!             Some(name) => request.allow(UserGrant::new(Identity::Client).context(name)),
//!             None => request.deny(),
//!         }
//!     }
//!
//!     fn authorize_operation(&self, request: OperationRequest<String>) {
//!         match request.user_context().map(String::as_str) {
//!             Some("guest") => request.deny(),
//!             _ => request.allow(),
//!         }
//!     }
//! }
//!
//! wsman_authz::export_plugin!(Staff);
//! # fn main() {}
//! ```
//!
//! What the contexts, reference counts and releases of the C interface are about is the business of
//! `wsman_authz_core::engine`, which this crate puts behind the six entry points. One way through: C call → decode
//! ([`Sender`], owned) → step (one lock) → effects, performed with no lock held → completion function.
//!
//! A policy is tested without a DLL: the feature `testing` brings a host that behaves in every way the documentation
//! allows, in the same process. Answers that take long have a deadline ([`Plugin::ANSWER_WITHIN`]).
//!
//! Everything worth knowing is logged as [`tracing`] events with the target `wsman_authz`; install a subscriber in
//! [`Plugin::start`]. Rules are cited by number; SPEC.md explains each.

#![deny(unsafe_code)]

/// The README's plug-in compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

mod action;
mod applications;
mod boundary;
mod clock;
mod completions;
mod decode;
mod exported;
mod exports;
mod gate;
mod grant;
mod log;
mod performer;
mod plugin;
mod reply;
mod request;
mod runtime;
mod sender;
mod source;
mod statistics;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod token;
mod trace;
mod visit;
mod watch;

#[cfg(test)]
mod tests;

pub use action::{Action, OperationNumber};
pub use grant::{Identity, UserGrant};
pub use plugin::{ApplicationInfo, DEFAULT_QUOTA, Plugin, ShutdownReason, StartError};
pub use request::{OperationRequest, QuotaRequest, UserRequest};
pub use sender::{Certificate, Sender};
pub use token::{ClientToken, OwnedToken};
pub use wsman_authz_core::call::Quota;
pub use wsman_authz_core::code;

/// What [`export_plugin!`] expands to. Not for direct use; it may change with any version.
#[doc(hidden)]
pub mod __private {
    pub use crate::boundary::guard;
    pub use crate::completions::Completions;
    pub use crate::decode::{Undecodable, text};
    pub use crate::exported::Exported;
    pub use crate::exports::{authorize_operation, authorize_user, query_quota, release_context, shutdown, startup};
    pub use crate::source::Source;
    pub use crate::statistics::Statistics;
    pub use core::ffi::c_void;
    pub use windows_sys::Win32::System::RemoteManagement::{
        WSMAN_SENDER_DETAILS, WSManPluginAuthzOperationComplete, WSManPluginAuthzQueryQuotaComplete,
        WSManPluginAuthzUserComplete,
    };
}

// A handle is 64 bits wide and leaves as a pointer.
const _: () = assert!(size_of::<usize>() == 8, "wsman-authz supports 64-bit targets only");
