//! The story of a history: what crossed the boundary, what happened on either side, who holds what.
//!
//! It is kept in the lines of the models, so that it is told and written as a counterexample of `verify` is.

use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::trace::{TraceSide, write_header};
use wsman_authz_core::{Call, Crossing, ThreadId, Timestamp};
use wsman_authz_models::model::write_steps;
use wsman_authz_models::model::{Line, User};
use wsman_authz_models::verify::written;

/// The thread of everything that is not a release: no completion belongs there (CL-52).
pub(super) const USUAL: ThreadId = ThreadId(1);

/// The thread of releases.
pub(super) const RELEASES: ThreadId = ThreadId(2);

/// A story, line by line.
#[derive(Clone, Debug, Default)]
pub struct Story {
    lines: Vec<Line>,
    now: Timestamp,
    dialect: Option<Dialect>,
}

impl Story {
    /// The dialect of the host, where there is one.
    pub(super) const fn speak(&mut self, dialect: Dialect) {
        self.dialect = Some(dialect);
    }

    /// It is so late; in a trace never earlier than it was.
    pub(super) fn time(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
    }

    pub(super) fn cross(&mut self, thread: ThreadId, call: Call<User>) {
        let crossing = Some(Crossing { at: self.now, thread, call });
        self.push(crossing, String::new());
    }

    pub(super) fn say(&mut self, what: impl Into<String>) {
        self.push(None, what.into());
    }

    fn push(&mut self, crossing: Option<Crossing<User>>, what: String) {
        self.lines.push(Line { crossing, what, holds: String::new(), violations: Vec::new() });
    }

    /// Who holds what after the last line.
    pub(super) fn holds(&mut self, holds: String) {
        if let Some(line) = self.lines.last_mut() {
            line.holds = holds;
        }
    }

    /// Whether anything crossed: the judge looks at nothing else.
    pub(super) fn crosses(&self) -> bool {
        self.lines.iter().any(|line| line.crossing.is_some())
    }

    /// The table of steps.
    #[must_use]
    pub fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = write_steps(&mut text, &self.lines);
        text
    }

    /// The story in the trace form.
    #[must_use]
    pub fn trace(&self) -> Vec<u8> {
        let (side, dialect) = match self.dialect {
            Some(dialect) => (TraceSide::Host, Some(dialect.to_string())),
            None => (TraceSide::Plugin, None),
        };
        let mut trace = Vec::new();
        write_header(&mut trace, side, dialect.as_deref());
        trace.push(b'\n');
        for record in written(&self.lines, 2) {
            trace.extend(record);
            trace.push(b'\n');
        }
        trace
    }
}
