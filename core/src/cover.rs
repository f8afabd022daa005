//! A covering set of dialects: few of them, in which every pair of choices of two fields occurs.
//!
//! Most mistakes need two conditions to meet, rarely three; the full set is for whoever has the time.

use alloc::vec;
use alloc::vec::Vec;

use crate::dialect::{COUNT, Dialect, FIELDS};

/// How many choices there are in all fields together.
const CHOICES: usize = {
    let mut count = 0;
    let mut field = 0;
    while field < FIELDS.len() {
        count += FIELDS[field].1.len();
        field += 1;
    }
    count
};

/// A choice of one field together with a choice of a later one, as a number below `CHOICES * CHOICES`.
fn pairs(dialect: Dialect) -> impl Iterator<Item = usize> {
    let mut choices = dialect.choices();
    let mut before = 0;
    for (choice, (_, words)) in choices.iter_mut().zip(FIELDS) {
        *choice += before;
        before += words.len();
    }
    (0..FIELDS.len()).flat_map(move |a| (a + 1..FIELDS.len()).map(move |b| choices[a] * CHOICES + choices[b]))
}

/// The covering set, in a fixed order that begins with the default dialect.
///
/// Greedy: each next dialect is the one that covers the most pairs not yet covered, the first of equals.
///
/// ```
/// use wsman_authz_core::dialect::{COUNT, Dialect, covering_set};
/// let set = covering_set();
/// assert_eq!(set[0], Dialect::default());
/// assert!(set.len() < 20 && COUNT > 9000);
/// ```
#[must_use]
pub fn covering_set() -> Vec<Dialect> {
    let mut missing = vec![false; CHOICES * CHOICES];
    Dialect::all().flat_map(pairs).for_each(|pair| missing[pair] = true);
    let mut set = Vec::new();
    let mut next = Some(Dialect::default());
    while let Some(dialect) = next {
        pairs(dialect).for_each(|pair| missing[pair] = false);
        set.push(dialect);
        let gain = |dialect: &Dialect| pairs(*dialect).filter(|pair| missing[*pair]).count();
        // As long as a pair is missing, some dialect gains.
        let rest = if missing.contains(&true) { 0..COUNT } else { 0..0 };
        next = rest.rev().filter_map(Dialect::nth).max_by_key(gain);
    }
    set
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    /// Written without `pairs`: both fields with their choices, by name.
    fn in_words(dialect: Dialect) -> BTreeSet<[&'static str; 4]> {
        let words: Vec<_> =
            FIELDS.iter().zip(dialect.choices()).map(|((field, words), choice)| (*field, words[choice])).collect();
        let beside = |one: usize| words[one + 1..].iter().map(move |other| (one, other));
        let all = (0..words.len()).flat_map(beside);
        all.map(|(one, (field, word))| [words[one].0, words[one].1, *field, *word]).collect()
    }

    #[test]
    fn every_pair_of_choices_occurs() {
        let set = covering_set();
        let covered: BTreeSet<_> = set.iter().copied().flat_map(in_words).collect();
        let choices = || FIELDS.iter().map(|(_, words)| words.len());
        let ordered = choices().sum::<usize>().pow(2) - choices().map(|count| count.pow(2)).sum::<usize>();
        assert_eq!(covered.len(), ordered / 2, "each choice of one field with each of another one");
        assert_eq!(set[0], Dialect::default());
        assert_eq!(set.len(), 14, "models/src/verify/pins.tsv counts states under these");
    }

    #[test]
    fn each_pair_has_a_number_of_its_own() {
        let numbers: BTreeSet<usize> = Dialect::all().flat_map(pairs).collect();
        let named: BTreeSet<_> = Dialect::all().flat_map(in_words).collect();
        assert_eq!(numbers.len(), named.len());
    }
}
