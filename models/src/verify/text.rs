//! The report for a person at a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wsman_authz_core::Rule;

use super::coverage::NOT_IN_THE_MODEL;
use super::report::{Report, Verdict};
use super::story::CounterexampleReport;
use crate::model::{Line, SCENARIOS, write_steps};

/// The whole report.
#[must_use]
pub fn render(report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_report(&mut text, report);
    text
}

fn write_report(text: &mut String, report: &Report) -> std::fmt::Result {
    for counterexample in &report.counterexamples {
        write_counterexample(text, counterexample)?;
    }
    if report.fault.is_none() {
        write_rules(text, report)?;
        write_scenarios(text, report)?;
        write_witnesses(text, report)?;
    }
    write_verdict(text, report)
}

fn write_rules(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "rule   side     verdict        dialects       states  what it says")?;
    for row in &report.rules {
        let verdict = word(row.verdict);
        let (states, dialects) = (grouped(row.states), row.checked_in);
        writeln!(text, "{:6} {:8} {verdict:13} {dialects:9} {states:>12}  {}", row.id, row.side, row.title)?;
    }
    writeln!(text)?;
    for (rule, reason) in NOT_IN_THE_MODEL {
        writeln!(text, "{:6} {:8} not in the model: {reason}", rule.id(), rule.side())?;
    }
    writeln!(text)
}

fn write_scenarios(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "scenario   bound (users × operations × applications)  dialects       states  about")?;
    let mut sums: BTreeMap<&str, (usize, u64, bool)> = BTreeMap::new();
    for row in &report.scenarios {
        let sum = sums.entry(row.scenario).or_insert((0, 0, true));
        *sum = (sum.0 + 1, sum.1 + row.unique_states, sum.2 && row.exhausted);
    }
    for scenario in SCENARIOS {
        let Some((dialects, states, exhausted)) = sums.get(scenario.name) else { continue };
        let row = report.scenarios.iter().find(|row| row.scenario == scenario.name);
        let bound = row.map(|row| format!("{} × {} × {}", row.users, row.operations, row.applications));
        let bound = bound.unwrap_or_default() + if *exhausted { ", exhausted" } else { ", NOT EXHAUSTED" };
        let (name, states, about) = (scenario.name, grouped(*states), scenario.about);
        writeln!(text, "{name:10} {bound:43} {dialects:9} {states:>12}  {about}")?;
    }
    writeln!(text)
}

fn write_witnesses(text: &mut String, report: &Report) -> std::fmt::Result {
    for row in &report.witnesses {
        writeln!(text, "{:6} {:11} {}", row.id, if row.reached { "reached" } else { "NOT REACHED" }, row.title)?;
    }
    writeln!(text)
}

fn write_verdict(text: &mut String, report: &Report) -> std::fmt::Result {
    let (explorations, dialects) = (report.scenarios.len(), report.dialects);
    let (unique, generated) = (grouped(report.unique_states), grouped(report.generated_states));
    let names = if report.up_to_names { " up to names" } else { "" };
    write!(text, "{explorations} explorations, {dialects} dialects, {unique} states{names}, {generated} generated")?;
    writeln!(text, " in {:.1} s", report.seconds)?;
    let pins = &report.pins;
    match &pins.first {
        Some(first) => {
            writeln!(
                text,
                "{} explorations have other counts than the reviewed ones; the first: {first}",
                pins.differ
            )?;
        }
        None if pins.equal > 0 => writeln!(text, "counts as reviewed: {} of {explorations}", pins.equal)?,
        None => {}
    }
    let said = match report.verdict {
        Verdict::Holds if report.up_to_names => {
            "every rule holds within these bounds, in every state that was seen: one of all that differ in names only"
        }
        Verdict::Holds => "every rule holds in every state within these bounds",
        Verdict::Broken => "a rule is broken; see above",
        Verdict::NotExhausted if pins.differ > 0 => "the models see other states than the reviewed ones",
        Verdict::NotExhausted => "not everything within the bounds was seen; nothing is claimed",
    };
    writeln!(text, "verdict: {} ({said})", word(report.verdict))
}

fn write_counterexample(text: &mut String, found: &CounterexampleReport) -> std::fmt::Result {
    let title = Rule::find(found.rule).map_or("", Rule::title);
    writeln!(text, "{} is broken: {title}", found.rule)?;
    writeln!(text, "  why       {}", found.why)?;
    writeln!(text, "  scenario  {}, dialect {}", found.scenario, found.dialect)?;
    let shortest = if found.shortest { "no shorter way exists in this scenario and dialect" } else { "not minimal" };
    writeln!(text, "  shortest  {shortest}")?;
    if found.rules.len() > 1 {
        writeln!(text, "  the same step breaks {}", found.rules.join(", "))?;
    }
    writeln!(text)?;
    write_steps(text, &found.story)?;
    let said = |line: &Line| line.violations.iter().any(|violation| violation.rule.id() == found.rule);
    if !found.story.iter().any(said) {
        writeln!(text, "   !  {} {}", found.rule, found.why)?;
    }
    writeln!(text, "\n  again: {}\n", found.replay)
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "holds",
        Verdict::Broken => "BROKEN",
        Verdict::NotExhausted => "not-exhausted",
    }
}

/// `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = (digits.len() + 2) % 3 + 1;
    let (head, tail) = digits.split_at(first.min(digits.len()));
    let tail = tail.as_bytes().chunks(3).map(|chunk| format!(",{}", String::from_utf8_lossy(chunk)));
    tail.fold(head.to_owned(), |text, group| text + &group)
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_three() {
        let numbers = [0, 12, 999, 1000, 12_345, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "12", "999", "1,000", "12,345", "1,234,567"]);
    }
}
