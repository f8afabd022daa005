//! Time as the machines know it: milliseconds of one monotonic clock, passed in by the caller.
//!
//! `std::time::Instant` can neither be made from a number nor hashed, so a model could not hold it; and the machines
//! must not read a clock of their own.

/// A moment: milliseconds since a start that the caller chose. Comparable only within one machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub u64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Timestamp {
    /// The moment `span` later; the end of time if that lies beyond it.
    ///
    /// ```
    /// use wsman_authz_core::{Millis, Timestamp};
    /// assert_eq!(Timestamp(5).after(Millis(10)), Timestamp(15));
    /// assert_eq!(Timestamp(5).after(Millis(u64::MAX)), Timestamp(u64::MAX));
    /// ```
    #[must_use]
    pub const fn after(self, span: Millis) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

/// The latest moment a machine has seen. It never runs backwards, whatever the caller passes (CL-35).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Clock {
    now: Timestamp,
}

impl Clock {
    /// Takes note of the caller's time and returns the machine's time.
    ///
    /// ```
    /// use wsman_authz_core::{Clock, Timestamp};
    /// let mut clock = Clock::default();
    /// assert_eq!(clock.advance(Timestamp(10)), Timestamp(10));
    /// assert_eq!(clock.advance(Timestamp(3)), Timestamp(10)); // CL-35
    /// ```
    pub fn advance(&mut self, to: Timestamp) -> Timestamp {
        self.now = self.now.max(to); // CL-35
        self.now
    }

    /// The machine's time.
    #[must_use]
    pub const fn now(self) -> Timestamp {
        self.now
    }

    /// Takes the caller's time as it is: only a seeded fault does (`ClockRunsBackwards`).
    #[cfg(feature = "faults")]
    pub(crate) fn set_unchecked(&mut self, to: Timestamp) -> Timestamp {
        self.now = to;
        to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cl_35_a_clock_stands_still_rather_than_run_backwards() {
        let mut clock = Clock::default();
        assert_eq!([3, 1, 4].map(|to| clock.advance(Timestamp(to)).0), [3, 3, 4]);
        assert_eq!(clock.now(), Timestamp(4));
    }

    #[test]
    fn a_span_ends_at_the_end_of_time() {
        assert_eq!(Timestamp(5).after(Millis(10)), Timestamp(15));
        assert_eq!(Timestamp(5).after(Millis(u64::MAX)), Timestamp(u64::MAX));
    }
}
