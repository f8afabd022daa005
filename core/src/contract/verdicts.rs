//! Findings summed up: one verdict for each rule.

use alloc::collections::BTreeMap;
use core::fmt;

use super::finding::{Findings, Violation};
use crate::rule::{Rule, RuleSet};

/// What a whole trace says about one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something could have broken it, and nothing did.
    Kept,
    /// It was broken.
    Broken,
    /// Nothing happened that could have broken it.
    NotReached,
    /// The trace cannot show it.
    NotObservable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::NotReached => "not-reached",
            Self::NotObservable => "not-observable",
        })
    }
}

/// The findings of a trace so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts<M> {
    reached: RuleSet,
    broken: BTreeMap<Rule, (Violation<M>, u64)>,
}

impl<M> Default for Verdicts<M> {
    fn default() -> Self {
        Self { reached: RuleSet::EMPTY, broken: BTreeMap::new() }
    }
}

impl<M> Verdicts<M> {
    /// Nothing found yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what one crossing showed.
    pub fn add(&mut self, findings: Findings<M>) {
        self.reached = self.reached.union(findings.reached);
        for violation in findings.broken {
            self.broken.entry(violation.rule).or_insert((violation, 0)).1 += 1;
        }
    }

    /// The verdict on `rule`, where `observable` are the rules that the contract
    /// [can observe](super::Contract::observables).
    #[must_use]
    pub fn verdict(&self, rule: Rule, observable: RuleSet) -> Verdict {
        if self.broken.contains_key(&rule) {
            Verdict::Broken
        } else if !observable.contains(rule) {
            Verdict::NotObservable
        } else if self.reached.contains(rule) {
            Verdict::Kept
        } else {
            Verdict::NotReached
        }
    }

    /// Whether a rule was broken.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    /// The first violation of each broken rule, in the order of the rules, and how often the rule was broken.
    pub fn broken(&self) -> impl Iterator<Item = (&Violation<M>, u64)> {
        self.broken.values().map(|(first, count)| (first, *count))
    }

    /// The first violation of `rule`, and how often it was broken.
    #[must_use]
    pub fn violation(&self, rule: Rule) -> Option<(&Violation<M>, u64)> {
        self.broken.get(&rule).map(|(first, count)| (first, *count))
    }

    /// The rules whose premise was reached.
    #[must_use]
    pub const fn reached(&self) -> RuleSet {
        self.reached
    }
}
