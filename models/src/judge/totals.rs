//! What all parts of a trace show together. Most traces have one part; one of `drive` under several dialects has one
//! for each.

use std::collections::{BTreeMap, BTreeSet};

use wsman_authz_core::contract::Verdict;
use wsman_authz_core::trace::TraceSide;
use wsman_authz_core::{Rule, RuleSet};

use super::error::Source;
use super::names::Names;
use super::report::{JudgeReport, JudgeVerdict, row};
use super::story::Stories;
use super::variants::{Decision, Variants};
use crate::drive::Counterexample;

/// How many dialects are named before it is only said that there are several.
const NAMED: usize = 64;

/// The parts so far.
#[derive(Debug, Default)]
pub(super) struct Totals {
    parts: u64,
    side: Option<TraceSide>,
    /// The dialects of the parts; `None` is every one.
    dialects: BTreeSet<Option<String>>,
    observable: RuleSet,
    reached: RuleSet,
    broken: BTreeMap<Rule, Counterexample>,
    cut: bool,
    live: Vec<String>,
}

impl Totals {
    pub(super) const fn parts(&self) -> u64 {
        self.parts
    }

    /// Adds a part that is over.
    pub(super) fn add(&mut self, part: &Variants, stories: &Stories, names: &Names) {
        let Decision { judge, broken, agreed } = part.decide();
        self.parts += 1;
        self.side.get_or_insert_with(|| part.side());
        if self.dialects.len() < NAMED {
            self.dialects.insert(part.dialect());
        }
        self.observable = self.observable.union(part.observables());
        self.reached = self.reached.union(judge.verdicts.reached());
        self.cut |= judge.contract.applications() > 0;
        self.live.extend(judge.contract.live().map(|context| names.context_text(context)));
        let every = || if agreed { "all".to_owned() } else { judge.dialect.to_string() };
        let dialect = part.dialect().unwrap_or_else(every);
        for rule in broken.iter() {
            let Some((violation, times)) = judge.verdicts.violation(rule) else { continue };
            if let Some(known) = self.broken.get_mut(&rule) {
                known.times += times;
                continue;
            }
            let line = violation.evidence.last().copied();
            let scene = line.and_then(|line| stories.scene(rule, line));
            let found = Counterexample {
                rule: rule.id().to_owned(),
                dialect: dialect.clone(),
                shortest: false,
                times,
                line,
                why: scene.map_or_else(|| names.in_words(&violation.why), |scene| scene.why.clone()),
                steps: scene.map(|scene| scene.steps.clone()).unwrap_or_default(),
            };
            self.broken.insert(rule, found);
        }
    }

    pub(super) fn report(self, source: &Source, records: u64) -> JudgeReport {
        let verdict = |rule: Rule| match self.broken.get(&rule) {
            Some(_) => Verdict::Broken,
            None if !self.observable.contains(rule) => Verdict::NotObservable,
            None if self.reached.contains(rule) => Verdict::Kept,
            None => Verdict::NotReached,
        };
        let rules = Rule::ALL.iter().map(|rule| row(*rule, verdict(*rule), self.broken.get(rule))).collect();
        JudgeReport {
            command: "judge",
            verdict: match (self.broken.is_empty(), self.cut) {
                (false, _) => JudgeVerdict::Broken,
                (true, true) => JudgeVerdict::Cut,
                (true, false) => JudgeVerdict::Kept,
            },
            trace: source.to_string(),
            side: self.side.unwrap_or(TraceSide::Plugin).name(),
            dialect: match self.dialects.iter().collect::<Vec<_>>().as_slice() {
                [Some(only)] => Some(only.clone()),
                several if several.iter().any(|dialect| dialect.is_some()) => {
                    let each = several.iter().map(|dialect| dialect.as_deref().unwrap_or("every dialect"));
                    Some(each.collect::<Vec<_>>().join("; "))
                }
                _ => None,
            },
            records,
            live_at_end: self.live,
            rules,
            counterexamples: self.broken.into_values().collect(),
        }
    }
}
