//! What the contract says about one crossing.

use alloc::string::String;
use alloc::vec::Vec;

use crate::rule::{Rule, RuleSet};

/// One rule broken by one crossing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation<M> {
    /// Which rule.
    pub rule: Rule,
    /// Why, in one sentence that names what it is about.
    pub why: String,
    /// The marks of the crossings that prove it, oldest first; the last is the crossing that broke it.
    pub evidence: Vec<M>,
}

/// Everything that one crossing showed.
#[must_use = "a finding is a verdict"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings<M> {
    /// Rules that it broke.
    pub broken: Vec<Violation<M>>,
    /// Rules that it could have broken and kept: their premise was reached.
    pub reached: RuleSet,
}

impl<M> Default for Findings<M> {
    fn default() -> Self {
        Self { broken: Vec::new(), reached: RuleSet::EMPTY }
    }
}
