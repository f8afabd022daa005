//! The pure state machines of wsman-authz.
//!
//! A WS-Man host hands requests to an authorization plug-in, the plug-in answers later and attaches opaque contexts,
//! and the host hands those back in one release callback. This crate is the contract between the two, three times:
//!
//! - [`engine::Engine`]: the plug-in's side. Leases, payloads, grants, requests.
//! - [`host::Host`]: the host's side. User records, operations, time-outs, every [`dialect::Dialect`].
//! - [`contract::Contract`]: the judge. Sees only the calls, says which rule broke.
//!
//! They share an alphabet ([`call::Call`]) and nothing else. Each is a value: an input goes in, a new value and the
//! effects to perform come out. No clock, no threads, no I/O, no unsafe code, no hash tables: the models explore the
//! very code that ships.
//!
//! SPEC.md is the contract in prose; every rule there has a number, and the line that upholds it cites it.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod call;
pub mod code;
pub mod contract;
mod cover;
pub mod dialect;
pub mod engine;
pub mod fault;
pub mod host;
mod id;
pub mod rule;
#[cfg(feature = "std")]
pub mod shared;
mod slab;
#[cfg(feature = "std")]
pub mod sync;
pub mod table;
mod time;
#[cfg(feature = "trace")]
pub mod trace;
mod user;
mod vacant;

pub use call::{Call, Crossing};
pub use id::{ApplicationId, Context, OperationId, PayloadId, Sender, ThreadId, Token};
pub use rule::{Rule, RuleSet, Side};
pub use time::{Clock, Millis, Timestamp};
pub use user::UserName;
