//! Bytes choose which leases are made, and which values are released: only a live one may end a lease.
//!
//! ```sh
//! cargo +nightly fuzz run handles
//! ```
//!
//! `cargo test` replays the corpus through the same function.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wsman_authz_tests::targets::HANDLES.fuzz(bytes));
