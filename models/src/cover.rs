//! A covering set of dialects: few of them, in which every pair of choices of two fields occurs.
//!
//! Most mistakes need two conditions to meet, rarely three; the full set is for `verify --full`.

use std::collections::BTreeSet;

use wsman_authz_core::dialect::{COUNT, Dialect, FIELDS};

/// A choice of one field together with a choice of another.
type Pair = ((usize, usize), (usize, usize));

fn pairs(dialect: Dialect) -> impl Iterator<Item = Pair> {
    let choices = dialect.choices();
    (0..FIELDS.len()).flat_map(move |a| (a + 1..FIELDS.len()).map(move |b| ((a, choices[a]), (b, choices[b]))))
}

/// The covering set, in a fixed order that begins with the default dialect.
///
/// Greedy: each next dialect is the one that covers the most pairs not yet covered, the first of equals.
#[must_use]
pub fn covering_set() -> Vec<Dialect> {
    let mut missing: BTreeSet<Pair> = Dialect::all().flat_map(pairs).collect();
    let mut set = Vec::new();
    let mut next = Some(Dialect::default());
    while let Some(dialect) = next {
        for pair in pairs(dialect) {
            missing.remove(&pair);
        }
        set.push(dialect);
        let gain = |dialect: &Dialect| pairs(*dialect).filter(|pair| missing.contains(pair)).count();
        let best = (0..COUNT).rev().filter_map(Dialect::nth).max_by_key(gain);
        next = best.filter(|best| gain(best) > 0);
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_choices_occurs() {
        let set = covering_set();
        let all: BTreeSet<Pair> = Dialect::all().flat_map(pairs).collect();
        let covered: BTreeSet<Pair> = set.iter().copied().flat_map(pairs).collect();
        assert_eq!(covered, all);
        assert_eq!(set[0], Dialect::default());
        assert!(set.len() <= 16, "{}", set.len());
    }
}
