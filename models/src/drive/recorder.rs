//! Numbers every crossing and writes it down: into the black box always, into a trace file if one is wanted.

use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write as _};

use serde_json::Value;
use wsman_authz_core::trace::{Cast, TraceSide, write_header, write_part, write_record};
use wsman_authz_core::{Crossing, OperationId};

use super::black_box::BlackBox;
use super::story::Story;
use super::user::{MECHANISM, User};
use crate::related::related;

/// The names behind the numbers of the reference host.
struct Names;

impl Cast<User> for Names {
    fn user<'a>(&'a self, user: &'a User) -> [Cow<'a, str>; 2] {
        [user.name(), MECHANISM.into()]
    }

    fn operation(&self, operation: Option<OperationId>) -> Option<[Cow<'_, str>; 2]> {
        let story = Story::of(operation?);
        Some([story.action.into(), story.resource.into()])
    }
}

/// The one writer of records.
#[derive(Debug)]
pub(super) struct Recorder {
    seq: u64,
    black_box: BlackBox,
    trace: Option<BufWriter<File>>,
    line: Vec<u8>,
    /// One dialect only, which the first record names.
    single: bool,
    failure: Option<String>,
}

impl Recorder {
    /// A recorder whose first record names the side and, if there is but one, the dialect.
    pub(super) fn new(black_box: BlackBox, trace: Option<File>, dialect: Option<&str>) -> Self {
        let trace = trace.map(BufWriter::new);
        let single = dialect.is_some();
        let mut recorder = Self { seq: 1, black_box, trace, line: Vec::new(), single, failure: None };
        write_header(&mut recorder.line, TraceSide::Host, dialect);
        recorder.write_line();
        recorder
    }

    /// What follows is another host's, who speaks another dialect: a trace of several is judged part by part.
    pub(super) fn begin_part(&mut self, dialect: &str) {
        if self.single {
            return;
        }
        self.seq += 1;
        self.line.clear();
        write_part(&mut self.line, self.seq, TraceSide::Host, Some(dialect));
        self.write_line();
    }

    /// Writes a crossing down and returns its number.
    pub(super) fn write(&mut self, crossing: &Crossing<User>) -> u64 {
        self.seq += 1;
        self.line.clear();
        write_record(&mut self.line, self.seq, crossing, &Names);
        self.write_line();
        self.seq
    }

    /// How many records there are.
    pub(super) const fn written(&self) -> u64 {
        self.seq
    }

    fn write_line(&mut self) {
        self.black_box.write(&self.line);
        let Some(trace) = &mut self.trace else { return };
        self.line.push(b'\n');
        if let Err(error) = trace.write_all(&self.line) {
            self.failure.get_or_insert_with(|| error.to_string());
        }
    }

    /// Writes out what is buffered; the first error that occurred since the beginning, if one did.
    pub(super) fn flush(&mut self) -> Option<String> {
        if let Some(Err(error)) = self.trace.as_mut().map(std::io::Write::flush) {
            self.failure.get_or_insert_with(|| error.to_string());
        }
        self.failure.clone()
    }

    /// The records behind `evidence` and those that tell its story, as far as they are still remembered.
    pub(super) fn story_of(&self, evidence: &[u64]) -> Vec<Value> {
        let numbered = |record: Value| Some((record["seq"].as_u64()?, record));
        let records: Vec<_> = self.black_box.records().into_iter().filter_map(numbered).collect();
        related(&records, evidence)
    }
}
