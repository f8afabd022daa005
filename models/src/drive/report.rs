//! The result of `drive`: one JSON object, and the same for people.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How the run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriveVerdict {
    /// No rule was broken.
    #[default]
    Kept,
    /// A rule was broken.
    Broken,
    /// The plug-in ended its process: by a crash, or by calling exit.
    Crashed,
    /// A call into the plug-in did not return in time.
    Hung,
}

/// The verdict on one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleVerdict {
    /// It could have been broken and was not.
    Kept,
    /// It was broken.
    Broken,
    /// A host cannot see whether a plug-in keeps it.
    NotObservable,
    /// Nothing happened that could have broken it.
    NotReached,
}

impl RuleVerdict {
    /// The word for it in the text form.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Broken => "BROKEN",
            Self::NotObservable => "not observable",
            Self::NotReached => "not reached",
        }
    }
}

/// One rule and the verdict on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// Such as `CL-20`.
    pub id: String,
    /// The rule in one sentence.
    pub title: String,
    /// Who can break it.
    pub side: String,
    /// The verdict.
    pub verdict: RuleVerdict,
    /// The record of the trace that broke it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Why it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One broken rule, with the calls that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counterexample {
    /// The rule.
    pub rule: String,
    /// The dialect that the host spoke.
    pub dialect: String,
    /// Never: a run is not a search.
    pub shortest: bool,
    /// How often the rule was broken in the whole run.
    pub times: u64,
    /// The record of the trace that broke it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Why, in one sentence.
    pub why: String,
    /// Records of the trace.
    pub steps: Vec<Value>,
}

/// Latencies from the call of an entry point to its completion, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// Half of all are below.
    pub p50: u64,
    /// All but one in a hundred are below.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

/// What was done under one dialect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DialectRow {
    /// The dialect.
    pub dialect: String,
    /// Requests of clients that were granted or refused.
    pub requests: u64,
}

/// The result of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DriveReport {
    /// Always `drive`.
    pub command: String,
    /// How it ended.
    pub verdict: DriveVerdict,
    /// How it ended, in a sentence, if it crashed or hung.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// The library.
    pub plugin: PathBuf,
    /// Requests of clients that were granted or refused.
    pub requests: u64,
    /// Requests that were to be made.
    pub requests_wanted: u64,
    /// How many in a second.
    pub requests_per_second: f64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// How long the plug-in took to complete.
    pub latency_ns: Latency,
    /// Contexts that were not released when their application had shut down.
    pub live_at_end: Vec<String>,
    /// The seed of the choices.
    pub seed: u64,
    /// The command that makes the same choices again; a `--dialect` may be added.
    pub again: String,
    /// One row per rule.
    pub rules: Vec<RuleRow>,
    /// What was done under each dialect.
    pub dialects: Vec<DialectRow>,
    /// The last calls before a crash or a hang.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub last_calls: Vec<Value>,
    /// One for each broken rule.
    pub counterexamples: Vec<Counterexample>,
}

impl DriveReport {
    /// What the process exits with: 0 if nothing was found, else 1.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.verdict {
            DriveVerdict::Kept => 0,
            DriveVerdict::Broken | DriveVerdict::Crashed | DriveVerdict::Hung => 1,
        }
    }

    /// Counts a rule as broken that was found otherwise than by the calls.
    pub(super) fn break_rule(&mut self, id: &str, dialect: &str, line: Option<u64>, why: &str) {
        let Some(row) = self.rules.iter_mut().find(|row| row.id == id) else { return };
        if row.verdict == RuleVerdict::Broken {
            return;
        }
        (row.verdict, row.line, row.why) = (RuleVerdict::Broken, line, Some(why.to_owned()));
        let (rule, dialect, why) = (id.to_owned(), dialect.to_owned(), why.to_owned());
        let steps = self.last_calls.clone();
        self.counterexamples.push(Counterexample { rule, dialect, shortest: false, times: 1, line, why, steps });
    }
}

/// The report for people.
#[must_use]
pub fn render_text(report: &DriveReport) -> String {
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = render(report, &mut text);
    text
}

fn render(report: &DriveReport, out: &mut String) -> std::fmt::Result {
    for row in &report.rules {
        writeln!(out, "{:6} {:15} {}", row.id, row.verdict.word(), row.title)?;
    }
    for found in &report.counterexamples {
        render_broken(report, found, out)?;
    }
    if !report.last_calls.is_empty() {
        writeln!(out, "\nThe last calls, and those around the one in which it ended:")?;
        report.last_calls.iter().try_for_each(|step| writeln!(out, "  {}", render_step(step)))?;
    }
    if !report.live_at_end.is_empty() {
        writeln!(out, "\nContexts live at the end: {}", report.live_at_end.join(", "))?;
    }
    writeln!(out)?;
    if report.requests > 0 {
        render_numbers(report, out)?;
    }
    let broken = report.rules.iter().filter(|row| row.verdict == RuleVerdict::Broken).count();
    match (report.verdict, &report.ended) {
        (DriveVerdict::Kept, _) => writeln!(out, "{}: no rule was broken.", report.plugin.display()),
        (DriveVerdict::Broken, _) => {
            let rules =
                if broken == 1 { "one rule is broken".to_owned() } else { format!("{broken} rules are broken") };
            writeln!(out, "{}: {rules}.", report.plugin.display())
        }
        (_, ended) => {
            writeln!(out, "{}: {}.", report.plugin.display(), ended.as_deref().unwrap_or("it did not end well"))?;
            writeln!(out, "The same choices again, with every call on file: {} --trace calls.jsonl", report.again)
        }
    }
}

fn render_numbers(report: &DriveReport, out: &mut String) -> std::fmt::Result {
    let Latency { p50, p99, max } = report.latency_ns;
    writeln!(
        out,
        "{} requests under {} dialects in {:.1} s: {:.0} requests/s; a completion took {} (p50), {} (p99), {} (max).",
        report.requests,
        report.dialects.len(),
        report.seconds,
        report.requests_per_second,
        duration(p50),
        duration(p99),
        duration(max),
    )?;
    if report.requests < report.requests_wanted {
        writeln!(out, "{} of {} requests were not made or not answered.", missing(report), report.requests_wanted)?;
    }
    Ok(())
}

/// A broken rule: in words, with the calls that show it, and how to see it again.
fn render_broken(report: &DriveReport, found: &Counterexample, out: &mut String) -> std::fmt::Result {
    let Counterexample { rule, dialect, times, why, steps, .. } = found;
    let title = report.rules.iter().find(|row| row.id == *rule).map_or("", |row| &row.title);
    writeln!(out, "\n{rule} is broken: {why}.")?;
    writeln!(out, "  The rule: {title} (wsman-authz rules {rule} explains it).")?;
    let times = if *times == 1 { "once".to_owned() } else { format!("{times} times") };
    writeln!(out, "  First under the dialect {dialect}; {times} in all. Again under it alone:")?;
    writeln!(out, "  {} --dialect {dialect}", report.again)?;
    if *steps == report.last_calls {
        return writeln!(out, "  The last calls, below, show it.");
    }
    steps.iter().try_for_each(|step| writeln!(out, "  {}", render_step(step)))
}

const fn missing(report: &DriveReport) -> u64 {
    report.requests_wanted - report.requests
}

/// A record of a trace in one line: number, time, thread, call, and the rest as `field=value`.
#[must_use]
pub fn render_step(record: &Value) -> String {
    let number = |field: &str| record[field].as_u64().unwrap_or_default();
    let call = record["call"].as_str().unwrap_or("?");
    let mut line = format!("{:>8} {:>8} ms  thread {:<3} {call:26}", number("seq"), number("ms"), number("thread"));
    for (name, value) in field_order(record) {
        line.push_str(&format!(" {name}={}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    line
}

/// What a record says beside number, time, thread and call: who and what first, for the rest may be long.
pub(crate) fn field_order(record: &Value) -> impl Iterator<Item = (&str, &Value)> {
    const FIRST: [&str; 7] = ["application", "request", "user", "operation", "context", "error", "flags"];
    let first = FIRST.iter().filter_map(|name| Some((*name, record.get(*name)?)));
    let rest = record.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), value));
    let rest = rest.filter(|(name, _)| !FIRST.contains(name) && !["seq", "ms", "thread", "call"].contains(name));
    first.chain(rest)
}

fn duration(nanoseconds: u64) -> String {
    match nanoseconds {
        0..10_000 => format!("{nanoseconds} ns"),
        10_000..10_000_000 => format!("{} µs", nanoseconds / 1_000),
        _ => format!("{} ms", nanoseconds / 1_000_000),
    }
}
