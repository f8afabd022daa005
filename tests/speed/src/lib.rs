//! How fast the machines are: beside others who do the same, and beside the least that could be done.
//!
//! BENCHMARKS.md says what each workload is about and how to run them. With the feature `models` this is another
//! program: the machines have seeded faults then, and the completion functions are those of `drive`.

pub mod cli;
#[cfg(not(feature = "models"))]
pub mod expiry;
#[cfg(feature = "models")]
pub mod exploring;
pub mod harness;
#[cfg(feature = "models")]
pub mod judging;
#[cfg(not(feature = "models"))]
pub mod leases;
#[cfg(not(feature = "models"))]
pub mod memory;
pub mod payload;
#[cfg(not(feature = "models"))]
pub mod plug_in;
pub mod random;
#[cfg(not(feature = "models"))]
pub mod requests;
pub mod scaling;
#[cfg(not(feature = "models"))]
pub mod second;
#[cfg(not(feature = "models"))]
pub mod steps;
pub mod threads;
#[cfg(not(feature = "models"))]
pub mod visits;
