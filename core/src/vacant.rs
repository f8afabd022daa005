//! Which numbers are free: a bit for each, and the lowest is found at once.
//!
//! A tree of words. A bit of the lowest words is a number; a bit of a word above says that a word below is not zero.
//! Sixty-four numbers need the root alone and no allocation, 2³² need six words on the way down.

use alloc::vec;
use alloc::vec::Vec;

/// The most levels below the root: each tells six bits of a number, as the root does.
const DEEPEST: usize = 5;

/// A set of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Vacant {
    root: u64,
    /// The words below the root, the lowest first.
    below: Vec<Vec<u64>>,
}

impl Vacant {
    /// No number; usable in a constant.
    pub(crate) const EMPTY: Self = Self { root: 0, below: Vec::new() };

    /// Adds a number.
    pub(crate) fn insert(&mut self, number: u32) {
        for _ in self.below.len()..DEEPEST {
            if u64::from(number) >> self.shift() < 64 {
                break; // there is room for it
            }
            self.below.push(vec![self.root]);
            self.root = u64::from(self.root != 0);
        }
        let mut rest = number as usize;
        for words in &mut self.below {
            let (word, bit) = (rest / 64, rest % 64);
            if words.len() <= word {
                words.resize(word + 1, 0);
            }
            let known = words[word] != 0;
            words[word] |= 1 << bit;
            if known {
                return; // the words above know of it
            }
            rest = word;
        }
        self.root |= 1 << rest;
    }

    /// Takes the lowest number out.
    pub(crate) fn pop_first(&mut self) -> Option<u32> {
        if self.root == 0 {
            return None;
        }
        let mut place = self.root.trailing_zeros() as usize;
        for words in self.below.iter().rev() {
            place = 64 * place + words[place].trailing_zeros() as usize;
        }
        let number = place as u32;
        for words in &mut self.below {
            let (word, bit) = (place / 64, place % 64);
            words[word] &= !(1 << bit);
            if words[word] != 0 {
                return Some(number); // the words above stay as they are
            }
            place = word;
        }
        self.root &= !(1 << place);
        Some(number)
    }

    /// Takes all numbers out, and gives the memory back.
    pub(crate) fn clear(&mut self) {
        *self = Self::EMPTY;
    }

    /// How many bits of a number the words below the root tell.
    const fn shift(&self) -> u32 {
        6 * self.below.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::*;

    /// All that is left; not for ever, should that never end.
    fn drain(vacant: &mut Vacant) -> Vec<u32> {
        core::iter::from_fn(|| vacant.pop_first()).take(100_000).collect()
    }

    #[test]
    fn the_lowest_number_comes_first() {
        let mut vacant = Vacant::EMPTY;
        assert_eq!(vacant.pop_first(), None);
        for number in [63, 64, 5, u32::MAX, 4095, 4096, 5, 1 << 20] {
            vacant.insert(number);
        }
        assert_eq!(drain(&mut vacant), [5, 63, 64, 4095, 4096, 1 << 20, u32::MAX]);
        vacant.insert(70);
        vacant.clear();
        assert_eq!(vacant, Vacant::EMPTY);
    }

    #[test]
    fn it_is_as_deep_as_its_highest_number_needs() {
        for (number, levels) in [(0, 0), (63, 0), (64, 1), (4095, 1), (4096, 2), (u32::MAX, DEEPEST)] {
            let mut vacant = Vacant::EMPTY;
            vacant.insert(number);
            assert_eq!((vacant.below.len(), vacant.pop_first()), (levels, Some(number)));
        }
    }

    #[test]
    fn it_is_a_set_of_numbers() {
        // The same as a set that somebody else wrote, on numbers that meet in words and on all levels.
        let (mut vacant, mut set) = (Vacant::EMPTY, BTreeSet::new());
        let mut number = 1u32;
        for round in 0..20_000u32 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = (number >> 8) % [50, 300, 5_000, 300_000][(round % 4) as usize];
            if number >> 31 == 0 || round % 3 == 0 {
                vacant.insert(place);
                set.insert(place);
            } else {
                assert_eq!(vacant.pop_first(), set.pop_first());
            }
        }
        assert!(set.len() > 1_000);
        assert_eq!(drain(&mut vacant), set.into_iter().collect::<Vec<u32>>());
    }
}
