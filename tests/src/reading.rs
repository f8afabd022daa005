//! Any bytes as a trace: what must be true of whatever `judge` says about them.

use std::path::Path;

use wsman_authz_core::dialect::Dialect;
use wsman_authz_models::judge::{Choice, JudgeReport, JudgeVerdict, Source, judge_stream, render_html, render_text};

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A trace.
    Trace,
    /// None.
    NoTrace,
}

/// Judges bytes under every choice of a dialect.
///
/// # Errors
/// Says what does not fit together.
pub fn judge_bytes(bytes: &[u8]) -> Result<Reading, String> {
    let source = Source::new(Path::new("-"));
    let judged = |choice| judge_stream(&source, bytes, choice);
    let every = match judged(Choice::Every) {
        Ok(report) => report,
        Err(error) => {
            let sentence = error.to_string();
            let fits = sentence.starts_with("standard input") && !sentence.contains('\n');
            return if fits { Ok(Reading::NoTrace) } else { Err(format!("no sentence: {sentence}")) };
        }
    };
    present(&every)?;
    let mut forgiven = false;
    for words in ["", "release_counting=per-value,failure_context=released", "expiry=user-first"] {
        let dialect = Dialect::parse(words).map_err(|error| error.to_string())?;
        let one = judged(Choice::Only(dialect)).map_err(|error| format!("it was a trace before: {error}"))?;
        present(&one)?;
        forgiven |= one.verdict != JudgeVerdict::Broken;
    }
    if forgiven && every.verdict == JudgeVerdict::Broken {
        return Err("broken under every dialect, but not under one of them".to_owned());
    }
    Ok(Reading::Trace)
}

/// Whether a report can be shown, and agrees with itself.
fn present(report: &JudgeReport) -> Result<(), String> {
    let broken = report.verdict == JudgeVerdict::Broken;
    if broken == report.counterexamples.is_empty() || report.exit_code() != u8::from(broken) {
        return Err(format!("{:?} with {} broken rules", report.verdict, report.counterexamples.len()));
    }
    let json = serde_json::to_string(report).map_err(|error| error.to_string())?;
    let (text, html) = (render_text(report), render_html(report));
    let told = |rule: &str| [&json, &text, &html].into_iter().all(|form| form.contains(rule));
    match report.counterexamples.iter().find(|found| !told(&found.rule)) {
        Some(found) => Err(format!("{} is not told in every form", found.rule)),
        None => Ok(()),
    }
}
