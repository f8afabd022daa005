//! The command line as its user meets it: what it prints, what it refuses and how it says so, what it leaves behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use wsman_authz_core::Rule;
use wsman_authz_core::dialect::{COUNT, FIELDS};
use wsman_authz_core::fault::Fault;
use wsman_authz_models::model::Witness;
use wsman_authz_tests::built::program;

fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).stdin(Stdio::null()).output().expect("the program starts")
}

/// What it prints when all is well.
pub(crate) fn says(arguments: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// What it complains about: exit code 2, nothing on standard output, each of these words in the message.
pub(crate) fn refuses(arguments: &[&str], words: &[&str]) -> String {
    let output = run(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} should say {word:?}: {said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    said
}

#[test]
fn a_number_out_of_range_names_the_range() {
    refuses(&["verify", "--users", "0"], &["--users", "0", "1..=8"]);
    refuses(&["verify", "--users", "nine"], &["--users", "nine"]);
    refuses(&["verify", "--operations", "0"], &["--operations", "1..=9"]);
    refuses(&["verify", "--applications", "9"], &["--applications", "1..=4"]);
    refuses(&["verify", "--threads", "0"], &["--threads", "1..=256"]);
    refuses(&["drive", "x", "--requests", "0"], &["--requests", "1.."]);
}

#[test]
fn a_partition_is_a_part_of_a_whole() {
    for part in ["9/8", "0/8", "1/0", "8", "a/b", "-1/8", ""] {
        refuses(&["verify", &format!("--partition={part}")], &["--partition", "I/N", "1/8"]);
    }
}

#[test]
fn an_unknown_dialect_names_the_known_ones() {
    let said = refuses(&["verify", "--dialect", "klingon"], &["klingon", "default", "all"]);
    assert!(FIELDS.iter().all(|(field, _)| said.contains(field)), "{said}");
    refuses(&["verify", "--dialect", "expiry=never"], &["never", "pinned", "user-first", "operations-first"]);
    refuses(&["drive", "x", "--dialect", "refusal"], &["accepts", "refuses"]);
}

#[test]
fn an_unknown_fault_names_near_ones() {
    refuses(&["verify", "--fault", "release-before"], &["release-before", "release-before-acquire", "--list-faults"]);
    refuses(&["verify", "--fault", "zzz"], &["zzz", "--list-faults"]);
}

#[test]
fn unknown_words_are_refused() {
    refuses(&[], &["Usage", "verify", "drive", "rules"]);
    refuses(&["vrify"], &["vrify", "verify"]);
    refuses(&["verify", "--quick", "--full"], &["--quick", "--full"]);
    refuses(&["verify", "--up-to-names", "--fault", "wrong-kind"], &["--up-to-names", "--fault"]);
    refuses(&["verify", "--scenario", "chaos"], &["chaos", "traffic", "races"]);
    refuses(&["verify", "--format", "yaml"], &["yaml", "text", "json"]);
}

#[test]
fn a_file_that_cannot_be_written_is_refused_before_anything_is_done() {
    let folder = TempDir::new().expect("a folder for the test");
    let missing = folder.path().join("missing/report.json");
    let small = ["--dialect", "default", "--users", "1", "--operations", "1", "--format", "json", "--out"];
    let verify = |out: &Path| {
        let out = out.to_str().expect("a path of text");
        refuses(&[&["verify"], &small[..], &[out]].concat(), &["cannot write", out]);
    };
    verify(&missing);
    verify(folder.path());
    let file = folder.path().join("file");
    fs::write(&file, "not a folder").expect("a file for the test");
    verify(&file.join("report.json"));
    let left: Vec<_> = fs::read_dir(folder.path()).expect("the folder").map(|entry| entry.expect("an entry")).collect();
    assert_eq!(left.len(), 1, "nothing is left behind but the test's own file: {left:?}");
    assert_eq!(fs::read_to_string(&file).expect("the file"), "not a folder");
}

#[test]
fn an_error_leaves_the_old_report_as_it_was() {
    let folder = TempDir::new().expect("a folder for the test");
    let report = folder.path().join("report.json");
    fs::write(&report, "old").expect("a file for the test");
    let out = report.to_str().expect("a path of text");
    refuses(&["drive", "/nowhere/plugin.so", "--out", out], &["/nowhere/plugin.so"]);
    assert_eq!(fs::read_to_string(&report).expect("the report"), "old");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
}

#[test]
fn rules_lists_each_and_explains_one() {
    let all = says(&["rules"]);
    assert!(Rule::ALL.iter().all(|rule| all.contains(rule.id()) && all.contains(rule.title())), "{all}");
    let one = says(&["rules", "CL-20"]);
    assert!(one.starts_with("CL-20 Acquire before release") && one.contains("MUST"), "{one}");
    assert!(!one.contains("\n### ") && one.contains("Evidence:"), "one section and no more: {one}");
    assert_eq!(says(&["rules", "cl-20"]), one);
}

#[test]
fn an_unknown_rule_lists_near_ones() {
    let said = refuses(&["rules", "CL-99"], &["CL-99", "wsman-authz rules"]);
    refuses(&["rules", "CL-25"], &["CL-20", "CL-24"]);
    refuses(&["rules", "nonsense"], &["nonsense", "wsman-authz rules"]);
    assert!(said.lines().count() < 4, "{said}");
}

#[test]
fn the_lists_are_those_of_the_code() {
    let faults = says(&["verify", "--list-faults"]);
    assert!(Fault::ALL.len() >= 30);
    for fault in Fault::ALL {
        let row = faults.lines().find(|line| line.split_whitespace().next() == Some(fault.name()));
        assert!(row.is_some_and(|row| row.contains(fault.rule().id()) && row.contains(fault.what())), "{fault}");
    }
    let dialects = says(&["verify", "--list-dialects"]);
    assert!(dialects.contains(&COUNT.to_string()), "{dialects}");
    for (field, choices) in FIELDS {
        let row = dialects.lines().find(|line| line.starts_with(field)).unwrap_or_default();
        assert!(choices.iter().all(|choice| row.contains(choice)), "{field}: {row}");
    }
}

/// The fields of an object, in any order.
fn has(value: &Value, fields: &[&str]) {
    let missing: Vec<_> = fields.iter().filter(|field| value.get(field).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?} are missing in {value}");
}

#[test]
fn verify_reports_to_machines() {
    let small = ["verify", "--dialect", "default", "--users", "1", "--operations", "1", "--format", "json"];
    let report: Value = serde_json::from_str(&says(&small)).expect("one object on standard output");
    has(&report, &["command", "verdict", "rules", "witnesses", "scenarios", "counterexamples"]);
    assert_eq!((&report["command"], &report["verdict"]), (&"verify".into(), &"holds".into()));
    assert_eq!(report["counterexamples"].as_array().map(Vec::len), Some(0));
    let list = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    for rule in list("rules") {
        has(&rule, &["id", "title", "side", "verdict", "checked_in"]);
        assert!(rule["id"].as_str().and_then(Rule::find).is_some(), "{rule}");
    }
    assert_eq!(list("witnesses").len(), Witness::ALL.len());
    list("witnesses").iter().for_each(|witness| has(witness, &["id", "title", "reached"]));
    for scenario in list("scenarios") {
        let bounds = ["dialect", "users", "operations", "applications"];
        has(
            &scenario,
            &[&bounds[..], &["unique_states", "generated_states", "depth", "exhausted", "seconds"]].concat(),
        );
        assert_eq!((&scenario["exhausted"], &scenario["users"]), (&true.into(), &1.into()));
    }
}

#[test]
fn verify_writes_its_report_whole() {
    let folder = TempDir::new().expect("a folder for the test");
    let report = folder.path().join("report.json");
    let out = report.to_str().expect("a path of text");
    let fault = ["verify", "--fault", "double-release-accepted", "--format", "json", "--out", out];
    let output = run(&fault);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "a broken rule is exit code 1");
    let report: Value = serde_json::from_str(&fs::read_to_string(&report).expect("the report")).expect("one object");
    let found = &report["counterexamples"][0];
    has(found, &["rule", "dialect", "shortest", "steps"]);
    assert_eq!((&found["rule"], &report["verdict"]), (&"CL-16".into(), &"broken".into()));
    let steps = found["steps"].as_array().cloned().unwrap_or_default();
    assert!(!steps.is_empty());
    steps.iter().for_each(|step| has(step, &["seq", "ms", "thread", "call"]));
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "one file and nothing beside it");
}

#[test]
fn verify_up_to_names_sees_few_states_and_says_so() {
    let traffic = ["verify", "--scenario", "traffic", "--dialect", "default"];
    let report = |more: &[&str]| -> Value {
        let said = says(&[&traffic, more, &["--format", "json"]].concat());
        serde_json::from_str(&said).expect("one object")
    };
    let (all, few) = (report(&[]), report(&["--up-to-names"]));
    assert_eq!((&all["unique_states"], &few["unique_states"]), (&23_613.into(), &207.into()));
    assert_eq!((&all["up_to_names"], &few["up_to_names"]), (&false.into(), &true.into()));
    assert_eq!((&all["pins"]["equal"], &few["pins"]["unpinned"]), (&1.into(), &1.into()));
    let said = says(&[&traffic[..], &["--up-to-names", "--users", "3", "--operations", "1"]].concat());
    assert!(said.contains("3 × 1 × 1, exhausted") && said.contains("states up to names"), "{said}");
    assert!(said.contains("one of all that differ in names only"), "{said}");
}

#[test]
fn drive_refuses_what_is_no_plug_in() {
    let folder = TempDir::new().expect("a folder for the test");
    let text = folder.path().join("plugin.so");
    fs::write(&text, "not a library\n").expect("a file for the test");
    let text = text.to_str().expect("a path of text");
    let said = refuses(&["drive", text], &[text]);
    assert_eq!(said.lines().count(), 1, "one clear sentence: {said}");
    let said = refuses(&["drive", "missing.so"], &["missing.so"]);
    assert_eq!(said.lines().count(), 1, "one clear sentence: {said}");
}
