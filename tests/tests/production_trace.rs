//! The trace that a plug-in writes in production, from the environment variable to the verdict.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use wsman_authz_tests::built::{example, program};

/// The reference host, with the example plug-in told to write its trace.
fn drive(trace: &Path) {
    let mut command = Command::new(program());
    command.arg("drive").arg(example("allow_list")).args(["--requests", "1000", "--dialect", "default"]);
    let output = command.env("WSMAN_AUTHZ_TRACE", trace).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

fn judge(trace: &Path) -> Output {
    Command::new(program()).args(["judge", "--format", "json"]).arg(trace).output().expect("the program starts")
}

#[test]
fn the_plugin_tells_its_side_and_is_judged_by_it() {
    let folder = tempfile::tempdir().expect("a folder");
    drive(&folder.path().join("trace-{pid}.jsonl"));
    let files = fs::read_dir(folder.path()).expect("the folder").map(|file| file.expect("a file").path());
    let files: Vec<_> = files.collect();
    let [trace] = files.as_slice() else { panic!("one process, one trace: {files:?}") };
    assert!(!trace.to_string_lossy().contains("{pid}"), "{}", trace.display());

    let text = fs::read_to_string(trace).expect("the trace");
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a record")).collect();
    let numbers = records.iter().filter_map(|record| record["seq"].as_u64());
    assert!(numbers.eq(1..=records.len() as u64), "numbered without a gap");
    assert_eq!((&records[0]["call"], &records[0]["side"]), (&"trace".into(), &"plugin".into()));
    let mut counts = BTreeMap::<&str, usize>::new();
    for record in &records {
        *counts.entry(record["call"].as_str().expect("a call")).or_default() += 1;
    }
    let pairs =
        counts.iter().filter_map(|(call, count)| Some((call, count, counts.get(call.strip_suffix(".return")?))));
    assert_eq!(pairs.filter(|(_, count, entries)| Some(*count) != *entries).count(), 0, "{counts:?}");
    assert_eq!(counts["payload_created"], counts["payload_dropped"], "CL-13");
    let asked = records.iter().find(|record| record["call"] == "authorize_operation").expect("an operation");
    assert!(asked["resource"].as_str().is_some_and(|resource| resource.starts_with("http")), "{asked}");

    let output = judge(trace);
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    // What the plug-in answers for. Of the host's rules its own side may see less well: calls are made with no lock held.
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let rules = report["rules"].as_array().expect("rules");
    let mine = rules.iter().filter(|rule| rule["side"] == "plug-in");
    let broken: Vec<_> = mine.filter(|rule| rule["verdict"] == "broken").map(|rule| rule["id"].clone()).collect();
    assert_eq!(broken, [""; 0], "{report:#}");
    let verdict = |id: &str| {
        let rules = report["rules"].as_array().expect("rules");
        rules.iter().find(|rule| rule["id"] == id).map(|rule| rule["verdict"].clone())
    };
    for (rule, expected) in [("CL-12", "kept"), ("CL-13", "kept"), ("CL-50", "kept"), ("CL-40", "not-observable")] {
        assert_eq!(verdict(rule), Some(expected.into()), "{rule}");
    }
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace.jsonl");
    fs::write(&trace, "somebody else's").expect("a file");
    drive(&trace);
    assert_eq!(fs::read_to_string(&trace).expect("the file"), "somebody else's");
}
