//! The plug-ins of `plugins/`: each with one mistake that authors make, or legal and unusual. `plugins/table.tsv` says
//! what `wsman-authz drive` must find in each, under all dialects; here it is done, on real libraries.

#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use wsman_authz_models::drive::{DriveReport, DriveVerdict, RuleVerdict, render_text};
use wsman_authz_tests::built::{program, test_plugin};
use wsman_authz_tests::tree::{files, root};

/// How many run at a time: those that hang do nothing but wait for the watchdog.
const AT_A_TIME: usize = 6;
/// A run always ends.
const LIMIT: Duration = Duration::from_secs(30);

/// One line of the table.
#[derive(Clone, Debug)]
struct Row {
    name: String,
    language: String,
    verdict: String,
    rules: BTreeSet<String>,
    shows: String,
}

impl Row {
    fn new(line: &str) -> Self {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let Ok([name, language, verdict, rules, shows]) = <[String; 5]>::try_from(cells) else {
            panic!("five columns: {line}");
        };
        let rules = rules.split(',').filter(|rule| *rule != "-").map(str::to_owned).collect();
        Self { name, language, verdict, rules, shows }
    }

    fn source(&self) -> String {
        match self.language.as_str() {
            "c" => format!("tests/plugins/c/{}.c", self.name),
            "rust" => format!("tests/plugins/rust/examples/{}.rs", self.name),
            other => panic!("{}: a plug-in in {other}", self.name),
        }
    }

    fn library(&self) -> PathBuf {
        if self.language == "c" { compile(&self.name, &root().join(self.source())) } else { test_plugin(&self.name) }
    }

    /// What is wrong with what `drive` says of it.
    fn complaints(&self) -> Vec<String> {
        let library = self.library();
        let (mut code, mut report) = drive(&library, 1000);
        // A mistake that needs two threads to meet may be missed by chance. What is said too much never is.
        if broken(&report) != self.rules && broken(&report).is_subset(&self.rules) {
            (code, report) = drive(&library, 1000);
        }
        let broken = broken(&report);
        let text = render_text(&report);
        let ended_badly = matches!(report.verdict, DriveVerdict::Crashed | DriveVerdict::Hung);
        let explained: BTreeSet<String> = report.counterexamples.iter().map(|found| found.rule.clone()).collect();
        let checks = [
            (code == Some(i32::from(self.verdict != "kept")), format!("exit code {code:?}")),
            (word(report.verdict) == self.verdict, format!("verdict {}", word(report.verdict))),
            (broken == self.rules, format!("broken: {broken:?}")),
            (explained == broken, format!("explained: {explained:?}")),
            (text.contains(&self.shows), format!("does not say {:?}", self.shows)),
            (report.ended.is_some() == ended_badly, format!("ended: {:?}", report.ended)),
            (!ended_badly || !report.last_calls.is_empty(), "no last calls".to_owned()),
        ];
        let wrong: Vec<String> = checks.into_iter().filter(|(right, _)| !right).map(|(_, what)| what).collect();
        if wrong.is_empty() { wrong } else { vec![format!("{}: {}\n{text}", self.name, wrong.join("; "))] }
    }
}

fn table() -> Vec<Row> {
    let text = fs::read_to_string(root().join("tests/plugins/table.tsv")).expect("the table");
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(Row::new).collect()
}

const fn word(verdict: DriveVerdict) -> &'static str {
    match verdict {
        DriveVerdict::Kept => "kept",
        DriveVerdict::Broken => "broken",
        DriveVerdict::Crashed => "crashed",
        DriveVerdict::Hung => "hung",
    }
}

/// Compiles C to a shared library. Not a word of the compiler's is let pass.
fn compile(name: &str, source: &Path) -> PathBuf {
    // A name for each call: tests that want the same library run at the same time.
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{call}.so"));
    let mut compiler = Command::new(env::var("CC").unwrap_or_else(|_| "gcc".to_owned()));
    compiler.args(["-shared", "-fPIC", "-pthread", "-O1", "-Wall", "-Wextra", "-o"]).arg(&library).arg(source);
    let output = compiler.output().expect("a C compiler");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    library
}

fn drive(library: &Path, requests: u32) -> (Option<i32>, DriveReport) {
    let mut command = Command::new(program());
    let began = Instant::now();
    command.arg("drive").arg(library).args(["--dialect", "all", "--format", "json"]);
    let output = command.arg("--requests").arg(requests.to_string()).stdin(Stdio::null()).output();
    let output = output.expect("the program starts");
    assert!(began.elapsed() < LIMIT, "{}: took {:?}", library.display(), began.elapsed());
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}: {}", library.display(), String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), report)
}

fn broken(report: &DriveReport) -> BTreeSet<String> {
    report.rules.iter().filter(|row| row.verdict == RuleVerdict::Broken).map(|row| row.id.clone()).collect()
}

#[test]
fn drive_says_of_each_plug_in_what_the_table_says() {
    let (rows, complaints) = (Mutex::new(table()), Mutex::new(Vec::new()));
    let next = || rows.lock().expect("no panic").pop();
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(row) = next() {
                    let wrong = row.complaints();
                    complaints.lock().expect("no panic").extend(wrong);
                }
            });
        }
    });
    let complaints = complaints.into_inner().expect("no panic");
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn the_table_and_the_folder_hold_the_same_plug_ins() {
    let named: Vec<String> = table().iter().map(Row::source).collect();
    let named_once: BTreeSet<String> = named.iter().cloned().collect();
    assert_eq!(named.len(), named_once.len(), "each once");
    let is_plugin = |path: &str| {
        (path.starts_with("tests/plugins/c/") && path.ends_with(".c"))
            || path.starts_with("tests/plugins/rust/examples/")
    };
    let there: BTreeSet<String> = files().into_iter().map(|file| file.path).filter(|path| is_plugin(path)).collect();
    assert_eq!(named_once, there);
}

#[test]
fn each_plug_in_says_what_it_is_about() {
    let texts: BTreeMap<String, String> = files().into_iter().map(|file| (file.path, file.text)).collect();
    for row in table() {
        let head: String = texts[&row.source()].lines().take(14).collect::<Vec<_>>().join("\n");
        let words: &[&str] =
            if row.verdict == "kept" { &["Legal: ", "Unusual: "] } else { &["Mistake: ", "Why: ", "In production: "] };
        assert!(words.iter().all(|word| head.contains(word)), "{} begins with {words:?}", row.name);
        assert_eq!(row.verdict == "kept", row.shows == "no rule was broken", "{}", row.name);
    }
}

#[test]
fn each_rule_that_a_plug_in_can_break_before_a_host_is_broken_by_one() {
    /// Observable, of both sides, and still out of a plug-in's reach.
    const HOSTS: &[(&str, &str)] = &[
        ("CL-10", "a lease out of nothing is one that the host releases"),
        ("CL-15", "it is the host that would release NULL"),
        ("CL-23", "it is the host that would ask on"),
        ("CL-24", "it is the host that would release an operation's lease early"),
        ("CL-72", "a NULL token says `the host process`: the choice can be seen, not whether it was meant"),
    ];
    let sample = table().into_iter().find(|row| row.name == "as_the_sample").expect("the sample");
    let (_, report) = drive(&sample.library(), 100);
    let seen = report.rules.iter().filter(|row| row.side != "host" && row.verdict != RuleVerdict::NotObservable);
    let seen: BTreeSet<&str> = seen.map(|row| row.id.as_str()).collect();
    let broken: BTreeSet<String> = table().into_iter().flat_map(|row| row.rules).collect();
    let excused: BTreeSet<&str> = HOSTS.iter().map(|(rule, _)| *rule).collect();
    let left: Vec<&str> = seen.iter().copied().filter(|rule| !broken.contains(*rule)).collect();
    assert_eq!(left, excused.into_iter().collect::<Vec<_>>());
}

#[test]
fn both_languages_and_all_endings_occur() {
    let table = table();
    let count = |verdict: &str, language: &str| {
        table.iter().filter(|row| row.verdict == verdict && row.language == language).count()
    };
    for verdict in ["kept", "broken", "crashed", "hung"] {
        assert!(count(verdict, "c") > 0 && count(verdict, "rust") > 0, "{verdict}");
    }
    let legal = count("kept", "c") + count("kept", "rust");
    assert!(table.len() - legal >= 20 && legal >= 5, "{} faulty, {legal} legal", table.len() - legal);
}
