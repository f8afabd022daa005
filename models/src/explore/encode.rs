//! A state as bytes: the stream that its derived `Hash` feeds to a hasher which only writes it down.
//!
//! Derived hashing visits every field, tells variants apart by their discriminant and collections by their length; so
//! two values of one type give the same stream only if they are equal. Each number is written in a form that says
//! where it ends (LEB128), which keeps that and makes a state some hundred bytes. The explorer compares these streams
//! whole: there is no collision to argue about.

use std::hash::{Hash, Hasher};

/// Writes down what it is fed.
#[derive(Debug, Default)]
pub struct Stream(Vec<u8>);

impl Stream {
    /// The bytes of `value`; the buffer is used again.
    pub fn of(&mut self, value: &impl Hash) -> &[u8] {
        self.0.clear();
        value.hash(self);
        &self.0
    }

    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

impl Hasher for Stream {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn write_u8(&mut self, value: u8) {
        self.0.push(value);
    }

    fn write_u16(&mut self, value: u16) {
        self.number(value.into());
    }

    fn write_u32(&mut self, value: u32) {
        self.number(value.into());
    }

    fn write_u64(&mut self, value: u64) {
        self.number(value);
    }

    fn write_usize(&mut self, value: usize) {
        self.number(value as u64);
    }

    fn write_isize(&mut self, value: isize) {
        self.number(value as u64);
    }

    /// There is no hash, only the stream.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::Stream;
    use std::collections::BTreeMap;

    #[test]
    fn different_values_give_different_streams() {
        let mut stream = Stream::default();
        type Value = (Option<u64>, Vec<u32>, &'static str, BTreeMap<u8, bool>);
        let values: [Value; 7] = [
            (None, vec![], "", BTreeMap::new()),
            (Some(0), vec![], "", BTreeMap::new()),
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
}
