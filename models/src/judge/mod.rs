//! `judge`: a recorded trace through the judge, record by record.
//!
//! ```text
//!  lines ──▶ record ──▶ letter ──▶ variants ──▶ report
//!  bytes     texts      numbers    one Contract
//!                       (names)    per reading
//! ```
//!
//! Nothing grows with the length of a trace: what is kept is what is live, what the judges remember of the last few
//! thousand things that are over, the names of all that, and the last lines for the story of a broken rule.

mod error;
mod letter;
mod lines;
mod names;
mod record;
mod report;
mod story;
mod totals;
mod variants;

use std::fs::File;
use std::io::Read;

use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::trace::TraceSide;

pub use error::{Fault, JudgeError, Source};
pub use lines::LONGEST;
pub use report::{JudgeReport, JudgeVerdict, render_html, render_text};

use letter::{Letter, Reading, column_of};
use lines::{Lines, Next};
use names::Names;
use record::characters;
use story::Stories;
use totals::Totals;
use variants::Variants;

/// Under which dialect a trace is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The one that the trace names, or every one.
    #[default]
    AsTheTraceSays,
    /// Every one, whatever the trace names: what is broken is broken in all of them.
    Every,
    /// Exactly this one.
    Only(Dialect),
}

/// Judges the trace at `source`.
///
/// # Errors
/// If it cannot be read, or is no trace: where, and why.
pub fn judge(source: &Source, choice: Choice) -> Result<JudgeReport, JudgeError> {
    let unreadable =
        |error: &dyn std::fmt::Display| JudgeError::Unreadable { from: source.clone(), why: error.to_string() };
    match source {
        Source::StandardInput => judge_stream(source, std::io::stdin().lock(), choice),
        Source::File(path) => {
            let file = File::open(path).map_err(|error| unreadable(&error))?;
            if file.metadata().is_ok_and(|data| data.is_dir()) {
                return Err(unreadable(&"it is a directory"));
            }
            judge_stream(source, file, choice)
        }
    }
}

/// Judges a trace that comes out of `stream`; `source` is its name.
///
/// # Errors
/// As [`judge`].
pub fn judge_stream(source: &Source, stream: impl Read, choice: Choice) -> Result<JudgeReport, JudgeError> {
    let mut court = Court::new(choice, Names::default());
    let mut lines = Lines::new(stream);
    let mut number = 0;
    loop {
        number += 1;
        let next = lines.next_line();
        let next = next.map_err(|error| JudgeError::Unreadable { from: source.clone(), why: error.to_string() })?;
        let heard = match next {
            Next::Line(line) => court.hear_line(number, line),
            Next::TooLong => Err(Fault::new(LONGEST + 1, "the line is longer than 1 MiB")),
            Next::End => break,
        };
        heard.map_err(|fault| JudgeError::Malformed { from: source.clone(), line: number, fault })?;
    }
    court.close(source)
}

/// Everything that is known of a trace.
#[derive(Debug)]
struct Court {
    choice: Choice,
    names: Names,
    variants: Variants,
    stories: Stories,
    totals: Totals,
    seq: Option<u64>,
    records: u64,
}

impl Court {
    fn new(choice: Choice, names: Names) -> Self {
        let forced = if let Choice::Only(dialect) = choice { Some(dialect) } else { None };
        let (variants, totals) = (Variants::new(None, forced), Totals::default());
        Self { choice, names, variants, stories: Stories::default(), totals, seq: None, records: 0 }
    }

    fn hear_line(&mut self, number: u64, line: &[u8]) -> Result<(), Fault> {
        let line = if number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) } else { line };
        let line = std::str::from_utf8(line).map_err(|error| {
            let before = String::from_utf8_lossy(&line[..error.valid_up_to()]);
            let column = characters(&before, before.len());
            Fault::new(column, "this is not UTF-8")
        })?;
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let (seq, letter) = Reading::read(line, &mut self.names)?;
        if let Some(last) = self.seq.filter(|last| seq <= *last) {
            let what = format!("`seq` must increase: {seq} comes after {last}");
            return Err(Fault::new(column_of(line, "seq"), &what));
        }
        self.seq = Some(seq);
        self.records += 1;
        self.stories.keep(number, line);
        match letter {
            Letter::Header { side, dialect } => self.begin_part(side, dialect),
            Letter::Crossing(crossing) => {
                let (stories, names) = (&mut self.stories, &self.names);
                self.variants.observe(number, &crossing, |findings| stories.note(findings, names));
                if self.names.are_many() {
                    let variants = &self.variants;
                    self.names.sweep(|tell| variants.each_name(tell));
                }
            }
        }
        Ok(())
    }

    /// What follows was taken by that side, of a host that speaks that dialect.
    fn begin_part(&mut self, side: TraceSide, dialect: Option<Dialect>) {
        self.end_part();
        let forced = match self.choice {
            Choice::AsTheTraceSays => dialect,
            Choice::Every => None,
            Choice::Only(dialect) => Some(dialect),
        };
        self.variants = Variants::new(Some(side), forced);
    }

    fn end_part(&mut self) {
        if self.variants.calls > 0 {
            self.totals.add(&self.variants, &self.stories, &self.names);
            self.stories.begin_part();
        }
    }

    fn close(mut self, source: &Source) -> Result<JudgeReport, JudgeError> {
        self.end_part();
        if self.totals.parts() == 0 {
            return Err(JudgeError::Empty(source.clone()));
        }
        Ok(self.totals.report(source, self.records))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The golden traces, with names that are no numbers.
    fn traces() -> Vec<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/traces");
        let entries = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let files = entries(&root).flat_map(|folder| entries(&folder).collect::<Vec<_>>());
        let texts = files.map(|file| fs::read_to_string(file).unwrap());
        let renamed = |text: String| {
            ["\"0x", "\"r", "\"o", "\"p"].iter().fold(text, |text, name| {
                let is_digit = |c: char| c.is_ascii_digit() || (*name == "\"0x" && c.is_ascii_hexdigit());
                let mut parts = text.split(name);
                let first = parts.next().unwrap_or_default().to_owned();
                parts.fold(first, |all, part| all + name + if part.starts_with(is_digit) { "-" } else { "" } + part)
            })
        };
        texts.map(renamed).collect()
    }

    fn judged(text: &str, room: usize) -> String {
        let mut court = Court::new(Choice::Every, Names::with_room(room));
        for (number, line) in (1..).zip(text.lines()) {
            court.hear_line(number, line.as_bytes()).unwrap();
        }
        serde_json::to_string(&court.close(&Source::StandardInput).unwrap()).unwrap()
    }

    #[test]
    fn names_that_are_forgotten_were_not_needed() {
        let traces = traces();
        assert!(traces.len() > 50 && traces.iter().any(|text| text.contains("\"0x-a\"") && text.contains("\"r-1\"")));
        for text in traces {
            let swept = judged(&text, 0);
            assert_eq!(swept, judged(&text, usize::MAX / 4), "{text}");
        }
    }

    #[test]
    fn tables_are_swept() {
        let mut names = Names::with_room(0);
        for round in 0..1000 {
            names.context(&format!("c{round}"));
            names.user(&format!("u{round}"), "Negotiate");
            if names.are_many() {
                names.sweep(|_| {});
            }
        }
        assert!(names.size() < 8, "{}", names.size());
    }
}
