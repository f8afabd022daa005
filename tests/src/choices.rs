//! Bytes as choices, one after the other; where they end, every choice is the first.

/// What is left of the bytes.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    bytes: Box<[u8]>,
    next: usize,
}

impl Choices {
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into(), next: 0 }
    }

    /// Whether every further choice is the first.
    pub(crate) const fn is_over(&self) -> bool {
        self.next >= self.bytes.len()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.next).copied();
        self.next += 1;
        byte.unwrap_or(0)
    }

    pub(crate) fn number(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    pub(crate) fn word(&mut self) -> u64 {
        let low = u64::from(self.number());
        u64::from(self.number()) << 32 | low
    }

    /// A number below `bound`, which is small; 0 if that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let byte = usize::from(self.byte());
        byte.checked_rem(bound).unwrap_or(0)
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) + 1 == n
    }
}
