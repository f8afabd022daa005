//! The result of `judge`: one JSON object, and the same for people.

use std::fmt::Write as _;

use serde::Serialize;
use wsman_authz_core::Rule;
use wsman_authz_core::contract::Verdict;
use wsman_authz_core::trace::TraceSide;

use super::names::printable;
use crate::drive::{Counterexample, RuleRow, RuleVerdict, render_step};

/// What a trace shows, all in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum JudgeVerdict {
    /// No rule was broken, and every application was shut down.
    Kept,
    /// A rule was broken.
    Broken,
    /// No rule was broken, but the trace ends before an application does.
    Cut,
}

/// The result.
#[derive(Clone, Debug, Serialize)]
pub struct JudgeReport {
    /// Always `judge`.
    pub command: &'static str,
    /// All in all.
    pub verdict: JudgeVerdict,
    /// Where the trace came from.
    pub trace: String,
    /// Who took it: `host` or `plugin`.
    pub side: &'static str,
    /// The dialect that was asked for or that the trace names; `null` if it was judged under every one.
    pub dialect: Option<String>,
    /// Records of the trace.
    pub records: u64,
    /// Contexts that are live where the trace ends.
    pub live_at_end: Vec<String>,
    /// One row per rule.
    pub rules: Vec<RuleRow>,
    /// One for each broken rule.
    pub counterexamples: Vec<Counterexample>,
}

impl JudgeReport {
    /// What the process exits with: 1 if a rule was broken, else 0.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.verdict {
            JudgeVerdict::Kept | JudgeVerdict::Cut => 0,
            JudgeVerdict::Broken => 1,
        }
    }
}

/// The row of one rule.
pub(super) fn row(rule: Rule, verdict: Verdict, found: Option<&Counterexample>) -> RuleRow {
    RuleRow {
        id: rule.id().to_owned(),
        title: rule.title().to_owned(),
        side: rule.side().to_string(),
        verdict: match verdict {
            Verdict::Kept => RuleVerdict::Kept,
            Verdict::Broken => RuleVerdict::Broken,
            Verdict::NotReached => RuleVerdict::NotReached,
            Verdict::NotObservable => RuleVerdict::NotObservable,
        },
        line: found.and_then(|found| found.line),
        why: found.map(|found| found.why.clone()),
    }
}

/// How many live contexts the text names.
const NAMED: usize = 20;

/// The report for people.
#[must_use]
pub fn render_text(report: &JudgeReport) -> String {
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = render(report, &mut text);
    text
}

/// The report as a web page.
#[must_use]
pub fn render_html(report: &JudgeReport) -> String {
    crate::html::page(report)
}

fn render(report: &JudgeReport, out: &mut String) -> std::fmt::Result {
    for row in &report.rules {
        writeln!(out, "{:6} {:15} {}", row.id, row.verdict.word(), row.title)?;
    }
    report.counterexamples.iter().try_for_each(|found| render_broken(report, found, out))?;
    writeln!(out, "\n{}", summary(report))?;
    if !report.live_at_end.is_empty() {
        let named = report.live_at_end.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = report.live_at_end.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        writeln!(out, "Contexts live where the trace ends: {named}{more}")?;
    }
    writeln!(out, "{}", conclusion(report))
}

/// A broken rule: at which line, in words, with the records that show it.
fn render_broken(report: &JudgeReport, found: &Counterexample, out: &mut String) -> std::fmt::Result {
    let Counterexample { rule, dialect, times, why, steps, .. } = found;
    let title = report.rules.iter().find(|row| row.id == *rule).map_or("", |row| &row.title);
    let line = found.line.unwrap_or_default();
    writeln!(out, "\n{rule} is broken at line {line}: {why}.")?;
    writeln!(out, "  The rule: {title} (wsman-authz rules {rule} explains it).")?;
    let times = if *times == 1 { "once".to_owned() } else { format!("{times} times") };
    let under = match dialect.as_str() {
        "all" => "Broken under every dialect".to_owned(),
        // Every other one breaks as many rules or more.
        dialect if report.dialect.is_none() => format!("No dialect explains the trace; under {dialect}"),
        dialect => format!("Under the dialect {dialect}"),
    };
    writeln!(out, "  {under}: {times} in all.")?;
    steps.iter().try_for_each(|step| writeln!(out, "  {}", printable(&render_step(step))))
}

/// What was judged, and how, in a sentence.
pub(super) fn summary(report: &JudgeReport) -> String {
    let side = if report.side == TraceSide::Host.name() { "the host" } else { "the plug-in" };
    let dialect = match &report.dialect {
        Some(dialect) => format!("under the dialect {dialect}"),
        None => "under every dialect".to_owned(),
    };
    format!("{} records, taken by {side}, judged {dialect}.", report.records)
}

/// The verdict in a sentence.
pub(super) fn conclusion(report: &JudgeReport) -> String {
    match report.verdict {
        JudgeVerdict::Kept => format!("{}: no rule was broken.", report.trace),
        JudgeVerdict::Cut => {
            format!("{}: no rule was broken. The trace is cut: it ends before Shutdown returned.", report.trace)
        }
        JudgeVerdict::Broken => {
            let broken = match report.counterexamples.len() {
                1 => "one rule is broken".to_owned(),
                several => format!("{several} rules are broken"),
            };
            format!("{}: {broken}.", report.trace)
        }
    }
}
