//! What is explored: scenarios under dialects, and which part of it.

use wsman_authz_core::dialect::{COUNT, Dialect};

use crate::cover::covering_set;
use crate::model::scenario::Breadth;
use crate::model::{SCENARIOS, Scenario};

/// How much is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Each scenario under a set of dialects in which every pair of choices occurs.
    Quick,
    /// The scenarios made for it under every dialect, the others under the covering set.
    Full,
}

/// Sizes that replace those of every scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Users of each application.
    pub users: Option<u8>,
    /// Operations of each user.
    pub operations: Option<u8>,
    /// Applications.
    pub applications: Option<u8>,
}

impl Sizes {
    /// Whether the scenarios stay as they are.
    #[must_use]
    pub const fn are_default(self) -> bool {
        self.users.is_none() && self.operations.is_none() && self.applications.is_none()
    }

    fn apply(self, scenario: &Scenario) -> Scenario {
        Scenario {
            users: self.users.unwrap_or(scenario.users),
            operations: self.operations.unwrap_or(scenario.operations),
            applications: self.applications.unwrap_or(scenario.applications),
            ..scenario.clone()
        }
    }
}

/// One of equal parts of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Which part, from 1.
    pub part: usize,
    /// Of how many.
    pub of: usize,
}

/// One exploration to do.
#[derive(Clone, Debug)]
pub struct Job {
    /// The scenario, with its sizes.
    pub scenario: Scenario,
    /// The dialect.
    pub dialect: Dialect,
}

/// The explorations, dialect after dialect: first the scenarios of the covering set, which are the large ones, then
/// those that are explored everywhere, so that the cores end together.
#[must_use]
pub fn jobs(
    extent: Extent,
    scenario: Option<&Scenario>,
    only: Option<Dialect>,
    sizes: Sizes,
    partition: Option<Partition>,
) -> Vec<Job> {
    let covering = only.map_or_else(covering_set, |dialect| vec![dialect]);
    let is_everywhere =
        |scenario: &&Scenario| extent == Extent::Full && only.is_none() && scenario.breadth == Breadth::All;
    let (everywhere, elsewhere): (Vec<&Scenario>, Vec<&Scenario>) =
        SCENARIOS.iter().filter(|known| scenario.is_none_or(|scenario| *known == scenario)).partition(is_everywhere);
    let all = Dialect::all().take(if everywhere.is_empty() { 0 } else { COUNT });
    let job = |scenario: &Scenario, dialect| Job { scenario: sizes.apply(scenario), dialect };
    let few = covering.iter().flat_map(|dialect| elsewhere.iter().rev().map(|scenario| job(scenario, *dialect)));
    let many = all.flat_map(|dialect| everywhere.iter().map(move |scenario| job(scenario, dialect)));
    let jobs = few.chain(many);
    match partition {
        Some(Partition { part, of }) => jobs.skip(part - 1).step_by(of).collect(),
        None => jobs.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_parts_cover_exactly_the_whole() {
        let names = |jobs: Vec<Job>| -> Vec<(&str, Dialect)> {
            jobs.into_iter().map(|job| (job.scenario.name, job.dialect)).collect()
        };
        let part = |part| names(jobs(Extent::Full, None, None, Sizes::default(), Some(Partition { part, of: 8 })));
        let whole = names(jobs(Extent::Full, None, None, Sizes::default(), None));
        let parts: Vec<(&str, Dialect)> = (1..=8).flat_map(part).collect();
        let different: BTreeSet<_> = parts.iter().copied().collect();
        assert_eq!((parts.len(), different.len()), (whole.len(), whole.len()));
        assert_eq!(different, whole.into_iter().collect());
    }
}
