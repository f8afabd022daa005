//! The corpus of the fuzzers, replayed by the functions that the fuzzers call: what was once found stays found.

use std::collections::BTreeSet;
use std::fs;

use wsman_authz_models::model::{SCENARIOS, Witness};
use wsman_authz_tests::history::play_bytes;
use wsman_authz_tests::reading::{Reading, judge_bytes};
use wsman_authz_tests::targets::ALL;
use wsman_authz_tests::tree::root;
use wsman_authz_tests::walk::walk_bytes;

/// The most inputs of a target, and the most bytes: a corpus that is minimised stays small.
const MOST: (usize, usize) = (300, 300 << 10);

/// The inputs of a target with their names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = root().join("fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files = entries.map(|entry| entry.expect("a readable folder").path());
    files.map(|file| (file.display().to_string(), fs::read(&file).expect("a readable file"))).collect()
}

#[test]
fn every_input_of_every_target_finds_nothing() {
    for target in ALL {
        let inputs = corpus(target.name);
        let size: usize = inputs.iter().map(|(_, bytes)| bytes.len()).sum();
        let is_small = !inputs.is_empty() && inputs.len() < MOST.0 && size < MOST.1;
        assert!(is_small, "{}: {} inputs, {size} bytes", target.name, inputs.len());
        for (name, bytes) in inputs {
            (target.play)(&bytes, None).unwrap_or_else(|story| panic!("{name}\n{story}"));
        }
    }
}

#[test]
fn every_target_is_built() {
    let files = fs::read_dir(root().join("fuzz/fuzz_targets")).expect("the folder of the targets");
    let files: BTreeSet<String> =
        files.map(|file| file.expect("a file").file_name().to_string_lossy().replace(".rs", "")).collect();
    let names: BTreeSet<String> = ALL.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(files, names);
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("the manifest");
    assert!(names.iter().all(|name| manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\""))));
}

#[test]
fn fuzzing_reaches_every_scenario_and_every_witness() {
    let walks = corpus("walk");
    let scenarios: BTreeSet<usize> =
        walks.iter().filter_map(|(_, bytes)| Some(usize::from(*bytes.first()?) % SCENARIOS.len())).collect();
    assert_eq!(scenarios.len(), SCENARIOS.len(), "each scenario has an input");
    let mut met = vec![0; Witness::ALL.len()];
    for (name, bytes) in &walks {
        let walked = walk_bytes(bytes).unwrap_or_else(|story| panic!("{name}\n{story}"));
        Witness::ALL.iter().zip(&mut met).for_each(|(witness, met)| *met += usize::from(walked.met(*witness)));
    }
    let missed: Vec<_> = Witness::ALL.iter().zip(&met).filter(|(_, met)| **met == 0).collect();
    assert!(missed.is_empty(), "no input reaches {missed:?}");
}

#[test]
fn histories_and_traces_are_worth_replaying() {
    let histories = corpus("engine");
    let contexts = histories.iter().map(|(_, bytes)| play_bytes(bytes).expect("no story").contexts);
    assert!(contexts.sum::<usize>() > 0, "an input reports a lease");
    let traces = corpus("judge");
    let read = traces.iter().map(|(_, bytes)| judge_bytes(bytes).expect("no story"));
    let (traces, others): (Vec<Reading>, _) = read.partition(|reading| *reading == Reading::Trace);
    assert!(traces.len() > 4 && others.len() > 4, "inputs of both kinds");
}
