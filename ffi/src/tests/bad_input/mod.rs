//! Everything that must not happen, and what happens then: the documented code, an event in the log, nothing lost.
//!
//! SPEC.md, section *Bad input*, lists each with the test that shows it.

mod contexts;
mod lifecycle;
mod payloads;
mod policies;
mod refusals;
mod senders;
mod texts;
mod volume;

/// Nothing is left: leases, payloads, open requests.
const NOTHING: (usize, usize, usize) = (0, 0, 0);
