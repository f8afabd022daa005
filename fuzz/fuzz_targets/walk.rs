//! Bytes choose a scenario, a dialect and what the environment does; no rule may break.
//!
//! ```sh
//! cargo +nightly fuzz run walk
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::WALK.fuzz(bytes));
