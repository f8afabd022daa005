//! Numbers about a plug-in that runs.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::exported::Exported;
use crate::plugin::Plugin;

/// What there is now, and what happened since the library was loaded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Statistics {
    /// Applications that run.
    pub applications: u64,
    /// Contexts that the host holds.
    pub live_leases: u64,
    /// Values behind them, or looked at by requests.
    pub payloads: u64,
    /// Requests that are not over.
    pub open_requests: u64,
    /// Completions that the host refused (CL-17).
    pub refused_completions: u64,
    /// Times that the host or the policy broke the contract; each is logged.
    pub misuses: u64,
}

/// Counts that only grow.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    refused: AtomicU64,
    misuses: AtomicU64,
}

impl Tally {
    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn misuse(&self) {
        self.misuses.fetch_add(1, Ordering::Relaxed);
    }
}

impl<P: Plugin> Exported<P> {
    /// The numbers; all zero before the first Startup.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let Some(runtime) = self.runtime.get() else { return Statistics::default() };
        let (engine, tally) = (runtime.performer.engine(), &runtime.performer.tally);
        Statistics {
            applications: runtime.applications() as u64,
            live_leases: engine.live_leases() as u64,
            payloads: engine.payloads() as u64,
            open_requests: engine.open_requests() as u64,
            refused_completions: tally.refused.load(Ordering::Relaxed),
            misuses: tally.misuses.load(Ordering::Relaxed),
        }
    }
}
