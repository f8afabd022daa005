//! The fuzz targets as they are: whatever bytes come, nothing is wrong; and each sees the mistakes that it can see.

use std::panic::catch_unwind;
use std::path::Path;

use wsman_authz_core::fault::Fault;
use wsman_authz_models::judge::{Choice, Source, judge_stream};
use wsman_authz_tests::cases::share;
use wsman_authz_tests::targets::{ALL, ENGINE, ENTRY_POINTS, HANDLES, HOST, SEQUENCES, Target};

/// Bytes that look random and are the same each time.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let bytes = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as u8
    });
    bytes.take(length).collect()
}

#[test]
fn noise_finds_nothing() {
    for target in ALL {
        for seed in 1..=150 {
            let bytes = noise(seed, 40 + 2 * seed as usize);
            (target.play)(&bytes, None).unwrap_or_else(|story| panic!("{} {seed}\n{story}", target.name));
        }
    }
}

#[test]
fn an_honest_host_is_not_accused() {
    for seed in 1..=u64::from(share(50)) {
        let bytes = noise(seed, 20 + seed as usize % 600);
        (HOST.play)(&bytes, None).unwrap_or_else(|story| panic!("{seed}\n{story}"));
    }
}

/// Whether noise finds the fault, and the end of the story.
fn find(target: &Target, fault: Fault) -> Option<String> {
    (1..=3000).find_map(|seed| {
        let bytes = noise(seed, 300);
        // A machine with a fault may also panic: it counts wrong.
        let told = catch_unwind(|| (target.play)(&bytes, Some(fault)).err());
        told.unwrap_or_else(|_| Some("a panic".to_owned()))
    })
}

/// Each finds these mistakes, and says which rule broke.
const TEETH: &[(Target, &[Fault])] = &[
    (ENGINE, &[Fault::LeaseOnDenial, Fault::LateYesCounts]),
    (HANDLES, &[Fault::GenerationNotAdvanced, Fault::NullReleaseTaken, Fault::PayloadDroppedTwice]),
    (HOST, &[Fault::OldKeptAfterFailure, Fault::ExpiresEarly, Fault::CancelledNotReleased, Fault::ShutdownTwice]),
    (ENTRY_POINTS, &[Fault::RefusedCompletionKept, Fault::DroppedReplyLeftPending, Fault::RedirectUnchecked]),
    (SEQUENCES, &[Fault::SamePayloadFreed, Fault::AskedAgain, Fault::CompletionInsideRelease]),
];

#[test]
fn every_kind_of_target_sees_mistakes() {
    for (target, faults) in TEETH {
        for fault in *faults {
            let story = find(target, *fault).unwrap_or_else(|| panic!("{} does not find {fault}", target.name));
            println!("{} {fault} {}: {}", target.name, fault.rule(), story.lines().last().unwrap_or_default());
        }
    }
}

#[test]
fn a_story_of_the_boundary_is_a_trace_that_judge_reads() {
    for (target, fault) in [(HOST, Fault::OldKeptAfterSuccess), (SEQUENCES, Fault::AskedAgain)] {
        let story = find(&target, fault).unwrap_or_else(|| panic!("{} does not find {fault}", target.name));
        let trace: String =
            story.lines().filter(|line| line.starts_with('{')).map(|line| format!("{line}\n")).collect();
        let source = Source::new(Path::new("-"));
        let report = judge_stream(&source, trace.as_bytes(), Choice::Every).expect("a trace");
        let broken: Vec<&str> = report.counterexamples.iter().map(|found| found.rule.as_ref()).collect();
        assert!(broken.contains(&fault.rule().id()), "{fault} breaks {broken:?}");
    }
}
