//! Bytes are structures and texts of a host: the policy sees what they say, or nothing comes of them.
//!
//! ```sh
//! cargo +nightly fuzz run senders
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::SENDERS.fuzz(bytes));
