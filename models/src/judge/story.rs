//! The last records of a trace, so that a broken rule can be shown with the calls that led to it.

use std::collections::BTreeMap;

use serde_json::Value;
use wsman_authz_core::Rule;
use wsman_authz_core::contract::Findings;

use super::names::Names;
use crate::related::related;

/// How many lines are kept.
const KEPT: usize = 1024;

/// A line longer than this is not kept.
const LONGEST: usize = 1 << 14;

/// The first time that a rule was broken at a line, in the words of the trace.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    pub(super) why: String,
    pub(super) steps: Vec<Value>,
}

/// The last lines, and the scenes found among them.
#[derive(Debug, Default)]
pub(super) struct Stories {
    lines: Vec<(u64, String)>,
    next: usize,
    /// By rule and line: several readings may find different first violations.
    scenes: BTreeMap<(Rule, u64), Scene>,
}

impl Stories {
    /// Keeps a line.
    pub(super) fn keep(&mut self, number: u64, line: &str) {
        let line = if line.len() > LONGEST { "" } else { line };
        if self.lines.len() < KEPT {
            return self.lines.push((number, line.to_owned()));
        }
        let (place, text) = &mut self.lines[self.next];
        *place = number;
        text.clear();
        text.push_str(line);
        self.next = (self.next + 1) % KEPT;
    }

    /// Keeps the scene of each violation: for those that are the first of their rule in some reading.
    pub(super) fn note(&mut self, findings: &Findings<u64>, names: &Names) {
        for violation in &findings.broken {
            let line = violation.evidence.last().copied().unwrap_or_default();
            if self.scenes.contains_key(&(violation.rule, line)) {
                continue;
            }
            let scene = Scene { why: names.in_words(&violation.why), steps: self.steps(&violation.evidence) };
            self.scenes.insert((violation.rule, line), scene);
        }
    }

    /// Forgets all scenes, but not the lines.
    pub(super) fn begin_part(&mut self) {
        self.scenes.clear();
    }

    /// What was kept of a violation.
    pub(super) fn scene(&self, rule: Rule, line: u64) -> Option<&Scene> {
        self.scenes.get(&(rule, line))
    }

    fn steps(&self, evidence: &[u64]) -> Vec<Value> {
        let (newer, older) = self.lines.split_at(self.next.min(self.lines.len()));
        let read = |(number, line): &(u64, String)| Some((*number, serde_json::from_str(line).ok()?));
        let records: Vec<_> = older.iter().chain(newer).filter_map(read).collect();
        related(&records, evidence)
    }
}
