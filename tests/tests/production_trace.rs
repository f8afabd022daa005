//! The trace that a plug-in writes in production, from the environment variable to the verdict.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use wsman_authz_tests::built::{example, program};

/// The reference host, with the example plug-in told to write its trace.
fn drive(trace: &Path, requests: &str, dialect: &str) {
    let mut command = Command::new(program());
    command.arg("drive").arg(example("allow_list")).args(["--requests", requests, "--dialect", dialect]);
    let output = command.env("WSMAN_AUTHZ_TRACE", trace).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

fn judge(trace: &Path) -> Output {
    Command::new(program()).args(["judge", "--format", "json"]).arg(trace).output().expect("the program starts")
}

#[test]
fn the_plugin_tells_its_side_and_is_judged_by_it() {
    let folder = tempfile::tempdir().expect("a folder");
    drive(&folder.path().join("trace-{pid}.jsonl"), "1000", "default");
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
    assert_eq!(output.status.code(), Some(0), "{report:#}");
    let verdict = |id: &str| {
        let rules = report["rules"].as_array().expect("rules");
        rules.iter().find(|rule| rule["id"] == id).map(|rule| rule["verdict"].clone())
    };
    for (rule, expected) in [("CL-12", "kept"), ("CL-13", "kept"), ("CL-50", "kept"), ("CL-40", "not-observable")] {
        assert_eq!(verdict(rule), Some(expected.into()), "{rule}");
    }
}

/// The reference host makes its calls with no lock held. Even so nothing that ends a record overtakes a question about
/// its user: seen from inside, a host that keeps its rules is one that does.
#[test]
fn cl_31_no_question_comes_after_the_record_that_it_is_about() {
    let folder = tempfile::tempdir().expect("a folder");
    for dialect in ["default", "refusal=refuses", "expiry=user-first,overdue=times-out", "refresh=quota-and-user"] {
        let trace = folder.path().join(format!("{dialect}.jsonl"));
        drive(&trace, "4000", dialect);
        let output = judge(&trace);
        assert_eq!(output.status.code(), Some(0), "{dialect}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn a_file_that_is_there_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("trace.jsonl");
    fs::write(&trace, "somebody else's").expect("a file");
    drive(&trace, "100", "default");
    assert_eq!(fs::read_to_string(&trace).expect("the file"), "somebody else's");
}
