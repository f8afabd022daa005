//! `rules`: the catalogue, the explanation of one rule as SPEC.md has it, and what rules stand on.

use clap::Args;
use wsman_authz_core::Rule;

use super::{Format, print};
use crate::coverage::{Coverage, render, section};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The rule to explain, such as CL-20
    id: Option<String>,
    /// Show what each rule stands on: who upholds and judges it, what breaks it, and what cannot be checked and why
    #[arg(long)]
    coverage: bool,
    /// How to print the coverage
    #[arg(long, value_enum, default_value_t, requires = "coverage")]
    format: Format,
}

pub(super) fn run(options: &Options) -> Result<u8, String> {
    let rule = options.id.as_ref().map(|id| Rule::find(id).ok_or_else(|| unknown(id))).transpose()?;
    let text = match rule {
        _ if options.format == Format::Html => return Err("the coverage is no page: --format text, or json".to_owned()),
        _ if options.coverage => {
            options.format.present(&rule.into_iter().fold(Coverage::known(), Coverage::only), render)?
        }
        None => catalogue(),
        Some(rule) => section(rule).ok_or_else(|| format!("SPEC.md has no section for {rule}"))?,
    };
    print(&text, None)?;
    Ok(0)
}

fn catalogue() -> String {
    let rows = Rule::ALL.iter().map(|rule| format!("{:6} {:8} {}\n", rule.id(), rule.side(), rule.title()));
    format!("rule   side     what it says\n{}\n`wsman-authz rules CL-20` explains one.\n", rows.collect::<String>())
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
