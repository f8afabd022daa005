//! SPEC.md as far as a program reads it: sections of rules, tables with IDs.

use wsman_authz_core::Rule;

/// The contract in prose; each rule is a section of it.
const SPEC: &str = include_str!("../../../SPEC.md");

/// The section of SPEC.md under the rule's heading.
#[must_use]
pub fn section(rule: Rule) -> Option<String> {
    let heading = format!("### {} ", rule.id());
    let start = SPEC.find(&heading)?;
    let body = &SPEC[start + 4..];
    let end = ["\n### ", "\n## "].iter().filter_map(|next| body.find(next)).min().unwrap_or(body.len());
    Some(format!("{}\n", body[..end].trim_end()))
}

/// The paragraph of the section that says what must be.
pub(super) fn sentence(rule: Rule) -> Option<String> {
    let section = section(rule)?;
    let paragraph = section.split("\n\n").nth(1)?;
    paragraph.contains("MUST").then(|| paragraph.replace('\n', " "))
}

/// The rows of the table in the section under a heading that begin with an ID.
fn rows(heading: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let section = SPEC.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| "));
    let cells = |row: &'static str| row.trim_matches('|').split(" | ").map(str::trim).collect::<Vec<_>>();
    rows.map(cells).filter(|cells| named(cells[0]).next().is_some())
}

/// The IDs of a table.
pub(super) fn ids(heading: &str) -> Vec<String> {
    rows(heading).map(|cells| cells[0].to_owned()).collect()
}

/// The witnesses that are about a rule, by what their row says.
pub(super) fn witnesses_of(rule: Rule) -> Vec<String> {
    let about = |cells: &Vec<&str>| cells.iter().any(|cell| named(cell).any(|id| id == rule.id()));
    rows("Witnesses").filter(about).map(|cells| cells[0].to_owned()).collect()
}

/// The IDs in a text: two capital letters, a hyphen, two digits.
pub fn named(text: &str) -> impl Iterator<Item = &str> {
    let is_id = |word: &&str| {
        let (letters, number) = word.split_once('-').unwrap_or_default();
        ["CL", "CW", "HA", "CA"].contains(&letters) && number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit())
    };
    text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-').filter(is_id)
}
