//! One verdict per rule, over all dialects of a run, and the story of each first violation.

use std::collections::BTreeMap;

use serde_json::Value;
use wsman_authz_core::contract::{Findings, Verdict, Verdicts};
use wsman_authz_core::{Rule, RuleSet};

use super::report::{Counterexample, RuleRow, RuleVerdict};

/// What was found so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    verdicts: Verdicts<u64>,
    /// Under which dialect a rule was broken first, and the records that show it.
    stories: BTreeMap<Rule, (String, Vec<Value>)>,
}

impl Tally {
    /// Takes note of a finding; `tell` finds the records around the first violation of a rule.
    pub(super) fn add(&mut self, dialect: &str, findings: Findings<u64>, tell: impl Fn(&[u64]) -> Vec<Value>) {
        for violation in &findings.broken {
            let story = self.stories.entry(violation.rule);
            story.or_insert_with(|| (dialect.to_owned(), tell(&violation.evidence)));
        }
        self.verdicts.add(findings);
    }

    /// A rule that the driver watches itself, not the judge, could have been broken and was not.
    pub(super) fn watched(&mut self, rule: Rule) {
        self.verdicts.add(Findings { reached: [rule].into_iter().collect(), ..Findings::default() });
    }

    /// How many rules are broken.
    pub(super) fn broken(&self) -> usize {
        self.stories.len()
    }

    /// The first violation of each broken rule.
    pub(super) fn counterexamples(&self) -> Vec<Counterexample> {
        let counterexample = |(rule, (dialect, steps)): (&Rule, &(String, Vec<Value>))| {
            let (violation, times) = self.verdicts.violation(*rule)?;
            Some(Counterexample {
                rule: rule.id().to_owned(),
                dialect: dialect.clone(),
                shortest: false,
                times,
                line: violation.evidence.last().copied(),
                why: violation.why.clone(),
                steps: steps.clone(),
            })
        };
        self.stories.iter().filter_map(counterexample).collect()
    }

    /// One row per rule.
    pub(super) fn rows(&self, observable: RuleSet) -> Vec<RuleRow> {
        Rule::ALL.iter().map(|rule| self.row(*rule, observable)).collect()
    }

    fn row(&self, rule: Rule, observable: RuleSet) -> RuleRow {
        let violation = self.verdicts.violation(rule).map(|(violation, _)| violation);
        RuleRow {
            id: rule.id().to_owned(),
            title: rule.title().to_owned(),
            side: rule.side().to_string(),
            verdict: match self.verdicts.verdict(rule, observable) {
                Verdict::Kept => RuleVerdict::Kept,
                Verdict::Broken => RuleVerdict::Broken,
                Verdict::NotReached => RuleVerdict::NotReached,
                Verdict::NotObservable => RuleVerdict::NotObservable,
            },
            line: violation.and_then(|violation| violation.evidence.last().copied()),
            why: violation.map(|violation| violation.why.clone()),
        }
    }
}
