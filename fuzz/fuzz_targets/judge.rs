//! Bytes are a trace; whatever they are, `judge` ends with a report or with one sentence.
//!
//! ```sh
//! cargo +nightly fuzz run judge
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::JUDGE.fuzz(bytes));
