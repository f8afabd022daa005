//! The one instance of a plug-in type in its library: what its exports share.

use std::fmt;
use std::sync::{Arc, OnceLock};

use wsman_authz_core::UserName;
use wsman_authz_core::engine::Engine;
#[cfg(feature = "faults")]
use wsman_authz_core::fault::Fault;

use crate::clock::Clock;
use crate::completions::Completions;
use crate::performer::Performer;
use crate::plugin::Plugin;
use crate::runtime::Runtime;
use crate::source::Source;

/// The one instance of a plug-in type in its library.
pub struct Exported<P: Plugin> {
    completions: Completions,
    /// The clock of a test; without one, what [`Clock::system`] gives.
    pub(crate) clock: Option<Clock>,
    pub(crate) source: Source<P>,
    #[cfg(feature = "faults")]
    fault: Option<Fault>,
    pub(crate) runtime: OnceLock<Runtime<P>>,
}

impl<P: Plugin> Exported<P> {
    /// Nothing runs yet.
    #[must_use]
    pub const fn new(completions: Completions) -> Self {
        Self {
            completions,
            clock: None,
            source: Source::Type,
            #[cfg(feature = "faults")]
            fault: None,
            runtime: OnceLock::new(),
        }
    }

    /// The same with a mistake in its engine.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn with_fault(mut self, fault: Option<Fault>) -> Self {
        self.fault = fault;
        self
    }

    /// The same with a clock of its own.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn with_clock(completions: Completions, clock: Clock) -> Self {
        Self { clock: Some(clock), ..Self::new(completions) }
    }

    pub(crate) fn runtime(&self) -> &Runtime<P> {
        let clock = || self.clock.clone().unwrap_or_else(|| Clock::system(self.source.answer_within()));
        let performer = || Performer::new(self.completions, clock(), self.engine());
        self.runtime.get_or_init(|| Runtime::new(performer(), self.source.clone()))
    }

    fn engine(&self) -> Engine<UserName, Arc<P::Context>> {
        let engine = self.source.engine();
        #[cfg(feature = "faults")]
        let engine = self.fault.into_iter().fold(engine, Engine::with_fault);
        engine
    }
}

impl<P: Plugin> fmt::Debug for Exported<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exported").finish_non_exhaustive()
    }
}
