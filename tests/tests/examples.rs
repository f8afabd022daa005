//! The example plug-ins, built as their author would build them and driven under a set of dialects in which every two
//! choices meet.

use std::process::Command;

use serde_json::Value;
use wsman_authz_tests::built::{example, program};

/// Drives an example; nothing may be broken, and everything must have been answered.
fn is_kept(name: &str) {
    let mut drive = Command::new(program());
    drive.arg("drive").arg(example(name)).args(["--requests", "4000", "--users", "50", "--format", "json"]);
    let output = drive.output().expect("the program starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &report["verdict"]), (Some(0), &"kept".into()), "{error}{report:#}");
    let live = report["live_at_end"].as_array().map(Vec::len);
    assert_eq!((report["requests"].as_u64() >= Some(4000), live), (true, Some(0)), "{report:#}");
    let rules = report["rules"].as_array().expect("rules");
    let verdict = |id: &str| rules.iter().find(|rule| rule["id"] == id).map(|rule| rule["verdict"].clone());
    for rule in ["CL-11", "CL-50", "CL-51", "CL-53", "CL-54", "CL-60", "CL-62"] {
        assert_eq!(verdict(rule), Some("kept".into()), "{name}: {rule}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_allow_list_keeps_every_rule() {
    is_kept("allow_list");
}

#[test]
#[cfg(target_os = "linux")]
fn the_async_directory_keeps_every_rule() {
    is_kept("async_directory");
}
