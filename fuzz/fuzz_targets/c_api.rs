//! Bytes choose what the author of a C policy does, careless but for what CA-01 to CA-07 forbid.
//!
//! ```sh
//! cargo +nightly fuzz run c_api
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::C_API.fuzz(bytes));
