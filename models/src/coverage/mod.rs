//! Traceability: what each rule stands on, from its sentence to the trace that breaks it.
//!
//! What the code knows of itself (sides, seeded faults, what can be seen from where) is asked of it, what SPEC.md says
//! is read there. What only the tree of sources knows, which file upholds a rule and which test is named after it, is
//! in `tree.tsv`, written by a test that fails if it is stale. Where a rule stands on nothing, a list says why
//! ([`excused`]); whatever else is missing is a [gap](Coverage::gaps), and so is an excuse that nobody needs.

mod evidence;
pub mod excused;
mod markdown;
mod spec;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;
use wsman_authz_core::contract::Vantage;
use wsman_authz_core::fault::Fault;
use wsman_authz_core::{Rule, Side};

use crate::verify::is_in_the_model;
pub use evidence::Evidence;
pub use spec::{named, section};
pub use text::render;

/// What the tree of sources says, as it was when this was built.
const TREE: &str = include_str!("tree.tsv");

/// Where `drive` calls a rule broken that the contract cannot see. `verify` looks at all other judges.
const DRIVE: &str = "models/src/drive/";

/// Why something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Excuse {
    /// What.
    pub missing: Evidence,
    /// The reason.
    pub why: &'static str,
}

/// One rule.
#[derive(Clone, Debug, Serialize)]
pub struct RuleRow {
    /// Its name.
    pub id: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Who can break it.
    pub side: String,
    /// What looks for a breach: the words of the line `Checked:` in SPEC.md.
    pub checked: Vec<&'static str>,
    /// Whose traces can show that it is broken.
    pub seen_by: Vec<&'static str>,
    /// The witnesses that SPEC.md ties to it.
    pub witnesses: Vec<String>,
    /// What it stands on, with the places or names.
    pub evidence: BTreeMap<Evidence, Vec<String>>,
    /// What it does without.
    pub excused: Vec<Excuse>,
}

/// One assumption about the host, or promise of an author in C.
#[derive(Clone, Debug, Serialize)]
pub struct AssumptionRow {
    /// Its name.
    pub id: String,
    /// The files that stand on it.
    pub places: Vec<String>,
    /// Why none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excused: Option<&'static str>,
}

/// The whole report.
#[derive(Clone, Debug, Serialize)]
pub struct Coverage {
    /// `rules`.
    pub command: &'static str,
    /// One row for each rule.
    pub rules: Vec<RuleRow>,
    /// One row for each assumption and promise.
    pub assumptions: Vec<AssumptionRow>,
}

impl Coverage {
    /// As it was when this was built.
    #[must_use]
    pub fn known() -> Self {
        Self::of(TREE)
    }

    /// With what the tree of sources says: a line each, of an ID, the [word](Evidence::word) and a place.
    #[must_use]
    pub fn of(tree: &str) -> Self {
        let ids = spec::ids("Host assumptions").into_iter().chain(spec::ids("Promises of a C author"));
        Self {
            command: "rules",
            rules: Rule::ALL.iter().map(|rule| row(*rule, tree)).collect(),
            assumptions: ids.map(|id| assumption(id, tree)).collect(),
        }
    }

    /// Only this rule.
    #[must_use]
    pub fn only(mut self, rule: Rule) -> Self {
        self.rules.retain(|row| row.id == rule.id());
        self.assumptions.clear();
        self
    }

    /// What is missing without an excuse, and excuses for what is there. None, or a test fails.
    #[must_use]
    pub fn gaps(&self) -> Vec<String> {
        let rules = self.rules.iter().flat_map(RuleRow::gaps);
        let unused = self.assumptions.iter().filter(|row| row.places.is_empty() == row.excused.is_none());
        rules.chain(unused.map(|row| gap(&row.id, Evidence::Safety, row.excused.is_some()))).collect()
    }
}

impl RuleRow {
    /// The places or names of one kind.
    #[must_use]
    pub fn places(&self, evidence: Evidence) -> &[String] {
        self.evidence.get(&evidence).map_or(&[], Vec::as_slice)
    }

    fn gaps(&self) -> Vec<String> {
        let excused = |evidence| self.excused.iter().any(|excuse| excuse.missing == evidence);
        let due = Evidence::DUE.into_iter().filter(|due| self.places(*due).is_empty() != excused(*due));
        due.map(|due| gap(self.id, due, excused(due))).chain(self.one_sided()).collect()
    }

    /// What a rule of both sides has on one of them only.
    fn one_sided(&self) -> Vec<String> {
        if self.side != Side::Both.to_string() {
            return Vec::new();
        }
        let on_the_host = |kind| self.places(kind).iter().filter(|place| place.starts_with("core/src/host/")).count();
        let on_the_other = |kind| {
            let sides = ["core/src/engine/", "ffi/src/"];
            self.places(kind).iter().filter(|place| sides.iter().any(|side| place.starts_with(side))).count()
        };
        let is_one_sided = |kind: &Evidence| on_the_host(*kind) == 0 || on_the_other(*kind) == 0;
        let kinds = [Evidence::Site, Evidence::Test].into_iter().filter(is_one_sided);
        kinds.map(|kind| format!("{} lacks {kind} on one of its two sides", self.id)).collect()
    }
}

fn gap(id: &str, evidence: Evidence, excused: bool) -> String {
    if excused {
        format!("{id} has {evidence}, and an excuse for having none")
    } else {
        format!("{id} lacks {evidence}")
    }
}

/// The places that the tree has for one ID and kind.
fn places(tree: &str, id: &str, evidence: Evidence) -> Vec<String> {
    let start = format!("{id}\t{}\t", evidence.word());
    tree.lines().filter_map(|line| line.strip_prefix(&start)).map(str::to_owned).collect()
}

fn row(rule: Rule, tree: &str) -> RuleRow {
    let of_tree =
        [Evidence::Site, Evidence::Judge, Evidence::Test, Evidence::Trace, Evidence::Plugin, Evidence::Message];
    let mut evidence: BTreeMap<Evidence, Vec<String>> =
        of_tree.into_iter().map(|kind| (kind, places(tree, rule.id(), kind))).collect();
    let faults = Fault::ALL.iter().filter(|fault| fault.rule() == rule);
    evidence.insert(Evidence::Fault, faults.map(|fault| fault.name().to_owned()).collect());
    evidence.insert(Evidence::Sentence, spec::sentence(rule).into_iter().collect());
    let property = places(tree, rule.id(), Evidence::Judge).into_iter().filter(|place| !place.starts_with(DRIVE));
    evidence.insert(Evidence::Property, property.collect());
    evidence.retain(|_, places| !places.is_empty());
    let sides = [("host", Vantage::Host), ("plug-in", Vantage::Plugin)];
    let shows = |vantage: Vantage| vantage.observes(rule) && evidence.contains_key(&Evidence::Trace);
    let seen_by = sides.into_iter().filter(|(_, vantage)| shows(*vantage)).map(|(side, _)| side).collect();
    RuleRow {
        id: rule.id(),
        title: rule.title(),
        side: rule.side().to_string(),
        checked: checked(rule, &evidence),
        seen_by,
        witnesses: spec::witnesses_of(rule),
        evidence,
        excused: excused::of(rule),
    }
}

/// What looks for a breach.
fn checked(rule: Rule, evidence: &BTreeMap<Evidence, Vec<String>>) -> Vec<&'static str> {
    let judged = |folder: &str| {
        evidence.get(&Evidence::Judge).is_some_and(|places| places.iter().any(|place| place.starts_with(folder)))
    };
    let by_the_judge = judged("core/src/contract/") && Vantage::Host.observes(rule);
    let drive = judged(DRIVE) || by_the_judge && !excused::is_hidden_from_drive(rule);
    let checks = [
        (is_in_the_model(rule), "model (verify)"),
        (drive, "drive"),
        (evidence.contains_key(&Evidence::Trace), "judge"),
        (evidence.contains_key(&Evidence::Test), "unit tests"),
    ];
    checks.into_iter().filter(|(looks, _)| *looks).map(|(_, what)| what).collect()
}

fn assumption(id: String, tree: &str) -> AssumptionRow {
    let places = places(tree, &id, Evidence::Safety);
    let excused = excused::WIDENING.iter().find(|(other, _)| *other == id).map(|(_, why)| *why);
    AssumptionRow { id, places, excused }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_missing() {
        assert_eq!(Coverage::known().gaps(), Vec::<String>::new());
    }

    #[test]
    fn what_is_taken_away_is_missing() {
        let without = |line: &str| {
            let tree: String =
                TREE.lines().filter(|other| !other.starts_with(line)).map(|line| format!("{line}\n")).collect();
            Coverage::of(&tree).gaps()
        };
        assert_eq!(without("CL-32\ttrace\t"), ["CL-32 lacks a trace that breaks it"]);
        assert_eq!(without("CL-71\ttest\t"), ["CL-71 lacks a test of its name"]);
        assert_eq!(without("CL-41\tsite\t"), ["CL-41 lacks a line that upholds it"]);
        assert_eq!(without("CL-60\tjudge\t"), ["CL-60 lacks a line that calls it broken"]);
        let blind = ["CL-17 lacks a line that calls it broken", "CL-17 lacks a judge of the model"];
        assert_eq!(without("CL-17\tjudge\t"), blind);
        assert_eq!(
            without("CL-24\tsite\tcore/src/engine"),
            ["CL-24 lacks a line that upholds it on one of its two sides"]
        );
        assert_eq!(without("HA-12\t"), ["HA-12 lacks a line that stands on it"]);
    }

    #[test]
    fn an_excuse_that_nobody_needs_is_a_gap() {
        let tree = format!("{TREE}CL-16\ttrace\tforged\nHA-08\tsafety\tffi/src/gate.rs\n");
        let excuse = "and an excuse for having none";
        let said = [
            format!("CL-16 has a trace that breaks it, {excuse}"),
            format!("HA-08 has a line that stands on it, {excuse}"),
        ];
        assert_eq!(Coverage::of(&tree).gaps(), said);
    }

    #[test]
    fn a_line_that_is_written_by_hand_is_written_again() {
        let spec = "### CL-20 x\n\nChecked: by hand.\n\n## Limits\n\nChecked: not here.\n";
        let written = Coverage::known().written_into(spec);
        assert!(
            written.starts_with("### CL-20 x\n\nChecked: model (verify), drive, judge, unit tests.\n"),
            "{written}"
        );
        assert!(written.contains("\nChecked: not here.\n") && written.contains("\n| CL-20 | `core/"), "{written}");
        assert_eq!(Coverage::known().written_into(&written), written);
    }
}
