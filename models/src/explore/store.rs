//! The states that were seen: exact, with the way each was found.
//!
//! A state is the list of the numbers of its pieces, and each piece is kept once, as in SPIN's COLLAPSE: a seventh of
//! what the states take whole. Equal states have equal pieces and so equal lists; equal lists are equal states.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::encode::number;

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
    states: Distinct,
    pieces: Distinct,
    origins: Vec<Origin>,
    /// The pieces of the last state.
    list: Vec<u8>,
}

/// What became of a state.
pub(super) enum Seen {
    New(u32),
    Known(u32),
}

impl Store {
    /// Adds a state unless it is known. Only the first has no origin.
    pub(super) fn add<'a>(&mut self, pieces: impl Iterator<Item = &'a [u8]>, origin: Option<Origin>) -> Seen {
        self.list.clear();
        for piece in pieces {
            let (Seen::New(piece) | Seen::Known(piece)) = self.pieces.add(piece);
            number(&mut self.list, piece.into());
        }
        let seen = self.states.add(&self.list);
        if matches!(seen, Seen::New(_)) {
            self.origins.push(origin.unwrap_or(Origin { parent: 0, action: 0 }));
        }
        seen
    }

    pub(super) const fn len(&self) -> usize {
        self.states.ends.len()
    }

    /// What the states take, without the ways to them and the index over them.
    pub(super) const fn bytes(&self) -> usize {
        self.states.size() + self.pieces.size()
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

/// Different sequences of bytes, in one arena, by number.
#[derive(Debug, Default)]
struct Distinct {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hasher: FixedState,
}

impl Distinct {
    const fn size(&self) -> usize {
        self.bytes.len() + size_of::<usize>() * self.ends.len()
    }

    fn add(&mut self, sequence: &[u8]) -> Seen {
        let Self { bytes, ends, numbers, hasher } = self;
        let slice = |number: u32| {
            let start = if number == 0 { 0 } else { ends[number as usize - 1] };
            &bytes[start..ends[number as usize]]
        };
        let hash = hasher.hash_one(sequence);
        if let Some(number) = numbers.find(hash, |number| slice(*number) == sequence) {
            return Seen::Known(*number);
        }
        let number = u32::try_from(ends.len()).expect("fewer than 2^32 of them fit into memory");
        numbers.insert_unique(hash, number, |number| hasher.hash_one(slice(*number)));
        bytes.extend_from_slice(sequence);
        ends.push(bytes.len());
        Seen::New(number)
    }
}
