//! Bytes choose a dialect, and what clients, clock and plug-in do; the contract may find nothing against the host.
//!
//! ```sh
//! cargo +nightly fuzz run host
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::HOST.fuzz(bytes));
