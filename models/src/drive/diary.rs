//! What the child tells its parent: the whole report so far, in a file that is replaced as a whole.
//!
//! A pipe would be shared with whatever the plug-in prints, and a process that dies tells no last words; the file
//! always holds the newest complete state, and the parent reads it whenever it likes.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::error::DriveError;
use super::report::DriveReport;

/// How often a diary that is being read is tried to be replaced.
const ATTEMPTS: u32 = 200;
/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(2);

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
    /// Nothing moves, and no call is under way. The child waits for its end.
    Stuck,
    /// The report is complete; the library is being unloaded.
    Finished,
    /// The library is gone, and so should be its threads.
    Unloaded,
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
    /// The addresses at which the plug-in finds its sender details and must not write.
    pub(super) senders: Range<u64>,
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
    // Under Windows a file that is being read cannot be replaced; nobody reads it for long.
    let mut replaced = std::fs::rename(&draft, path);
    for _ in 0..ATTEMPTS {
        match replaced {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => std::thread::sleep(PAUSE),
            done => return done,
        }
        replaced = std::fs::rename(&draft, path);
    }
    replaced
}
