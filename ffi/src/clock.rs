//! What time it is for the engine: the system's monotonic clock, or in a test the one that the test advances.

use std::time::{Duration, Instant};

use wsman_authz_core::{Millis, Timestamp};

/// A clock that starts at 0.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    /// Real time, since this moment.
    System(Instant),
    /// No time passes: policies may take for ever, and nothing else asks.
    Still,
    /// Time that passes only when a test says so.
    #[cfg(any(test, feature = "testing"))]
    Virtual(std::sync::Arc<std::sync::atomic::AtomicU64>),
}

impl Clock {
    /// Real time, from now on, for those who must answer `within` some time; for others time stands still.
    pub(crate) fn system(within: Option<Duration>) -> Self {
        within.map_or(Self::Still, |_| Self::System(Instant::now()))
    }

    pub(crate) fn now(&self) -> Timestamp {
        match self {
            Self::System(epoch) => Timestamp(millis(epoch.elapsed()).0),
            Self::Still => Timestamp(0),
            #[cfg(any(test, feature = "testing"))]
            Self::Virtual(now) => Timestamp(now.load(std::sync::atomic::Ordering::SeqCst)),
        }
    }

    /// Until when to sleep if nothing is to be done before `deadline`. A virtual clock wakes its sleepers itself.
    pub(crate) fn instant(&self, deadline: Timestamp) -> Instant {
        /// Longest sleep: far beyond any deadline that anybody waits for.
        const LONG: Duration = Duration::from_secs(3600);
        match self {
            Self::System(epoch) => {
                let left = Duration::from_millis(deadline.0).saturating_sub(epoch.elapsed());
                Instant::now() + left.min(LONG)
            }
            Self::Still => Instant::now() + LONG,
            #[cfg(any(test, feature = "testing"))]
            Self::Virtual(_) => Instant::now() + LONG,
        }
    }
}

/// Whole milliseconds, rounded down.
pub(crate) fn millis(span: Duration) -> Millis {
    Millis(u64::try_from(span.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn time_passes_for_those_who_must_answer_in_time() {
        let [timed, still] = [Some(Duration::ZERO), None].map(Clock::system);
        let sleep = Duration::from_millis(2);
        thread::sleep(sleep);
        assert!(timed.now() >= Timestamp(2));
        assert_eq!(still.now(), Timestamp(0));
        assert!(still.instant(Timestamp(1)) > Instant::now() + sleep);
    }
}
