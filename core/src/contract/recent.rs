//! The last few things that are over, oldest forgotten first: what keeps a judge of an endless trace small.

use alloc::collections::{BTreeMap, VecDeque};

/// At most `limit` keys with what is remembered of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Recent<T, V> {
    limit: usize,
    known: BTreeMap<T, V>,
    order: VecDeque<T>,
}

impl<T: Ord + Clone, V> Recent<T, V> {
    pub(super) const fn new(limit: usize) -> Self {
        Self { limit, known: BTreeMap::new(), order: VecDeque::new() }
    }

    pub(super) const fn limit(&self) -> usize {
        self.limit
    }

    /// Remembers `value`. What is known of `key` already is replaced and keeps its turn.
    pub(super) fn remember(&mut self, key: T, value: V) {
        if self.limit == 0 {
            return;
        }
        if self.known.insert(key.clone(), value).is_none() {
            self.order.push_back(key);
        }
        if self.order.len() > self.limit
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    pub(super) fn get(&self, key: &T) -> Option<&V> {
        self.known.get(key)
    }

    /// Everything that is known.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&T, &V)> {
        self.known.iter()
    }

    /// Whether `key` was known; it is not any more.
    pub(super) fn forget(&mut self, key: &T) -> bool {
        let known = self.known.remove(key).is_some();
        if known {
            self.order.retain(|other| other != key);
        }
        known
    }

    /// Forgets every key that does not satisfy `keep`, which may change what is known of it.
    pub(super) fn retain(&mut self, keep: impl FnMut(&T, &mut V) -> bool) {
        self.known.retain(keep);
        self.order.retain(|key| self.known.contains_key(key));
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Recent;

    /// Remembers 1, then 2, up to `last`, with their squares.
    fn squares(limit: usize, last: u32) -> Recent<u32, u32> {
        let mut recent = Recent::new(limit);
        (1..=last).for_each(|number| recent.remember(number, number * number));
        recent
    }

    fn keys(recent: &Recent<u32, u32>) -> Vec<u32> {
        recent.iter().map(|(key, _)| *key).collect()
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        assert_eq!(keys(&squares(3, 5)), [3, 4, 5]);
        let mut again = squares(3, 3);
        again.remember(1, 0); // replaced, and it keeps its turn
        assert_eq!(again.get(&1), Some(&0));
        again.remember(4, 16);
        assert_eq!(keys(&again), [2, 3, 4]);
    }

    #[test]
    fn what_was_forgotten_takes_no_place() {
        let mut recent = squares(3, 3);
        assert!(recent.forget(&2) && !recent.forget(&2));
        recent.remember(4, 16);
        assert_eq!(keys(&recent), [1, 3, 4]);
        recent.remember(5, 25);
        assert_eq!(keys(&recent), [3, 4, 5]);
    }

    #[test]
    fn what_is_not_kept_takes_no_place() {
        let mut recent = squares(3, 3);
        recent.retain(|key, square| {
            *square += 1;
            *key != 1
        });
        assert_eq!(recent.iter().collect::<Vec<_>>(), [(&2, &5), (&3, &10)]);
        recent.remember(4, 16);
        assert_eq!(keys(&recent), [2, 3, 4]);
    }
}
