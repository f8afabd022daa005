//! What became of a child that did not come to its end: how, where, and which rule that breaks.

use std::ops::Range;
use std::process::ExitStatus;

use serde_json::Value;

use super::black_box::{DyingNote, Remains};
use super::crash;
use super::diary::{Diary, State};
use super::report::{DriveReport, DriveVerdict};
use super::sender_block::{is_no_certificate, is_poison};
use super::watch::PATIENCE;

/// How many of the last calls a report shows.
const LAST_CALLS: usize = 24;
/// How many calls before the one in which it ended.
const LEAD: usize = 8;

/// What is left of a run that did not come to its end.
pub(super) struct Body<'a> {
    /// The last that it wrote.
    pub(super) diary: &'a Diary,
    /// What its black box holds.
    pub(super) remains: &'a Remains,
}

impl Body<'_> {
    /// It ended: by a crash, or by calling `exit`.
    pub(super) fn ended(&self, status: ExitStatus, report: &mut DriveReport) {
        report.verdict = DriveVerdict::Crashed;
        let sentence = match (crash::name(status, self.remains.note), status.code()) {
            (Some(crash), _) => format!("it crashed with {crash}"),
            (None, Some(code)) => format!("it ended its process with exit code {code}"),
            (None, None) => format!("its process ended ({status})"),
        };
        let mut sentence = format!("{sentence} {}", self.place());
        if let Some(note) = self.remains.note {
            if let Some(why) = self.in_other_words(note) {
                sentence.push_str(": ");
                sentence.push_str(why);
            }
            self.name_rules(note, report);
        }
        report.ended = Some(sentence);
    }

    /// It had to be ended, because a call did not return, or because nothing moved any more.
    pub(super) fn hung(&self, report: &mut DriveReport) {
        report.verdict = DriveVerdict::Hung;
        if self.diary.state == State::Stuck {
            let why = "it may have damaged memory, or ended a thread that was not its own";
            report.ended = Some(format!("it hung: nothing moved for 10 s, outside of any call: {why}"));
            return;
        }
        let State::Hung { call, seq, inside_completion } = &self.diary.state else {
            let place = self.place();
            report.ended = Some(format!("it hung: its process gave no sign of life for 10 s, {place}"));
            return;
        };
        let (number, patience) = (record_number(*seq), PATIENCE.as_secs());
        report.ended = Some(format!("it hung: {call}{number} did not return within {patience} s"));
        if *inside_completion {
            let why = format!(
                "{call} was called from inside a completion function and did not return: the plug-in holds a lock \
                 across the completion, or waits for it to return"
            );
            report.break_rule("CL-60", &self.diary.progress.dialect, Some(*seq), &why);
        }
    }

    /// The last calls, and those that led to the one in which it ended.
    pub(super) fn last_calls(&self) -> Vec<Value> {
        let records = &self.remains.records;
        let call = match &self.diary.state {
            State::Hung { seq, .. } => Some(*seq),
            _ => self.remains.note.map(|note| note.call),
        };
        let at = call.and_then(|call| records.iter().position(|record| record["seq"] == call));
        let lead = at.map_or(0..0, |at| at.saturating_sub(LEAD)..at + 1);
        let tail = records.len().saturating_sub(LAST_CALLS);
        let shown = records.iter().enumerate().filter(|(place, _)| *place >= tail || lead.contains(place));
        shown.map(|(_, record)| record.clone()).collect()
    }

    /// In which call the process ended.
    fn place(&self) -> String {
        let innermost = self.remains.note.map(|note| note.call);
        let record = innermost.and_then(|seq| self.remains.records.iter().find(|record| record["seq"] == seq));
        match (&self.diary.state, record, innermost) {
            (State::Loading, ..) => "while the library was loaded".to_owned(),
            _ if self.remains.note.is_some_and(|note| self.is_after_unloading(note)) => {
                "after the library was unloaded".to_owned()
            }
            (State::Finished, ..) => "while the library was unloaded".to_owned(),
            (_, Some(record), _) => {
                let seq = record["seq"].as_u64().unwrap_or_default();
                format!("in {}{}", record["call"].as_str().unwrap_or("a call"), record_number(seq))
            }
            (_, None, Some(0)) => "on a thread of its own, outside any call".to_owned(),
            (_, None, Some(seq)) => format!("in a call{}", record_number(seq)),
            (State::Unloaded, None, None) => "after the library was unloaded".to_owned(),
            (_, None, None) => "in one of the last calls".to_owned(),
        }
    }

    /// What the place in memory tells, beyond what the system says.
    fn in_other_words(&self, note: DyingNote) -> Option<&'static str> {
        let senders: Range<u64> = self.diary.senders.clone();
        Some(if note.unwound {
            "an exception or a panic left the entry point"
        } else if is_poison(note.address) {
            "it followed a pointer of senderDetails after the completion"
        } else if is_no_certificate(note.address) {
            "it followed certificateDetails, which is valid only if the mechanism is ClientCertificate"
        } else if senders.contains(&note.address) {
            "it wrote into senderDetails, which is the host's memory"
        } else if self.is_after_unloading(note) {
            "code of the plug-in still ran, on a thread that Shutdown did not wait for"
        } else {
            return None;
        })
    }

    /// Whether it died in code that was gone already. The system may still be busy unloading, but the thread that
    /// waits for that is inside of a call.
    fn is_after_unloading(&self, note: DyingNote) -> bool {
        match self.diary.state {
            State::Unloaded => true,
            State::Finished => note.cause.is_some() && note.stack == 0,
            _ => false,
        }
    }

    fn name_rules(&self, note: DyingNote, report: &mut DriveReport) {
        let (dialect, line) = (&self.diary.progress.dialect, (note.call > 0).then_some(note.call));
        if note.unwound {
            report.break_rule("CL-61", dialect, line, "an exception or a panic of the plug-in reached the host");
        }
        if is_poison(note.address) {
            let why = format!(
                "the plug-in followed a pointer of senderDetails after it had completed the request (address {:#x})",
                note.address
            );
            report.break_rule("CL-62", dialect, line, &why);
        }
        if self.is_after_unloading(note) {
            let why = "a thread of the plug-in still ran after the last Shutdown, when its code was unloaded";
            report.break_rule("CL-62", dialect, None, why);
        }
    }
}

fn record_number(seq: u64) -> String {
    if seq == 0 { String::new() } else { format!(" (record {seq})") }
}
