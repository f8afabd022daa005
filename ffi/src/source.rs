//! Where the policies of a plug-in come from: its type, or a function that knows more than a type can.
//!
//! `export_plugin!` needs the first. The second is for policies that are written in another language: many tables of
//! functions, one Rust type.

use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use wsman_authz_core::UserName;
use wsman_authz_core::engine::{Engine, EngineConfig};

use crate::clock::millis;
use crate::exported::Exported;
use crate::plugin::{ApplicationInfo, Plugin, StartError};

/// Starts the policy of one application.
type Start<P> = dyn Fn(&ApplicationInfo) -> Result<P, StartError> + Send + Sync;

/// What starts the policies of one plug-in.
pub enum Source<P> {
    /// [`Plugin::start`], [`Plugin::ANSWER_WITHIN`] and [`Plugin::WATCH_OVERDUE`].
    Type,
    /// The same as values.
    Function {
        /// In place of [`Plugin::start`].
        start: Arc<Start<P>>,
        /// In place of [`Plugin::ANSWER_WITHIN`].
        answer_within: Option<Duration>,
        /// In place of [`Plugin::WATCH_OVERDUE`].
        watch_overdue: bool,
    },
}

/// Four shards for each thread that can run at a time, or a few more: then threads seldom meet (ARCHITECTURE.md). Where
/// all schedules are played, the machine must not matter.
fn shard_bits() -> u32 {
    if cfg!(any(wsman_authz_loom, wsman_authz_shuttle)) {
        return 0;
    }
    thread::available_parallelism().map_or(1, NonZero::get).next_power_of_two().ilog2() + 2
}

impl<P: Plugin> Source<P> {
    pub(crate) fn start(&self, application: &ApplicationInfo) -> Result<P, StartError> {
        match self {
            Self::Type => P::start(application),
            Self::Function { start, .. } => start(application),
        }
    }

    /// The engine that has these policies: with their deadline.
    pub(crate) fn engine(&self) -> Engine<UserName, Arc<P::Context>> {
        let answer_within = self.answer_within().map(millis);
        Engine::new(EngineConfig { answer_within, shard_bits: shard_bits(), ..EngineConfig::default() })
    }

    pub(crate) const fn answer_within(&self) -> Option<Duration> {
        match self {
            Self::Type => P::ANSWER_WITHIN,
            Self::Function { answer_within, .. } => *answer_within,
        }
    }

    pub(crate) const fn watch_overdue(&self) -> bool {
        match self {
            Self::Type => P::WATCH_OVERDUE,
            Self::Function { watch_overdue, .. } => *watch_overdue,
        }
    }
}

impl<P: Plugin> Exported<P> {
    /// The same with policies from elsewhere than the type.
    #[must_use]
    pub fn with_source(mut self, source: Source<P>) -> Self {
        self.source = source;
        self
    }
}

impl<P> Clone for Source<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Type => Self::Type,
            Self::Function { start, answer_within, watch_overdue } => Self::Function {
                start: Arc::clone(start),
                answer_within: *answer_within,
                watch_overdue: *watch_overdue,
            },
        }
    }
}

impl<P> fmt::Debug for Source<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type => f.write_str("Type"),
            Self::Function { answer_within, .. } => {
                f.debug_struct("Function").field("answer_within", answer_within).finish_non_exhaustive()
            }
        }
    }
}
