//! The states that were seen: exact, as bytes in one arena, with the way each was found.

use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Where a state came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) parent: u32,
    /// The index of the action among those of the parent.
    pub(super) action: u16,
}

/// States by number, in the order they were found.
#[derive(Debug, Default)]
pub(super) struct Store {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    origins: Vec<Origin>,
    numbers: HashTable<u32>,
    hasher: foldhash::fast::FixedState,
}

/// What became of a state.
pub(super) enum Seen {
    New(u32),
    Known(u32),
}

impl Store {
    /// Adds a state unless it is known.
    pub(super) fn add(&mut self, state: &[u8], origin: Origin) -> Seen {
        let Self { bytes, ends, origins, numbers, hasher } = self;
        let slice = |number: u32| {
            let start = if number == 0 { 0 } else { ends[number as usize - 1] };
            &bytes[start..ends[number as usize]]
        };
        let hash = hasher.hash_one(state);
        if let Some(number) = numbers.find(hash, |number| slice(*number) == state) {
            return Seen::Known(*number);
        }
        let number = u32::try_from(ends.len()).expect("fewer than 2^32 states fit into memory");
        numbers.insert_unique(hash, number, |number| hasher.hash_one(slice(*number)));
        bytes.extend_from_slice(state);
        ends.push(bytes.len());
        origins.push(origin);
        Seen::New(number)
    }

    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// The actions' indices from the first state to this one.
    pub(super) fn path(&self, mut number: u32) -> Vec<u16> {
        let mut path = Vec::new();
        while number != 0 {
            let origin = self.origins[number as usize];
            path.push(origin.action);
            number = origin.parent;
        }
        path.reverse();
        path
    }
}
