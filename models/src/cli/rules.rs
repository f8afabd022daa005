//! `rules`: the catalogue, and the explanation of one rule as SPEC.md has it.

use clap::Args;
use wsman_authz_core::Rule;

/// The contract in prose; each rule is a section of it.
const SPEC: &str = include_str!("../../../SPEC.md");

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The rule to explain, such as CL-20
    id: Option<String>,
}

pub(super) fn run(options: &Options) -> Result<u8, String> {
    let text = match &options.id {
        None => catalogue(),
        Some(id) => {
            let rule = Rule::find(id).ok_or_else(|| unknown(id))?;
            section(rule).ok_or_else(|| format!("SPEC.md has no section for {rule}"))?
        }
    };
    super::print(&text, None)?;
    Ok(0)
}

fn catalogue() -> String {
    let rows = Rule::ALL.iter().map(|rule| format!("{:6} {:8} {}\n", rule.id(), rule.side(), rule.title()));
    format!("rule   side     what it says\n{}\n`wsman-authz rules CL-20` explains one.\n", rows.collect::<String>())
}

/// The section of SPEC.md under the rule's heading.
fn section(rule: Rule) -> Option<String> {
    let heading = format!("### {} ", rule.id());
    let start = SPEC.find(&heading)?;
    let body = &SPEC[start + 4..];
    let end = ["\n### ", "\n## "].iter().filter_map(|next| body.find(next)).min().unwrap_or(body.len());
    Some(format!("{}\n", body[..end].trim_end()))
}

/// Names the rules that the user may have meant.
fn unknown(id: &str) -> String {
    let digits: String = id.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    let near = |rule: &&Rule| {
        let number = number_of(**rule);
        digits.parse().is_ok_and(|asked: u32| number / 10 == asked / 10 || number % 10 == asked % 10 && asked < 100)
    };
    let mut near: Vec<&str> = Rule::ALL.iter().filter(near).map(|rule| rule.id()).collect();
    if near.is_empty() {
        let asked: u32 = digits.parse().unwrap_or(0);
        let mut by_distance: Vec<Rule> = Rule::ALL.to_vec();
        by_distance.sort_by_key(|rule| number_of(*rule).abs_diff(asked));
        near = by_distance.iter().take(3).map(|rule| rule.id()).collect();
    }
    let (near, all) = (near.join(", "), Rule::ALL.len());
    format!("there is no rule `{id}`. Near it: {near}. `wsman-authz rules` lists all {all}.")
}

fn number_of(rule: Rule) -> u32 {
    rule.id()[3..].parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_section_under_its_title() {
        for rule in Rule::ALL {
            let text = section(*rule).unwrap_or_default();
            let heading = text.lines().next().unwrap_or_default().to_owned();
            assert_eq!(heading, format!("{} {}", rule.id(), rule.title()));
            assert!(text.contains("MUST"), "{rule} says what must be");
        }
    }

    #[test]
    fn an_unknown_rule_names_its_neighbours() {
        let said = unknown("CL-25");
        assert!(said.contains("CL-20") && said.contains("CL-24") && said.contains("CL-15"), "{said}");
        let said = unknown("CL-99");
        assert!(said.contains("no rule `CL-99`") && said.contains("CL-80"), "{said}");
        assert!(unknown("seven").contains("CL-10"));
    }
}
