//! `wsman-authz drive` as its user sees it: real libraries, compiled here from `plugins/plugin.c`, each with one habit
//! or one mistake; exit codes, the sentence on standard error, the JSON result.

#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Compiles C to a shared library of that name.
fn compile(name: &str, arguments: &[&str], source: &Path) -> PathBuf {
    // A name for each call: tests that want the same library run at the same time.
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{call}.so"));
    let mut compiler = Command::new(std::env::var("CC").unwrap_or_else(|_| "gcc".to_owned()));
    compiler.args(["-shared", "-fPIC", "-pthread", "-Wall", "-Wextra", "-o"]).arg(&library);
    let output = compiler.args(arguments).arg(source).output().expect("a C compiler");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    library
}

/// The sample plug-in with one habit or mistake; none for "".
fn plugin(macro_name: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plugins/plugin.c");
    let define = format!("-D{macro_name}");
    let name = macro_name.to_lowercase();
    if name.is_empty() { compile("plain", &[], &source) } else { compile(&name, &[&define], &source) }
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

/// Drives the sample with one habit or mistake for a thousand requests.
fn drive_sample(macro_name: &str, dialect: &str) -> Run {
    drive(&plugin(macro_name), &["--requests", "1000", "--dialect", dialect])
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
    let source = folder.join("empty.c");
    std::fs::write(&source, "int answer(void) { return 42; }\n").expect("a C file");
    drive(&text, &[]).is_refused("is not a shared library");
    drive(folder, &[]).is_refused("is not a shared library");
    drive(Path::new("missing.so"), &[]).is_refused("missing.so: no such file");
    let exportless = drive(&compile("empty", &[], &source), &[]);
    exportless.is_refused("does not export WSManPluginStartup, WSManPluginShutdown");
    drive_sample("MISTAKE_STARTUP_FAILS", "default").is_refused("WSManPluginStartup failed with error 5");
    drive(&plugin(""), &["--trace", "/nowhere/trace.jsonl"]).is_refused("/nowhere/trace.jsonl");
}

#[test]
fn the_manner_of_the_microsoft_sample_is_legal_in_every_dialect() {
    drive(&plugin(""), &["--requests", "4000", "--dialect", "all"]).is_kept();
}

#[test]
fn odd_names_do_not_disturb_who_ignores_them() {
    drive(&plugin(""), &["--requests", "500", "--dialect", "default", "--odd-senders"]).is_kept();
}

#[test]
fn unusual_habits_are_legal_in_every_dialect() {
    for habit in ["HABIT_NULL_CONTEXT", "HABIT_OTHER_THREAD", "HABIT_ONE_APPLICATION", "HABIT_NO_QUOTA"] {
        drive_sample(habit, "all").is_kept();
    }
}

#[test]
fn cl_50_a_second_completion_is_named() {
    drive_sample("MISTAKE_COMPLETE_TWICE", "default").breaks("CL-50");
}

#[test]
fn cl_50_a_request_that_is_never_completed_is_named() {
    drive_sample("MISTAKE_NEVER_COMPLETE", "default").breaks("CL-50");
}

#[test]
fn cl_51_the_wrong_completion_function_is_named() {
    drive_sample("MISTAKE_WRONG_KIND", "default").breaks("CL-51");
}

#[test]
fn cl_52_a_completion_inside_a_release_is_named() {
    drive_sample("MISTAKE_COMPLETE_IN_RELEASE", "default").breaks("CL-52");
}

#[test]
fn cl_53_a_failure_with_a_context_is_named() {
    drive_sample("MISTAKE_FAILURE_WITH_CONTEXT", "default").breaks("CL-53");
    drive_sample("MISTAKE_FAILURE_WITH_CONTEXT", "failure_context=released").breaks("CL-53");
}

#[test]
fn cl_54_a_completion_after_shutdown_is_named() {
    let run = drive_sample("MISTAKE_COMPLETE_AFTER_SHUTDOWN", "default");
    assert!(run.broken().contains(&"CL-54"), "{:#}", run.report["counterexamples"]);
    assert_eq!(run.code, Some(1));
}

#[test]
fn cl_60_a_lock_across_a_completion_hangs_and_is_named() {
    let run = drive_sample("MISTAKE_LOCK_ACROSS_COMPLETION", "release_timing=inside");
    run.ends("hung", "release_context");
    assert_eq!(run.broken(), ["CL-60"]);
}

#[test]
fn cl_62_reading_a_completed_request_is_named() {
    let run = drive_sample("MISTAKE_READ_AFTER_COMPLETION", "default");
    run.ends("crashed", "SIGSEGV at address 0x6ead6ead0000 in authorize_user");
    assert_eq!(run.broken(), ["CL-62"]);
}

#[test]
fn cl_73_a_redirect_without_a_url_is_named() {
    drive_sample("MISTAKE_REDIRECT_WITHOUT_URL", "default").breaks("CL-73");
}

#[test]
fn cl_80_a_null_quota_is_named() {
    drive_sample("MISTAKE_NULL_QUOTA", "default").breaks("CL-80");
}

#[test]
fn a_crash_is_named_with_its_call_and_the_trace_is_whole() {
    drive_sample("MISTAKE_CRASH_AT_LOAD", "default").ends("crashed", "SIGABRT while the library was loaded");
    let trace = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash.jsonl");
    let path = trace.to_str().expect("a readable path");
    let run = drive(&plugin("MISTAKE_SEGFAULT"), &["--dialect", "default", "--trace", path]);
    run.ends("crashed", "SIGSEGV at address 0x10 in authorize_user (record ");
    let last = run.report["last_calls"].as_array().and_then(|calls| calls.last()).expect("last calls");
    let trace = std::fs::read_to_string(trace).expect("the trace");
    let mut records = trace.lines().map(|line| serde_json::from_str::<Value>(line).expect("a record"));
    let numbers: Vec<u64> = records.clone().filter_map(|record| record["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert_eq!(records.next_back().as_ref(), Some(last));
}

#[test]
fn an_exit_is_named_with_its_call() {
    drive_sample("MISTAKE_EXIT", "default").ends("crashed", "exit code 3 in authorize_operation");
}

#[test]
fn a_hang_is_ended_and_named() {
    drive_sample("MISTAKE_HANG", "default").ends("hung", "authorize_user");
    drive_sample("MISTAKE_HANG_AT_LOAD", "default").ends("hung", "loading the library");
}
