//! The machines against reference machines that were written from SPEC.md alone, on histories of 200 inputs and more.
//!
//! - Whatever happens, legal or not, the machine does exactly what the reference says.
//! - A mistake would show: every seeded fault makes the two differ.
//!
//! `WSMAN_AUTHZ_CASES` says how many histories there are in all.

use std::panic::catch_unwind;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use wsman_authz_core::Side;
use wsman_authz_core::fault::Fault;
use wsman_authz_tests::cases::{bytes, share};
use wsman_authz_tests::{history, host_history};

/// Plays this share of all histories. The seed is all that proptest draws: a story is made shorter by leaving inputs
/// out, which it cannot do.
fn check(percent: u32, head: usize, group: usize, play: impl Fn(&[u8]) -> Result<(), String>) {
    let config = Config { cases: share(percent), failure_persistence: None, ..Config::default() };
    let failed = TestRunner::new(config).run(&any::<u64>().no_shrink(), |seed| {
        let bytes = bytes(seed, head, group);
        play(&bytes).map_err(|story| TestCaseError::fail(format!("{story}\nbytes: {bytes:02x?}")))
    });
    if let Err(error) = failed {
        panic!("{error}");
    }
}

#[test]
fn the_engine_does_what_the_reference_says() {
    check(50, 1, history::GROUP, |bytes| history::play_bytes(bytes).map(drop));
}

#[test]
fn histories_take_and_refuse_inputs() {
    let histories = (1..=50)
        .map(|seed| history::play_bytes(&bytes(seed, 1, history::GROUP)).unwrap_or_else(|story| panic!("{story}")));
    let (taken, refused, leases) =
        histories.fold((0, 0, 0), |sum, played| (sum.0 + played.taken, sum.1 + played.refused, sum.2 + played.leases));
    assert!(taken > 8_000 && refused > 2_000 && leases > 400, "{taken} taken, {refused} refused, {leases} leases");
}

#[test]
fn every_fault_of_the_engine_is_told_from_the_reference() {
    for fault in Fault::ALL.iter().copied().filter(|fault| fault.side() == Side::Plugin) {
        let found = (1..=300).any(|seed| {
            let bytes = bytes(seed, 1, history::GROUP);
            // An engine with a fault may also panic: it counts wrong.
            catch_unwind(|| history::play(&bytes, Some(fault))).map_or(true, |played| played.is_err())
        });
        assert!(found, "{fault} should break {}", fault.rule());
    }
}

#[test]
fn the_host_does_what_the_reference_says() {
    check(40, host_history::HEAD, host_history::GROUP, |bytes| host_history::play_bytes(bytes).map(drop));
}

#[test]
fn histories_of_the_host_take_and_refuse_inputs() {
    let histories = (1..=50).map(|seed| {
        let bytes = bytes(seed, host_history::HEAD, host_history::GROUP);
        host_history::play_bytes(&bytes).unwrap_or_else(|story| panic!("{story}"))
    });
    let (taken, refused, effects) =
        histories.fold((0, 0, 0), |sum, told| (sum.0 + told.taken, sum.1 + told.refused, sum.2 + told.effects));
    assert!(taken > 8_000 && refused > 2_000 && effects > 6_000, "{taken} taken, {refused} refused, {effects} effects");
}

#[test]
fn every_fault_of_the_host_is_told_from_the_reference() {
    for fault in Fault::ALL.iter().copied().filter(|fault| fault.side() == Side::Host) {
        let found = (1..=300).any(|seed| {
            let bytes = bytes(seed, host_history::HEAD, host_history::GROUP);
            catch_unwind(|| host_history::play(&bytes, Some(fault))).map_or(true, |played| played.is_err())
        });
        assert!(found, "{fault} should break {}", fault.rule());
    }
}
