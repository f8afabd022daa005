//! Bytes choose what happens to an engine, legal or not; no rule may break and nothing may be left.
//!
//! ```sh
//! cargo +nightly fuzz run engine
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::ENGINE.fuzz(bytes));
