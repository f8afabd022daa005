//! A state as bytes: the stream that its derived `Hash` feeds to a hasher which only writes it down.
//!
//! Derived hashing visits every field, tells variants apart by their discriminant and collections by their length; so
//! two values of one type give the same stream only if they are equal. Each number is written in a form that says
//! where it ends (LEB128; a handle, whose generation is in its upper half, as two), which keeps that and makes a state
//! some four hundred bytes. What the explorer compares comes from the whole stream: there is no collision to argue about.
//!
//! A stream is cut into pieces, because most of the pieces of a state are those of other states too. Where it is cut
//! depends on what the value feeds to the hasher and on nothing else, so equal values have equal pieces.

use std::hash::{Hash, Hasher};
use std::iter;

/// No piece but the last is shorter. Measured: with shorter ones a state is more numbers of pieces, with longer ones
/// there are more pieces.
const SHORTEST: usize = 20;

/// Writes down what it is fed.
#[derive(Debug, Default)]
pub struct Stream {
    bytes: Vec<u8>,
    /// Where pieces end, but for the last.
    cuts: Vec<usize>,
    /// How long the stream must be until it may be cut again.
    uncut: usize,
}

impl Stream {
    /// The bytes of `value`; the buffer is used again.
    pub fn of(&mut self, value: &impl Hash) -> &[u8] {
        self.bytes.clear();
        self.cuts.clear();
        self.uncut = SHORTEST;
        value.hash(self);
        &self.bytes
    }

    /// The same, piece by piece.
    pub(super) fn pieces(&mut self, value: &impl Hash) -> impl Iterator<Item = &[u8]> {
        self.of(value);
        let starts = iter::once(0).chain(self.cuts.iter().copied());
        let ends = self.cuts.iter().copied().chain(iter::once(self.bytes.len()));
        starts.zip(ends).map(|(start, end)| &self.bytes[start..end])
    }

    fn cut(&mut self) {
        let end = self.bytes.len();
        if end >= self.uncut {
            self.cuts.push(end);
            self.uncut = end + SHORTEST;
        }
    }
}

/// Writes a number in a form that says where it ends.
pub(super) fn number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

impl Hasher for Stream {
    fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn write_u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    fn write_u16(&mut self, value: u16) {
        number(&mut self.bytes, value.into());
    }

    fn write_u32(&mut self, value: u32) {
        number(&mut self.bytes, value.into());
    }

    fn write_u64(&mut self, value: u64) {
        let (lower, upper) = (u64::from(value as u32), value >> 32);
        if upper == 0 {
            number(&mut self.bytes, lower << 1);
        } else {
            number(&mut self.bytes, lower << 1 | 1);
            number(&mut self.bytes, upper);
        }
    }

    /// Mostly the length of a collection: what it has in it changes, and what was before it does not.
    fn write_usize(&mut self, value: usize) {
        self.cut();
        number(&mut self.bytes, value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        number(&mut self.bytes, value as u64);
    }

    /// There is no hash, only the stream.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::{SHORTEST, Stream};
    use std::collections::BTreeMap;

    #[test]
    fn different_values_give_different_streams() {
        let mut stream = Stream::default();
        type Value = (Option<u64>, Vec<u32>, &'static str, BTreeMap<u8, bool>);
        let values: [Value; 10] = [
            (None, vec![], "", BTreeMap::new()),
            (Some(0), vec![], "", BTreeMap::new()),
            (Some(1 << 32), vec![], "", BTreeMap::new()),
            (Some((1 << 32) + 1), vec![], "", BTreeMap::new()),
            (Some(u64::MAX), vec![], "", BTreeMap::new()),
            (Some(128), vec![1], "", BTreeMap::new()),
            (Some(1), vec![128], "", BTreeMap::new()),
            (Some(1), vec![1, 0], "a", BTreeMap::new()),
            (Some(1), vec![1], "a", BTreeMap::from([(0, true)])),
            (Some(1), vec![1], "", BTreeMap::from([(b'a', true)])),
        ];
        let mut streams: Vec<Vec<u8>> = values.iter().map(|value| stream.of(value).to_vec()).collect();
        streams.sort();
        streams.dedup();
        assert_eq!(streams.len(), values.len());
    }

    #[test]
    fn pieces_are_the_stream_and_cut_before_collections() {
        let mut stream = Stream::default();
        for lengths in [vec![], vec![5], vec![5, 30, 3], vec![40; 9], vec![19, 0, 20]] {
            let value: Vec<Vec<bool>> = lengths.iter().map(|length| vec![true; *length]).collect();
            let whole = stream.of(&value).to_vec();
            let pieces: Vec<Vec<u8>> = stream.pieces(&value).map(<[u8]>::to_vec).collect();
            assert_eq!(pieces.concat(), whole);
            let (_, full) = pieces.split_last().expect("at least one");
            assert!(full.iter().all(|piece| piece.len() >= SHORTEST), "{pieces:?}");
            assert!(pieces[1..].iter().all(|piece| lengths.contains(&usize::from(piece[0]))), "{pieces:?}");
        }
        let same = |value: &[u64; 30], other: &[u64; 30]| {
            let value: Vec<_> = value.chunks(10).map(<[u64]>::to_vec).collect();
            let other: Vec<_> = other.chunks(10).map(<[u64]>::to_vec).collect();
            let value: Vec<Vec<u8>> = Stream::default().pieces(&value).map(<[u8]>::to_vec).collect();
            let other: Vec<Vec<u8>> = Stream::default().pieces(&other).map(<[u8]>::to_vec).collect();
            value.iter().filter(|piece| other.contains(piece)).count()
        };
        let mut other = [1_000; 30];
        other[12] = 7;
        assert_eq!((same(&[1_000; 30], &[1_000; 30]), same(&other, &[1_000; 30])), (3, 2), "one of three is another");
    }
}
