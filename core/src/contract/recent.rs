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
