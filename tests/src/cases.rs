//! How many random histories are played, and the bytes that each is made of.

use std::env;

/// The variable that says how many histories are played in all.
pub const VARIABLE: &str = "WSMAN_AUTHZ_CASES";

/// How many there are if it says nothing: a minute on one core, at most.
const USUAL: u32 = 100_000;

/// The fewest inputs of a history.
const SHORTEST: usize = 200;

/// So many percent of all histories.
///
/// # Panics
/// If the variable is set to something that is no number.
#[must_use]
pub fn share(percent: u32) -> u32 {
    let all = env::var(VARIABLE).map_or(USUAL, |number| {
        number.parse().unwrap_or_else(|error| panic!("{VARIABLE}={number} is no number of cases: {error}"))
    });
    (u64::from(all) * u64::from(percent)).div_ceil(100) as u32
}

/// The bytes of a history: some to begin with, then the same number for each of at least 200 inputs. They look random
/// and are the same each time.
#[must_use]
pub fn bytes(seed: u64, head: usize, group: usize) -> Vec<u8> {
    let length = head + group * (SHORTEST + seed as usize % 100);
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_be_bytes());
    }
    bytes.truncate(length);
    bytes
}
