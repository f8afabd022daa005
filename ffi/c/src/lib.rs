//! The C API: the same engine, behind callbacks and request numbers.
//!
//! A C policy is a table of functions ([`policy::Policy`]). One Rust policy, `application::Application`, stands for
//! all of them, so that everything else is what a Rust plug-in uses. Two things differ from Rust:
//!
//! - C cannot use a value up. A request is therefore a number, and the value that answers it waits in a table
//!   (`requests`): a number that was answered is stale, whoever still has it.
//! - A payload is a pointer, which nobody here looks behind; the author's `drop_payload` ends it (CL-13).
//!
//! `ffi/include/wsman_authz.h` is made from this crate's items and their comments, which are therefore written for
//! readers of C. Its assumptions about its callers are numbered CA-01 and so on; SPEC.md lists them.

#![deny(unsafe_code)]

pub mod answers;
mod application;
mod engines;
pub mod entry;
mod foreign;
mod log;
pub mod policy;
pub mod question;
mod requests;
pub mod statistics;
pub mod status;
pub mod text;

#[cfg(test)]
mod tests;

const _: () = assert!(cfg!(panic = "unwind"), "CL-61: the library must be built with panic = \"unwind\"");
