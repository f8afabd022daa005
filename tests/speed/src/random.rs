//! Random numbers that cost next to nothing and are the same in every run: xorshift.

/// A source of numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Each seed gives another row of numbers.
    #[must_use]
    pub const fn new(seed: usize) -> Self {
        Self((seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `bound`.
    pub const fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The upper half, multiplied down: a division would cost more than some contenders do.
        (((self.0 >> 32) * bound as u64) >> 32) as usize
    }
}
