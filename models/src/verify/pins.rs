//! Pinned counts: how many states each exploration has.
//!
//! A change that makes the models see less shows nowhere else. So the counts are reviewed and kept in `models/pins/`,
//! and a run says whether it found the same. Both explorers must find them (`models/tests/explorers.rs`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use wsman_authz_core::dialect::{COUNT, Dialect, FIELDS};

use super::run::Done;
use crate::explore::Same;

/// Unique and generated states.
pub type Counts = (u64, u64);

/// Counts by scenario and number of the dialect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins {
    counts: BTreeMap<(String, usize), Counts>,
}

/// How a run compares with the pins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Explorations with the counts that were reviewed.
    pub equal: usize,
    /// Explorations with other counts.
    pub differ: usize,
    /// Explorations that are not pinned: other sizes, other dialects, states up to names.
    pub unpinned: usize,
    /// The first that differs, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
}

/// The number of a dialect, as [`Dialect::nth`] counts.
#[must_use]
pub fn number(dialect: Dialect) -> usize {
    dialect.choices().iter().zip(FIELDS).fold(0, |number, (choice, (_, words))| number * words.len() + choice)
}

impl Pins {
    /// The reviewed counts.
    #[must_use]
    pub fn reviewed() -> Self {
        Self::parse(include_str!("../../pins/states.tsv"))
    }

    /// Reads lines of `scenario`, first dialect, number of dialects, and their counts as `unique/generated` with
    /// `*n` for repetitions.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut counts = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let Some(scenario) = words.next() else { continue };
            let mut dialect = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
            for word in words {
                let (pair, times) = word.split_once('*').unwrap_or((word, "1"));
                let Some((unique, generated)) = pair.split_once('/') else { continue };
                let pair = (unique.parse().unwrap_or(0), generated.parse().unwrap_or(0));
                for _ in 0..times.parse().unwrap_or(1) {
                    counts.insert((scenario.to_owned(), dialect), pair);
                    dialect += 1;
                }
            }
        }
        Self { counts }
    }

    /// Takes note of results, in place of what was noted for them before.
    pub fn note(&mut self, results: &[Done]) {
        for done in results {
            let key = (done.model.scenario.name.to_owned(), number(done.model.dialect));
            self.counts.insert(key, (done.exploration.unique, done.exploration.generated));
        }
    }

    /// The counts of one exploration.
    #[must_use]
    pub fn get(&self, scenario: &str, dialect: Dialect) -> Option<Counts> {
        self.counts.get(&(scenario.to_owned(), number(dialect))).copied()
    }

    /// Compares results with the pins. Those of other sizes are not pinned.
    #[must_use]
    pub fn compare(&self, results: &[Done]) -> Comparison {
        let mut comparison = Comparison::default();
        for done in results {
            let (model, found) = (&done.model, (done.exploration.unique, done.exploration.generated));
            let known = crate::model::SCENARIOS.contains(&model.scenario) && model.fault.is_none();
            let known = known && done.exploration.same == Same::Equal;
            match self.get(model.scenario.name, model.dialect).filter(|_| known) {
                None => comparison.unpinned += 1,
                Some(pinned) if pinned == found => comparison.equal += 1,
                Some(pinned) => {
                    comparison.differ += 1;
                    let (name, dialect) = (model.scenario.name, model.dialect);
                    let words = || format!("{name} under {dialect}: {found:?} states, reviewed were {pinned:?}");
                    comparison.first.get_or_insert_with(words);
                }
            }
        }
        comparison
    }

    /// The text that [`Pins::parse`] reads.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::from(
            "# States of each exploration: scenario, number of its first dialect, then unique/generated for that\n\
             # dialect and the following ones, *n for n alike. Written by UPDATE_PINS=1; review what changes.\n",
        );
        let mut runs: Vec<(&str, usize, Counts, usize)> = Vec::new();
        for ((scenario, dialect), counts) in &self.counts {
            match runs.last_mut() {
                Some((name, first, same, times))
                    if name == scenario && same == counts && *first + *times == *dialect =>
                {
                    *times += 1;
                }
                _ => runs.push((scenario, *dialect, *counts, 1)),
            }
        }
        let mut next = ("", COUNT + 1);
        for (index, (scenario, dialect, (unique, generated), times)) in runs.into_iter().enumerate() {
            if next != (scenario, dialect) || index % 8 == 0 {
                let _ = write!(text, "\n{scenario} {dialect}");
            }
            let _ = write!(text, " {unique}/{generated}");
            if times > 1 {
                let _ = write!(text, "*{times}");
            }
            next = (scenario, dialect + times);
        }
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialect_and_its_number_name_each_other() {
        assert!((0..COUNT).all(|n| Dialect::nth(n).map(number) == Some(n)));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut pins = Pins::default();
        for (dialect, counts) in [(0, (1, 2)), (1, (1, 2)), (2, (3, 4)), (7, (3, 4))] {
            pins.counts.insert(("races".into(), dialect), counts);
            pins.counts.insert(("idle".into(), dialect * 2), counts);
        }
        assert_eq!(Pins::parse(&pins.render()), pins);
    }
}
