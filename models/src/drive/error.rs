//! Why a plug-in could not be driven at all.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Nothing was judged. One sentence for a person; the command line exits with 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum DriveError {
    /// There is nothing at that path.
    #[error("{}: no such file", .0.display())]
    Missing(PathBuf),
    /// There is something, but it cannot be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// The path as given.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// A file of another kind.
    #[error("{}: is not a shared library: {why}", path.display())]
    NotALibrary {
        /// The path as given.
        path: PathBuf,
        /// What it begins with instead.
        why: String,
    },
    /// The system's loader refused it.
    #[error("{}: cannot be loaded: {why}", path.display())]
    NotLoadable {
        /// The path as given.
        path: PathBuf,
        /// The loader's words.
        why: String,
    },
    /// Windows only: nothing through which the plug-in could answer.
    #[error(
        "{}: no such file: a plug-in answers through it; build it from tests/windows/wsmsvc.c and put it there", .0.display()
    )]
    NoForwarder(PathBuf),
    /// A library, but no authorization plug-in.
    #[error("{}: is no authorization plug-in: it does not export {}", path.display(), names.join(", "))]
    MissingExports {
        /// The path as given.
        path: PathBuf,
        /// The exports that it lacks.
        names: Vec<String>,
    },
    /// `WSManPluginStartup` said no to the first application.
    #[error("{}: WSManPluginStartup failed with error {error} ({error:#x})", path.display())]
    StartupFailed {
        /// The path as given.
        path: PathBuf,
        /// What it returned.
        error: u32,
    },
    /// The trace cannot be written.
    #[error("the trace {} cannot be written: {why}", path.display())]
    Trace {
        /// The path as given.
        path: PathBuf,
        /// The system's words.
        why: String,
    },
    /// An option that makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The reference host itself failed.
    #[error("the reference host failed: {0}")]
    Host(String),
}

impl DriveError {
    pub(super) fn host(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Host(format!("{what}: {error}"))
    }
}
