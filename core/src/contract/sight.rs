//! One crossing under the judge's eye: when, where, and what it showed so far.

use alloc::string::String;
use alloc::vec::Vec;

use super::Findings;
use super::finding::Violation;
use crate::id::ThreadId;
use crate::rule::Rule;
use crate::time::Timestamp;

/// The crossing that is being judged.
pub(super) struct Sight<M> {
    pub(super) at: Timestamp,
    pub(super) thread: ThreadId,
    pub(super) mark: M,
    findings: Findings<M>,
}

impl<M: Copy> Sight<M> {
    pub(super) fn new(at: Timestamp, thread: ThreadId, mark: M) -> Self {
        Self { at, thread, mark, findings: Findings::default() }
    }

    /// The crossing could have broken `rule`.
    pub(super) const fn reach(&mut self, rule: Rule) {
        self.findings.reached.insert(rule);
    }

    /// The crossing broke `rule`; the marks of earlier crossings that prove it come first in the evidence.
    pub(super) fn breaks(&mut self, rule: Rule, earlier: &[M], why: String) {
        self.reach(rule);
        let mut evidence = Vec::with_capacity(earlier.len() + 1);
        evidence.extend_from_slice(earlier);
        evidence.push(self.mark);
        self.findings.broken.push(Violation { rule, why, evidence });
    }

    pub(super) fn take_findings(&mut self) -> Findings<M> {
        core::mem::take(&mut self.findings)
    }
}
