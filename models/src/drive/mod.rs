//! `drive`: the reference host loads a plug-in library, behaves in every legal way, and judges each call live.
//!
//! ```text
//!  parent process            child process
//!  ┌────────────┐  orders    ┌───────────────────────────────────────────────┐
//!  │  drive()   │ ─────────▶ │ director, workers ── stand ── plug-in library │
//!  │            │ ◀───────── │        stage (one lock): Host, Contract,      │
//!  │  watches   │   diary,   │        clients, sender memory, recorder       │
//!  └────────────┘  last calls└───────────────────────────────────────────────┘
//! ```
//!
//! The plug-in runs in a process of its own, because it may crash, hang or exit. The child keeps its report up to date
//! in one file (`diary`) and the last crossings in another (`black_box`); whatever happens to it, the parent reads
//! them and says what was going on.
//!
//! In the child, `stage` is everything under one lock, `stand` makes the calls with no lock held, `round` plays
//! one dialect from Startup to Shutdown. The host's clock is virtual and leaps, so records expire within milliseconds.
//!
//! It never misuses a plug-in: what is legal for a host is done, and nothing else.

mod abi;
mod autopsy;
mod black_box;
mod child;
mod clients;
mod completions;
mod crash;
mod diary;
mod error;
#[cfg(windows)]
mod forwarder;
mod guardian;
mod library;
mod parent;
mod recorder;
mod report;
mod round;
mod sender_block;
mod sender_memory;
mod sender_pool;
mod stage;
mod stand;
mod story;
mod tally;
mod user;
mod watch;

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use wsman_authz_core::dialect::Dialect;

pub use child::child_main;
pub use diary::Progress;
pub use error::DriveError;
pub use parent::drive;
pub(crate) use report::field_order;
pub use report::{
    Counterexample, DialectRow, DriveReport, DriveVerdict, Latency, RuleRow, RuleVerdict, render_step, render_text,
};

/// What is to be driven, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriveOptions {
    /// Path of the library; never looked up in a search path.
    pub plugin: PathBuf,
    /// Requests of clients, over all dialects. Without meaning if `duration` is given.
    pub requests: u64,
    /// Users of each application.
    pub users: u32,
    /// Worker threads of the host.
    pub threads: u32,
    /// Seed of all choices. Threads make a run differ from the next all the same.
    pub seed: u64,
    /// Dialects, one after the other.
    #[serde(serialize_with = "write_dialects", deserialize_with = "read_dialects")]
    pub dialects: Vec<Dialect>,
    /// How long to go on, over all dialects; then time decides and not `requests`.
    pub duration: Option<Duration>,
    /// Where to write every crossing, as JSON lines.
    pub trace: Option<PathBuf>,
    /// Also pass odd names: NULL, very long, ill-formed.
    pub odd_senders: bool,
}

impl DriveOptions {
    fn check(&self) -> Result<(), DriveError> {
        let usage = |text: &str| Err(DriveError::Usage(text.to_owned()));
        match self {
            Self { users: 0, .. } => usage("--users must be at least 1"),
            Self { users: 10_000_001.., .. } => usage("--users must be at most 10000000"),
            Self { threads: 0, .. } => usage("--threads must be at least 1"),
            Self { threads: 1025.., .. } => usage("--threads must be at most 1024"),
            Self { requests: 0, duration: None, .. } => usage("--requests must be at least 1"),
            Self { dialects, .. } if dialects.is_empty() => usage("--dialect must name at least one dialect"),
            _ => Ok(()),
        }
    }

    /// Requests wanted; 0 if the time decides.
    const fn requests_wanted(&self) -> u64 {
        if self.duration.is_some() { 0 } else { self.requests }
    }

    /// A run always ends: however slow the plug-in is, no further dialect begins after this.
    fn time_limit(&self) -> Duration {
        self.duration.unwrap_or_else(|| Duration::from_secs(15) + Duration::from_millis(self.requests))
    }
}

fn write_dialects<S: Serializer>(dialects: &[Dialect], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(dialects.iter().map(ToString::to_string))
}

fn read_dialects<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Dialect>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    names.iter().map(|name| Dialect::parse(name).map_err(serde::de::Error::custom)).collect()
}
