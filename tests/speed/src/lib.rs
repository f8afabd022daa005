//! How fast the machines are: beside others who do the same, and beside the least that could be done.
//!
//! BENCHMARKS.md says what each workload is about and how to run them.

pub mod cli;
pub mod expiry;
pub mod harness;
pub mod leases;
pub mod payload;
pub mod plug_in;
pub mod random;
pub mod requests;
pub mod second;
pub mod steps;
pub mod threads;
pub mod visits;
