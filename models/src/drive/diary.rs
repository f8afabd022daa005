//! What the child tells its parent: the whole report so far, in a file that is replaced as a whole.
//!
//! A pipe would be shared with whatever the plug-in prints, and a process that dies tells no last words; the file
//! always holds the newest complete state, and the parent reads it whenever it likes.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::DriveError;
use super::report::DriveReport;

/// How far the child is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    /// The library's own code runs for the first time.
    #[default]
    Loading,
    /// The host plays.
    Running,
    /// It cannot go on; no judgement.
    Failed(DriveError),
    /// A call did not return in time. The child waits for its end.
    Hung {
        /// Which call.
        call: String,
        /// Its number in the trace.
        seq: u64,
        /// Whether a completion waits for it.
        inside_completion: bool,
    },
    /// The report is complete; the library is being unloaded.
    Finished,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The dialect of this round.
    pub dialect: String,
    /// The round, from 1.
    pub round: usize,
    /// How many rounds there will be.
    pub rounds: usize,
    /// Requests granted or refused so far.
    pub requests: u64,
    /// Requests wanted; 0 if the time decides.
    pub requests_wanted: u64,
    /// How long it has been running.
    pub elapsed: Duration,
    /// How many rules are broken.
    pub broken: usize,
}

/// One state of the child.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Diary {
    /// Grows as long as the child is alive.
    pub(super) beat: u64,
    pub(super) state: State,
    pub(super) progress: Progress,
    pub(super) report: DriveReport,
}

/// The files that parent and child share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn black_box(&self) -> PathBuf {
        self.0.join("last-calls")
    }

    fn diary(&self) -> PathBuf {
        self.0.join("diary.json")
    }
}

impl Diary {
    /// Replaces the diary in the folder.
    pub(super) fn write(&self, folder: &Folder) -> std::io::Result<()> {
        replace(&folder.diary(), &serde_json::to_vec(self)?)
    }

    /// The newest state; `None` before the first.
    pub(super) fn read(folder: &Folder) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.diary()).ok()?).ok()
    }
}

fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    // Two threads may write at a time: each prepares a file of its own.
    let draft = path.with_extension(format!("{:?}", std::thread::current().id()));
    std::fs::write(&draft, content)?;
    std::fs::rename(&draft, path)
}
