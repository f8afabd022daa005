//! Random walks, much longer than any bound of the models, and random histories of the engine alone.
//!
//! - Whatever the environment does, no rule breaks: in every scenario, under every dialect.
//! - Whatever the host and the policy do, the engine does not panic, refused inputs change nothing, and after the
//!   last Shutdown nothing is left.
//! - Both would see a mistake: seeded faults end in a story that names the rule.
//!
//! A failure prints the bytes of the smallest input that shows it: put them into `fuzz/corpus/`.

use std::panic::catch_unwind;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use wsman_authz_core::Side;
use wsman_authz_core::dialect::{COUNT, Dialect};
use wsman_authz_core::fault::Fault;
use wsman_authz_models::model::{Model, SCENARIOS, Witness};
use wsman_authz_tests::history::{self, play_bytes};
use wsman_authz_tests::walk::{generous, walk, walk_bytes};

/// Runs a property without a file of seeds: what fails belongs to the corpus.
fn check<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value) -> TestCaseResult) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    if let Err(error) = TestRunner::new(config).run(strategy, property) {
        panic!("{error}");
    }
}

/// The bytes of a walk through a scenario with generous budgets: at least 200 steps.
fn walk_in(scenario: usize) -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 402..800).prop_map(move |mut bytes| {
        (bytes[0], bytes[1]) = (u8::try_from(scenario).unwrap_or_default(), 1);
        bytes
    })
}

/// Bytes that look random and are the same each time.
fn noise(seed: u64) -> impl Iterator<Item = u16> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as u16
    })
}

#[test]
fn no_walk_breaks_a_rule() {
    for (number, scenario) in SCENARIOS.iter().enumerate() {
        check(100, &walk_in(number), |bytes| {
            let walked = walk_bytes(&bytes);
            prop_assert!(walked.is_ok(), "{}: {}\nbytes: {bytes:02x?}", scenario.name, walked.unwrap_err());
            prop_assert!(walked.is_ok_and(|walked| walked.steps >= 199));
            Ok(())
        });
    }
}

#[test]
fn every_dialect_is_walked() {
    let mut met = 0;
    for (number, dialect) in Dialect::all().enumerate() {
        let scenario = generous(&SCENARIOS[number % SCENARIOS.len()]);
        let choices: Vec<u16> = noise(number as u64 + 1).take(80).collect();
        let walked = walk(&Model::new(scenario, dialect), &choices).unwrap_or_else(|story| panic!("{story}"));
        met |= walked.witnesses;
    }
    let missed: Vec<_> = Witness::ALL.iter().filter(|witness| met & (1 << **witness as u32) == 0).collect();
    assert!(missed.is_empty(), "{COUNT} walks without {missed:?}");
}

#[test]
fn a_walk_into_a_fault_ends_in_its_story() {
    let walk_into = |fault: Fault| {
        let tries = (0..400).map(|seed| {
            let scenario = generous(&SCENARIOS[seed % SCENARIOS.len()]);
            let dialect = Dialect::nth(seed * 23 % COUNT).unwrap_or_default();
            let choices: Vec<u16> = noise(seed as u64 + 1).take(200).collect();
            walk(&Model { fault: Some(fault), ..Model::new(scenario, dialect) }, &choices)
        });
        tries.filter_map(Result::err).find(|story| story.contains(fault.rule().id()))
    };
    let faults = [Fault::PayloadDroppedWithFirstLease, Fault::OldKeptAfterFailure, Fault::DroppedReplyLeftPending];
    for fault in faults {
        let story = walk_into(fault).unwrap_or_else(|| panic!("no walk finds {fault}"));
        assert!(story.contains("scenario ") && story.contains(fault.rule().title()), "{story}");
    }
}

#[test]
fn cl_13_whatever_happens_nothing_is_left_after_shutdown() {
    check(2000, &vec(any::<u8>(), 1..600), |bytes| {
        let played = play_bytes(&bytes);
        prop_assert!(played.is_ok(), "{}\nbytes: {bytes:02x?}", played.unwrap_err());
        Ok(())
    });
}

#[test]
fn histories_take_and_refuse_inputs() {
    let histories = (1..=50).map(|seed| {
        let bytes: Vec<u8> = noise(seed).map(|choice| choice as u8).take(900).collect();
        play_bytes(&bytes).unwrap_or_else(|story| panic!("{story}"))
    });
    let (taken, refused, leases) =
        histories.fold((0, 0, 0), |sum, played| (sum.0 + played.taken, sum.1 + played.refused, sum.2 + played.leases));
    assert!(taken > 5_000 && refused > 2_000 && leases > 300, "{taken} taken, {refused} refused, {leases} leases");
}

#[test]
fn every_fault_of_the_engine_shows_in_a_history() {
    for fault in Fault::ALL.iter().copied().filter(|fault| fault.side() == Side::Plugin) {
        let found = (1..=300).any(|seed| {
            let bytes: Vec<u8> = noise(seed).map(|choice| choice as u8).take(900).collect();
            // An engine with a fault may also panic: it counts wrong.
            catch_unwind(|| history::play(&bytes, Some(fault))).map_or(true, |played| played.is_err())
        });
        assert!(found, "{fault} should break {}", fault.rule());
    }
}
