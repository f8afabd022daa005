//! Random walks, much longer than any bound of the models.
//!
//! - Whatever the environment does, no rule breaks: in every scenario, under every dialect.
//! - A walk would see a mistake: seeded faults end in a story that names the rule.
//!
//! A failure prints the bytes of the smallest input that shows it: put them into `fuzz/corpus/`.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use wsman_authz_core::dialect::{COUNT, Dialect};
use wsman_authz_core::fault::Fault;
use wsman_authz_models::model::{Model, SCENARIOS, Witness};
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
