//! The machines beside reference machines that were written from SPEC.md alone, on histories of 200 inputs and more.
//!
//! - Whatever happens, legal or not, the machine does exactly what the reference says.
//! - A mistake would show: every seeded fault makes the two differ, and the shortest story that is left says how.
//!
//! `WSMAN_AUTHZ_CASES` says how many histories there are in all. A failure names the command that plays it again, and
//! leaves its trace in the target folder.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use wsman_authz_core::fault::Fault;
use wsman_authz_models::judge::{Choice, Source, judge};
use wsman_authz_tests::cases::{bytes, share};
use wsman_authz_tests::history::Subject;
use wsman_authz_tests::history::failure::Failure;

/// Where traces of failures go.
const TRACES: &str = env!("CARGO_TARGET_TMPDIR");

fn history(subject: Subject, seed: u64) -> Vec<u8> {
    let (head, group) = subject.shape();
    bytes(seed, head, group)
}

fn keep(failure: Failure) -> Failure {
    failure.keep(Path::new(TRACES)).expect("the target folder takes a file")
}

/// Plays this share of all histories. The seed is all that proptest draws: it could not leave out inputs.
fn check(percent: u32, subject: Subject) {
    let config = Config { cases: share(percent), failure_persistence: None, ..Config::default() };
    let failed = TestRunner::new(config).run(&any::<u64>().no_shrink(), |seed| {
        let failure = Failure::find(subject, &history(subject, seed), None).map(keep);
        failure.map_or(Ok(()), |failure| Err(TestCaseError::fail(failure.to_string())))
    });
    if let Err(error) = failed {
        panic!("{error}");
    }
}

#[test]
fn the_engine_does_what_the_reference_says() {
    check(50, Subject::Engine);
}

#[test]
fn the_host_does_what_the_reference_says() {
    check(40, Subject::Host);
}

#[test]
fn what_crosses_the_boundary_is_what_the_reference_says() {
    check(10, Subject::Boundary);
}

#[test]
fn much_of_a_history_is_taken_and_much_refused() {
    for subject in Subject::ALL {
        let (mut taken, mut refused, mut contexts) = (0, 0, 0);
        for seed in 1..=50 {
            let played = subject.play(&history(subject, seed), None, None).unwrap_or_else(|why| panic!("{why}"));
            (taken, refused, contexts) = (taken + played.taken, refused + played.refused, contexts + played.contexts);
        }
        let seen = format!("{subject}: {taken} taken, {refused} refused, {contexts} contexts");
        assert!(taken > 6_000 && refused > 2_000 && contexts > 400, "{seen}");
    }
}

/// The shortest story of a fault that some histories give.
fn story_of(subject: Subject, fault: Fault) -> Failure {
    let failures = (1..=300).filter_map(|seed| Failure::find(subject, &history(subject, seed), Some(fault)));
    let shortest = failures.take(3).min_by_key(Failure::inputs);
    shortest.unwrap_or_else(|| panic!("{fault} should break {}", fault.rule()))
}

#[test]
fn every_fault_is_told_from_the_reference() {
    for subject in Subject::ALL {
        for fault in subject.faults() {
            let failure = keep(story_of(subject, fault));
            assert!(failure.inputs() <= 20, "a long story of {fault}:\n{failure}");
            let again = Failure::named(&failure.name()).expect("a name").map(|again| again.why);
            assert_eq!(again.as_ref(), Some(&failure.why), "{fault}");
            assert!(failure.judged().iter().all(|rule| rule.starts_with("CL-")), "no trace:\n{failure}");
        }
    }
}

#[test]
fn a_failure_is_a_short_story_with_its_trace_and_its_command() {
    let failure = keep(story_of(Subject::Engine, Fault::SamePayloadFreed));
    let text = failure.to_string();
    for part in [
        "The engine and its reference differ: ",
        "  minimal   locally: none of the ",
        "step  what happens",
        "plug-in → UserComplete(",
        "   !  ",
        "  again: cargo run -p wsman-authz-tests --example replay -- engine+same-payload-freed:",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let trace = text.lines().find_map(|line| line.strip_prefix("  trace     ")).expect("the place of the trace");
    let judged = judge(&Source::new(Path::new(trace)), Choice::AsTheTraceSays).expect("a trace");
    assert!(judged.records > 5 && judged.side == "plugin", "{judged:?}");
}
