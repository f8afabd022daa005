//! Bytes choose which of the six entry points a host without manners calls, and with what; no rule may break.
//!
//! ```sh
//! cargo +nightly fuzz run entry_points
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::ENTRY_POINTS.fuzz(bytes));
