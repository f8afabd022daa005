//! What is explored: scenarios under dialects, and which part of it.

use wsman_authz_core::dialect::Dialect;

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

/// The explorations, the large ones first so that the cores end together.
#[must_use]
pub fn jobs(extent: Extent, only: Option<Dialect>, sizes: Sizes, partition: Option<Partition>) -> Vec<Job> {
    let covering = covering_set();
    let all: Vec<Dialect> = if extent == Extent::Full { Dialect::all().collect() } else { Vec::new() };
    let mut jobs = Vec::new();
    for scenario in SCENARIOS.iter().rev() {
        let everywhere = extent == Extent::Full && scenario.breadth == Breadth::All;
        let dialects = match &only {
            Some(dialect) => std::slice::from_ref(dialect),
            None if everywhere => &all,
            None => &covering,
        };
        jobs.extend(dialects.iter().map(|dialect| Job { scenario: sizes.apply(scenario), dialect: *dialect }));
    }
    let Some(Partition { part, of }) = partition else { return jobs };
    jobs.into_iter().skip(part - 1).step_by(of).collect()
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
        let part = |part| names(jobs(Extent::Full, None, Sizes::default(), Some(Partition { part, of: 8 })));
        let whole = names(jobs(Extent::Full, None, Sizes::default(), None));
        let parts: Vec<(&str, Dialect)> = (1..=8).flat_map(part).collect();
        let different: BTreeSet<_> = parts.iter().copied().collect();
        assert_eq!((parts.len(), different.len()), (whole.len(), whole.len()));
        assert_eq!(different, whole.into_iter().collect());
    }
}
