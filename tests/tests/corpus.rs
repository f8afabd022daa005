//! The corpus of the fuzzers, replayed by the functions that the fuzzers call: what was once found stays found.

use std::collections::BTreeSet;
use std::fs;

use wsman_authz_models::model::SCENARIOS;
use wsman_authz_tests::history::play_bytes;
use wsman_authz_tests::reading::{Reading, judge_bytes};
use wsman_authz_tests::tree::root;
use wsman_authz_tests::walk::walk_bytes;

/// The inputs of a target with their names.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = root().join("fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let files = entries.map(|entry| entry.expect("a readable folder").path());
    files.map(|file| (file.display().to_string(), fs::read(&file).expect("a readable file"))).collect()
}

#[test]
fn the_walks_break_no_rule() {
    let walks = corpus("walk");
    for (name, bytes) in &walks {
        walk_bytes(bytes).unwrap_or_else(|story| panic!("{name}\n{story}"));
    }
    let scenarios: BTreeSet<usize> =
        walks.iter().filter_map(|(_, bytes)| Some(usize::from(*bytes.first()?) % SCENARIOS.len())).collect();
    assert_eq!(scenarios.len(), SCENARIOS.len(), "each scenario has a seed");
}

#[test]
fn the_histories_leave_nothing_behind() {
    let histories = corpus("engine");
    let played =
        histories.iter().map(|(name, bytes)| play_bytes(bytes).unwrap_or_else(|story| panic!("{name}\n{story}")));
    assert!(played.map(|played| played.contexts).sum::<usize>() > 0, "a seed reports a lease");
}

#[test]
fn the_traces_are_judged_or_refused() {
    let traces = corpus("judge");
    let read = traces.iter().map(|(name, bytes)| judge_bytes(bytes).unwrap_or_else(|why| panic!("{name}\n{why}")));
    let (traces, others): (Vec<Reading>, _) = read.partition(|reading| *reading == Reading::Trace);
    assert!(traces.len() > 4 && others.len() > 4, "seeds of both kinds");
}
