//! Bytes choose a dialect, what clients do and what a policy says, through the C boundary; nothing may be left.
//!
//! ```sh
//! cargo +nightly fuzz run sequences
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::SEQUENCES.fuzz(bytes));
