//! Every rule has a sentence, a line that upholds it, a judge, one in the model, a seeded fault, a test of its name
//! and a trace that breaks it, or a reason on a list; and what SPEC.md and the program print about that is up to date.
//!
//! `UPDATE_COVERAGE=1 cargo test -p wsman-authz-tests coverage::` writes what is generated.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;
use wsman_authz_core::Rule;
use wsman_authz_models::coverage::{Coverage, named, render};
use wsman_authz_tests::built::program;
use wsman_authz_tests::coverage::{collected, tested};
use wsman_authz_tests::tree::{files, root, rust_files, spec};

/// What the program has built in.
const TREE: &str = "models/src/coverage/tree.tsv";

fn updates() -> bool {
    std::env::var_os("UPDATE_COVERAGE").is_some()
}

/// Compares a file with what it should be, or writes it.
fn must_be(path: &str, text: &str) {
    let place = root().join(path);
    if updates() {
        fs::write(&place, text).expect("the file can be written");
    }
    let found = fs::read_to_string(&place).unwrap_or_default();
    let stale = found.lines().zip(text.lines()).find(|(found, should)| found != should);
    assert_eq!(stale, None, "{path} is stale: left is there, right should be (UPDATE_COVERAGE=1 writes it)");
    assert!(found == text, "{path} is stale at its end (UPDATE_COVERAGE=1 writes it)");
}

#[test]
fn nothing_is_missing_without_a_reason_and_no_reason_is_left_over() {
    let gaps = Coverage::of(&collected(&files())).gaps();
    assert!(gaps.is_empty(), "\n  {}", gaps.join("\n  "));
}

#[test]
fn what_is_generated_is_up_to_date() {
    let tree = collected(&files());
    must_be(TREE, &tree);
    must_be("SPEC.md", &Coverage::of(&tree).written_into(&spec()));
}

#[test]
fn every_test_that_carries_a_number_carries_that_of_a_rule() {
    let mut unknown = BTreeSet::new();
    for file in rust_files() {
        unknown.extend(
            tested(&file.text).into_iter().filter(|id| Rule::find(id).is_none()).map(|id| (id, file.path.clone())),
        );
    }
    assert_eq!(unknown, BTreeSet::new());
}

#[test]
fn every_trace_lies_under_the_name_of_a_rule() {
    let folder = |path: &str| path.strip_prefix("tests/traces/")?.split_once('/').map(|(rule, _)| rule.to_owned());
    let folders: BTreeSet<String> = files().iter().filter_map(|file| folder(&file.path)).collect();
    let unknown: Vec<&String> = folders.iter().filter(|id| Rule::find(id).is_none()).collect();
    assert_eq!(unknown, Vec::<&String>::new());
}

#[test]
fn the_program_prints_it() {
    let run = |arguments: &[&str]| {
        let output = Command::new(program()).arg("rules").args(arguments).output().expect("the program starts");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let known = Coverage::of(&collected(&files()));
    if updates() {
        return; // the program was built with the table from before
    }
    let (printed, should) = (run(&["--coverage"]), render(&known));
    let wrong = printed.lines().zip(should.lines()).find(|(printed, should)| printed != should);
    assert_eq!((wrong, printed.len()), (None, should.len()), "the first line that is not as it should be, the length");
    let json: Value = serde_json::from_str(&run(&["--coverage", "--format", "json"])).expect("JSON");
    assert!(json == serde_json::to_value(&known).expect("JSON"), "not what the text says");
    let page = Command::new(program()).args(["rules", "--coverage", "--format", "html"]).output();
    assert_eq!(page.expect("the program starts").status.code(), Some(2), "there is no such page");
    let one = run(&["CL-20", "--coverage"]);
    assert!(one.starts_with("CL-20 ") && named(&one).all(|id| !id.starts_with("CL-") || id == "CL-20"), "{one}");
}
