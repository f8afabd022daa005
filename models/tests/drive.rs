//! `wsman-authz drive` as its user sees it: exit codes, the sentence on standard error, the JSON result, the trace.
//!
//! The libraries are compiled here from a few lines each. What it finds in real mistakes, and that it finds nothing in
//! plug-ins without one, is for `tests/plugins`.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The sample: all entry points in the ordinary way.
const SAMPLE: &str = "#include \"plugin.h\"\n";
const FAILS_WITH_CONTEXT: &str = "#define OWN_USER\n#include \"plugin.h\"\n\
    USER { WSManPluginAuthzUserComplete(sender, 0, CONTEXT, NULL, 0, 5, NULL); }\n";
const SEGFAULTS: &str = "#define OWN_USER\n#include \"plugin.h\"\nUSER { *(volatile int *)0x10 = 1; }\n";
const REFUSES_TO_START: &str = "#define OWN_STARTUP\n#include \"plugin.h\"\nSTARTUP { return 5; }\n";
const CRASHES_AT_LOAD: &str =
    "#include \"plugin.h\"\n__attribute__((constructor)) static void crash(void) { abort(); }\n";
const HANGS_AT_LOAD: &str = "#include \"platform.h\"\n#include \"plugin.h\"\n\
    __attribute__((constructor)) static void hang(void) { for (;;) sleep_ms(10); }\n";

/// Compiles C to a shared library, with the header of `tests/plugins` at hand.
fn plugin(text: &str) -> PathBuf {
    // A name for each call: tests that want the same library run at the same time.
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let source = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("plugin-{call}.c"));
    let library = source.with_extension("so");
    std::fs::write(&source, text).expect("a C file");
    let headers = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/plugins/c");
    let mut compiler = Command::new(std::env::var("CC").unwrap_or_else(|_| "gcc".to_owned()));
    compiler.args(["-shared", "-fPIC", "-pthread", "-Wall", "-Wextra", "-I"]).arg(headers);
    let output = compiler.arg("-o").arg(&library).arg(source).output().expect("a C compiler");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    library
}

/// What a run of the command ended in.
struct Run {
    code: Option<i32>,
    report: Value,
    error: String,
}

fn drive(library: &Path, arguments: &[&str]) -> Run {
    let began = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wsman-authz"));
    command.arg("drive").arg(library).args(["--format", "json", "--users", "20", "--threads", "2"]);
    let output = command.args(arguments).output().expect("the command runs");
    assert!(began.elapsed() < Duration::from_secs(30), "a run always ends");
    let report = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    Run { code: output.status.code(), report, error: String::from_utf8_lossy(&output.stderr).into_owned() }
}

/// Drives a plug-in for a thousand requests.
fn drive_text(text: &str, dialect: &str) -> Run {
    drive(&plugin(text), &["--requests", "1000", "--dialect", dialect])
}

impl Run {
    fn broken(&self) -> Vec<&str> {
        let rules = self.report["rules"].as_array().into_iter().flatten();
        rules.filter(|rule| rule["verdict"] == "broken").filter_map(|rule| rule["id"].as_str()).collect()
    }

    /// Nothing was found.
    #[track_caller]
    fn is_kept(&self) {
        assert_eq!(self.broken(), [""; 0], "{:#}", self.report["counterexamples"]);
        assert_eq!((self.code, &self.report["verdict"]), (Some(0), &Value::from("kept")), "{}", self.error);
        assert!(self.report["requests"].as_u64() > Some(0));
    }

    /// Exactly this rule is broken, with the calls that show it.
    #[track_caller]
    fn breaks(&self, rule: &str) {
        assert_eq!(self.broken(), [rule], "{:#}", self.report["counterexamples"]);
        assert_eq!((self.code, &self.report["verdict"]), (Some(1), &Value::from("broken")), "{}", self.error);
        let found = &self.report["counterexamples"][0];
        assert_eq!(found["rule"], rule);
        assert!(found["steps"].as_array().is_some_and(|steps| !steps.is_empty()), "{found:#}");
    }

    /// The process of the plug-in ended badly, and the report says how.
    #[track_caller]
    fn ends(&self, verdict: &str, sentence: &str) {
        assert_eq!((self.code, &self.report["verdict"]), (Some(1), &Value::from(verdict)), "{}", self.error);
        let ended = self.report["ended"].as_str().unwrap_or_default();
        assert!(ended.contains(sentence), "{ended}");
    }

    /// Nothing was judged: one sentence on standard error, nothing on standard output.
    #[track_caller]
    fn is_refused(&self, sentence: &str) {
        assert_eq!((self.code, &self.report), (Some(2), &Value::Null));
        assert!(self.error.contains(sentence), "{}", self.error);
        assert_eq!(self.error.trim().lines().count(), 1, "{}", self.error);
    }
}

#[test]
fn what_is_no_plugin_is_refused_in_one_sentence() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let text = folder.join("text.so");
    std::fs::write(&text, "not a library").expect("a text file");
    drive(&text, &[]).is_refused("is not a shared library");
    drive(folder, &[]).is_refused("is not a shared library");
    drive(Path::new("missing.so"), &[]).is_refused("missing.so: no such file");
    let exportless = drive(&plugin("int answer(void) { return 42; }\n"), &[]);
    exportless.is_refused("does not export WSManPluginStartup, WSManPluginShutdown");
    drive_text(REFUSES_TO_START, "default").is_refused("WSManPluginStartup failed with error 5");
    drive(&plugin(SAMPLE), &["--trace", "/nowhere/trace.jsonl"]).is_refused("/nowhere/trace.jsonl");
}

#[test]
fn the_manner_of_the_microsoft_sample_is_legal_in_every_dialect() {
    drive(&plugin(SAMPLE), &["--requests", "4000", "--dialect", "all"]).is_kept();
}

#[test]
fn odd_names_do_not_disturb_who_ignores_them() {
    drive(&plugin(SAMPLE), &["--requests", "500", "--dialect", "default", "--odd-senders"]).is_kept();
}

#[test]
fn cl_53_a_failure_with_a_context_is_named_whatever_the_host_does_with_it() {
    drive_text(FAILS_WITH_CONTEXT, "default").breaks("CL-53");
    drive_text(FAILS_WITH_CONTEXT, "failure_context=released").breaks("CL-53");
}

#[test]
fn a_crash_is_named_with_its_call_and_the_trace_is_whole() {
    drive_text(CRASHES_AT_LOAD, "default").ends("crashed", "SIGABRT while the library was loaded");
    let trace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash.jsonl");
    let path = trace.to_str().expect("a readable path");
    let run = drive(&plugin(SEGFAULTS), &["--dialect", "default", "--trace", path]);
    run.ends("crashed", "SIGSEGV at address 0x10 in authorize_user (record ");
    let last = run.report["last_calls"].as_array().and_then(|calls| calls.last()).expect("last calls");
    let trace = std::fs::read_to_string(trace).expect("the trace");
    let mut records = trace.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    let numbers: Vec<u64> = records.clone().filter_map(|record| record["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert_eq!(records.next_back().as_ref(), Some(last));
}

#[test]
fn a_hang_is_ended_and_named() {
    drive_text(HANGS_AT_LOAD, "default").ends("hung", "loading the library");
}
