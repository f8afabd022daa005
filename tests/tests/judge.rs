//! `judge` as its user meets it: the golden traces, what is no trace and where, what is printed, how much is remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{fs, thread};

use serde_json::Value;
use tempfile::TempDir;
use wsman_authz_core::Rule;
use wsman_authz_core::contract::Vantage;
use wsman_authz_models::coverage::excused::WITHOUT_TRACE;
use wsman_authz_tests::built::{example, program, test_plugin};
use wsman_authz_tests::tree::root;

fn judge(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(program())
        .arg("judge")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    thread::scope(|scope| {
        scope.spawn(move || {
            let _ = stdin.write_all(input); // it may have found its error before it read everything
        });
        child.wait_with_output().expect("it ends")
    })
}

/// The report on a trace, with the exit code that belongs to its verdict.
fn report(arguments: &[&str], input: &[u8]) -> Value {
    let output = judge(&[arguments, &["--format", "json"]].concat(), input);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    let broken = report["verdict"] == "broken";
    assert_eq!(output.status.code(), Some(i32::from(broken)), "{said}");
    report
}

/// The rules with a verdict, each with the line that broke it or 0.
fn rules(report: &Value, verdict: &str) -> BTreeMap<String, u64> {
    let rows = report["rules"].as_array().expect("one row per rule").iter();
    let of_verdict = rows.filter(|row| row["verdict"] == verdict);
    of_verdict.map(|row| (text(&row["id"]), row["line"].as_u64().unwrap_or(0))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The traces of `tests/traces`: the folder names the rule that a trace is about.
fn golden() -> Vec<(String, PathBuf)> {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
    };
    let mut traces = Vec::new();
    for folder in entries(&root().join("tests/traces")) {
        let rule = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        traces.extend(entries(&folder).into_iter().map(|trace| (rule.clone(), trace)));
    }
    traces.sort();
    traces
}

/// What the first record of a golden trace says about it, in a field that `judge` does not know.
fn expected(trace: &Path) -> Value {
    let all = fs::read_to_string(trace).expect("a readable file");
    let first: Value = serde_json::from_str(all.lines().next().unwrap_or_default()).expect("a record");
    first["expect"].clone()
}

#[test]
fn the_golden_traces_are_judged_as_they_say() {
    for (_, trace) in golden() {
        let (path, expected) = (trace.to_str().expect("text"), expected(&trace));
        let report = report(&[path], b"");
        assert_eq!(report["verdict"], expected["verdict"], "{path}");
        let broken: BTreeMap<String, u64> =
            serde_json::from_value(expected["broken"].clone()).expect("rules and lines");
        assert_eq!(rules(&report, "broken"), broken, "{path}");
        let kept = rules(&report, "kept");
        for rule in expected["kept"].as_array().into_iter().flatten() {
            assert!(kept.contains_key(&text(rule)), "{path}: {rule} should be kept");
        }
        let printed = judge(&[path], b"");
        let printed = String::from_utf8_lossy(&printed.stdout);
        for (rule, line) in broken {
            assert!(printed.contains(&format!("{rule} is broken at line {line}: ")), "{printed}");
        }
    }
}

#[test]
fn every_rule_that_a_trace_can_show_has_a_golden_trace_for_each_verdict() {
    let (mut kept, mut broken) = (BTreeSet::new(), BTreeSet::new());
    for (rule, trace) in golden() {
        let expected = expected(&trace);
        let names = |value: &Value| value.as_object().is_some_and(|broken| broken.contains_key(&rule));
        if names(&expected["broken"]) {
            broken.insert(rule.clone());
        }
        if expected["kept"].as_array().is_some_and(|kept| kept.iter().any(|other| text(other) == rule)) {
            kept.insert(rule);
        }
    }
    for rule in Rule::ALL.iter().filter(|rule| Vantage::Both.observes(**rule)) {
        assert!(kept.contains(rule.id()), "a trace that keeps {rule}");
        let unbreakable = WITHOUT_TRACE.iter().any(|(other, _)| other == rule);
        assert!(broken.contains(rule.id()) != unbreakable, "a trace that breaks {rule}");
    }
}

/// A start that every trace below has.
const START: &str = r#"{"seq":1,"ms":0,"thread":1,"call":"startup","application":"a","flags":0}
{"seq":2,"ms":0,"thread":1,"call":"startup.return","application":"a","error":0}
"#;

/// It is no trace: one sentence with the place and these words, and nothing on standard output.
fn is_refused(input: &[u8], line: u64, column: u64, words: &str) {
    let output = judge(&["-"], input);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let shown = String::from_utf8_lossy(&input[..input.len().min(200)]).into_owned();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{shown}: {said}");
    assert_eq!(said.lines().count(), 1, "one sentence: {said}");
    let place = format!("standard input, line {line}, column {column}: ");
    assert!(said.contains(&place) && said.contains(words), "{shown} should say {place:?} and {words:?}: {said}");
}

#[test]
fn what_is_no_trace_is_refused_with_its_place() {
    let third = |record: &str, column, words| is_refused(format!("{START}{record}\n").as_bytes(), 3, column, words);
    third("nonsense", 1, "begins with `{`");
    third("[1,2]", 1, "begins with `{`");
    third(r#"{"seq":3,"ms":0"#, 15, "the line ends within");
    third(r#"{"seq":3 "ms":0}"#, 10, "expected");
    third(r#"{"seq":3,"ms":0,"thread":1}"#, 27, "no field `call`");
    third(r#"{"ms":0,"thread":1,"call":"shutdown"}"#, 37, "no field `seq`");
    third(r#"{"seq":3,"ms":0,"thread":1,"call":"shut_down"}"#, 35, "`shut_down` is no call");
    third(r#"{"seq":3,"ms":0,"thread":1,"call":"shutdown","reason":1}"#, 56, "no field `application`");
    third(r#"{"seq":3,"ms":0,"thread":1,"call":"shutdown","application":null,"reason":1}"#, 60, "must not be null");
    third(r#"{"seq":3,"ms":0,"thread":1,"call":"shutdown","application":7,"reason":1}"#, 60, "invalid type");
    third(r#"{"seq":3,"ms":"0","thread":1,"call":"shutdown"}"#, 17, "invalid type");
    third(r#"{"seq":3,"ms":-1,"thread":1,"call":"shutdown"}"#, 16, "-1");
    third(r#"{"seq":3,"ms":0,"thread":4294967296,"call":"shutdown"}"#, 35, "4294967295");
    third(r#"{"seq":3,"ms":0,"thread":1,"call":"release_context"}"#, 52, "no field `context`");
    third(r#"{"seq":3,"ms":0,"thread":1,"call":"operation_end","operation":"o1","how":"died"}"#, 74, "`died`");
    let identity = r#"{"seq":3,"ms":0,"thread":1,"call":"user_complete","request":"r1","context":null,"identity":"me","administrator":false,"error":0}"#;
    third(identity, 92, "`me` is no identity");
    third(r#"{"seq":2,"ms":0,"thread":1,"call":"shutdown","application":"a","reason":1}"#, 8, "`seq` must increase");
    third(r#"{"seq":3,"ms":0,"thread":1,"call":"trace","side":"both"}"#, 50, "`both` is no side");
    let dialect = r#"{"seq":3,"ms":0,"thread":1,"call":"trace","side":"host","dialect":"expiry=never"}"#;
    third(dialect, 67, "`never` is no choice of `expiry`");
    third("{\"seq\":3,\"user\":\"ä\",\"ms\":x}", 26, "expected");
}

#[test]
fn bytes_that_are_no_text_and_lines_without_end_are_refused() {
    let mut bytes = format!("{START}{{\"seq\":3,\"ü\":\"").into_bytes();
    bytes.extend_from_slice(b"\xFF\"}\n");
    is_refused(&bytes, 3, 15, "not UTF-8");
    let record = |length: usize| {
        let fields = r#"{"seq":3,"ms":0,"thread":1,"call":"shutdown","application":"a","reason":1,"more":""#;
        format!("{START}{fields}{}\"}}\n", "x".repeat(length - fields.len() - 2))
    };
    let output = judge(&["-"], record(1 << 20).as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    is_refused(record((1 << 20) + 1).as_bytes(), 3, (1 << 20) + 1, "longer than 1 MiB");
}

#[test]
fn what_cannot_be_read_is_refused() {
    let folder = TempDir::new().expect("a folder for the test");
    let refused = |arguments: &[&str], input: &[u8], words: &[&str]| {
        let output = judge(arguments, input);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
        assert!(words.iter().all(|word| said.contains(word)) && !said.contains("panicked"), "{said}");
    };
    let path = folder.path().to_str().expect("text");
    refused(&[path], b"", &["cannot read", path, "directory"]);
    let missing = folder.path().join("missing.jsonl");
    refused(&[missing.to_str().expect("text")], b"", &["cannot read", "missing.jsonl"]);
    refused(&["-"], b"", &["standard input", "empty"]);
    refused(&["-"], b"\r\n\n", &["empty"]);
    refused(&["-"], br#"{"seq":1,"ms":0,"thread":1,"call":"trace","side":"host"}"#, &["empty"]);
    refused(&["-", "--dialect", "expiry=never"], b"", &["never", "pinned"]);
    refused(&[], b"", &["TRACE"]);
}

/// A trace of which the end of every line is changed.
fn golden_with(rule: &str, name: &str, end: &str) -> Vec<u8> {
    let all = fs::read_to_string(root().join("tests/traces").join(rule).join(name)).expect("a golden trace");
    all.lines().map(|line| line.to_owned() + end).collect::<String>().into_bytes()
}

#[test]
fn line_ends_blank_lines_and_a_byte_order_mark_do_not_matter() {
    let plain = report(&["-"], &golden_with("CL-11", "released-twice.jsonl", "\n"));
    let windows = golden_with("CL-11", "released-twice.jsonl", "\r\n");
    assert_eq!(report(&["-"], &windows), plain);
    let marked = [b"\xEF\xBB\xBF", windows.as_slice()].concat();
    assert_eq!(report(&["-"], &marked), plain);
    let spaced = report(&["-"], &golden_with("CL-11", "released-twice.jsonl", "\n\n"));
    assert_eq!(spaced["records"], plain["records"]);
    let (one, two) = (rules(&plain, "broken")["CL-11"], rules(&spaced, "broken")["CL-11"]);
    assert_eq!(two, 2 * one - 1, "lines are those of the file");
    let without_end = golden_with("CL-11", "released-twice.jsonl", "\n");
    assert_eq!(report(&["-"], without_end.trim_ascii_end()), plain);
}

#[test]
fn a_cut_trace_lists_what_is_live() {
    let trace = root().join("tests/traces/CL-11/cut.jsonl");
    let report = report(&[trace.to_str().expect("text")], b"");
    assert_eq!((&report["verdict"], &report["live_at_end"]), (&"cut".into(), &serde_json::json!(["0xa"])));
    let printed = judge(&[trace.to_str().expect("text")], b"");
    let printed = String::from_utf8_lossy(&printed.stdout);
    assert!(printed.contains("live where the trace ends: 0xa") && printed.contains("cut"), "{printed}");
}

#[test]
fn a_dialect_that_is_asked_for_counts_more_than_the_one_in_the_trace() {
    let trace = root().join("tests/traces/CL-33/expired-under-an-operation.jsonl");
    let path = trace.to_str().expect("text");
    let as_told = report(&[path], b"");
    assert_eq!((&as_told["verdict"], &as_told["dialect"]), (&"broken".into(), &"default".into()));
    assert_eq!(report(&[path, "--dialect", "expiry=user-first"], b"")["verdict"], "kept");
    let every = report(&[path, "--dialect", "all"], b"");
    assert_eq!((&every["verdict"], &every["dialect"]), (&"kept".into(), &Value::Null));
    assert!(rules(&every, "not-observable").contains_key("CL-33"), "no trace shows it without a dialect");
}

#[test]
fn names_of_any_kind_are_told_as_they_are() {
    let trace = fs::read_to_string(root().join("tests/traces/CL-20/released-early.jsonl")).expect("a golden trace");
    let trace = trace.replace("0xa", "{5f0c} ü").replace("wsman/a", "o1").replace("ann", "u0 r1");
    let report = report(&["-"], trace.as_bytes());
    let found = &report["counterexamples"][0];
    let why = text(&found["why"]);
    assert!(why.contains("{5f0c} ü") && why.contains("CORP\\u0 r1 (Negotiate)"), "{why}");
    assert!(found["steps"].as_array().is_some_and(|steps| steps.len() > 3), "{found}");
}

/// The rules that a report calls broken.
fn broken_rules(report: &Value) -> BTreeSet<String> {
    rules(report, "broken").into_keys().collect()
}

/// What `drive` says of a plug-in, and what `judge` says of the trace that it wrote.
fn driven_and_judged(plugin: &Path, dialect: &str) -> [Value; 2] {
    let folder = TempDir::new().expect("a folder for the test");
    let trace = folder.path().join("trace.jsonl");
    let path = trace.to_str().expect("text");
    let options = ["--requests", "600", "--dialect", dialect, "--format", "json", "--trace", path];
    let drive = Command::new(program()).arg("drive").arg(plugin).args(options).output().expect("the program starts");
    let driven = serde_json::from_slice(&drive.stdout);
    let driven = driven.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&drive.stderr)));
    [driven, report(&[path], b"")]
}

#[test]
fn a_trace_of_drive_is_judged_as_drive_judged_it() {
    for dialect in ["all", "default", "release_counting=per-value,shutdown=abandoned"] {
        let [driven, judged] = driven_and_judged(&example("allow_list"), dialect);
        assert_eq!((&driven["verdict"], &judged["verdict"]), (&"kept".into(), &"kept".into()), "{judged}");
        assert_eq!(judged["side"], "host");
        let several = text(&judged["dialect"]).contains("; ");
        assert_eq!(several, dialect == "all", "each part has its dialect: {}", judged["dialect"]);
    }
    // Where addresses are used again, a trace says less than drive knows: one completion too many has the name of the
    // next request, and may be taken for its own.
    for (plugin, dialect) in [
        ("answers_again_on_drop", "default"),
        ("answers_again_on_drop", "release_timing=inside,reentrancy=nests,refusal=refuses"),
        ("question_mark_unanswered", "all"),
    ] {
        let [driven, judged] = driven_and_judged(&test_plugin(plugin), dialect);
        assert_eq!(broken_rules(&driven), broken_rules(&judged), "{plugin}");
        assert_eq!(broken_rules(&judged), BTreeSet::from(["CL-50".to_owned()]), "{plugin}");
        assert_eq!(rules(&driven, "broken"), rules(&judged, "broken"), "{plugin}: at the same line");
    }
}

/// Records in which every name is fresh and everything comes to its end at once.
#[cfg(target_os = "linux")]
fn fleeting(number: u64) -> String {
    let seq = 3 + number * 6;
    let user = format!(r#""user":"user {number}","mechanism":"Kerberos""#);
    let record =
        |place: u64, rest: String| format!("{{\"seq\":{},\"ms\":{number},\"thread\":1,{rest}}}\n", seq + place);
    [
        record(0, format!(r#""call":"authorize_user","application":"a","request":"r-{number}",{user},"reauthorization":null"#)),
        record(1, format!(r#""call":"user_complete","request":"r-{number}","context":"c-{number}","identity":"client","administrator":false,"error":0"#)),
        record(2, format!(r#""call":"user_complete.return","request":"r-{number}","error":0"#)),
        record(3, format!(r#""call":"authorize_user.return","request":"r-{number}""#)),
        record(4, format!(r#""call":"release_context","context":"c-{number}""#)),
        record(5, format!(r#""call":"release_context.return","context":"c-{number}""#)),
    ]
    .concat()
}

/// How much memory a process has had at most, in KiB.
#[cfg(target_os = "linux")]
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_trace() {
    let mut child = Command::new(program());
    let mut child = child.args(["judge", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(START.as_bytes()).expect("it reads");
    let mut feed = |users: std::ops::Range<u64>| {
        for number in users {
            stdin.write_all(fleeting(number).as_bytes()).expect("it reads");
        }
    };
    feed(0..40_000);
    let early = peak(child.id());
    feed(40_000..100_000);
    let late = peak(child.id());
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    assert!(late < early + 2048, "{early} KiB after 240,000 records, {late} KiB after 600,000");
}
