//! The report for a person at a terminal.

use std::fmt::Write as _;

use super::{Coverage, Evidence, RuleRow};

/// The whole report; of one rule only what it stands on.
#[must_use]
pub fn render(coverage: &Coverage) -> String {
    let mut text = coverage.rules.iter().map(rule).collect::<Vec<_>>().join("\n");
    if coverage.assumptions.is_empty() {
        return text;
    }
    text.push('\n');
    for row in &coverage.assumptions {
        let places = row.excused.map_or_else(|| row.places.join(", "), |why| format!("none: {why}"));
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{}  {places}", row.id);
    }
    let without = coverage.rules.iter().filter(|row| !row.excused.is_empty()).count();
    let (rules, gaps) = (coverage.rules.len(), coverage.gaps());
    let _ = writeln!(text, "\n{rules} rules, {without} of them without something, for a reason; {} gaps", gaps.len());
    gaps.iter().fold(text, |text, gap| text + gap + "\n")
}

fn rule(row: &RuleRow) -> String {
    let places = |kind| row.places(kind).join(", ");
    let lines = [
        ("checked by", row.checked.join(", ")),
        ("upheld in", places(Evidence::Site)),
        ("judged in", places(Evidence::Judge)),
        ("seen by", row.seen_by.join(", ")),
        ("witnesses", row.witnesses.join(", ")),
        ("faults", places(Evidence::Fault)),
        ("traces", places(Evidence::Trace)),
        ("plug-ins", places(Evidence::Plugin)),
        ("tested in", places(Evidence::Test)),
        ("said in", places(Evidence::Message)),
    ];
    let mut text = format!("{}  {:8} {}\n", row.id, row.side, row.title);
    for (what, found) in lines.iter().filter(|(_, found)| !found.is_empty()) {
        let _ = writeln!(text, "  {what:11} {found}");
    }
    for excuse in &row.excused {
        let _ = writeln!(text, "  {:11} {}: {}", "without", excuse.missing, excuse.why);
    }
    text
}
