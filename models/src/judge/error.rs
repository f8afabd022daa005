//! Why a trace could not be judged: one sentence that says where, for a person to mend it.

use std::fmt;
use std::path::{Path, PathBuf};

use super::names::printable;

/// Where a trace comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `-`: standard input.
    StandardInput,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// `-` is standard input, everything else a path.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        if path == Path::new("-") { Self::StandardInput } else { Self::File(path.to_owned()) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardInput => f.write_str("standard input"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// What is wrong with one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The column at which it shows: characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

/// The most characters of a trace that a sentence repeats.
const LONGEST: usize = 300;

impl Fault {
    pub(super) fn new(column: usize, what: &str) -> Self {
        let short: String = what.chars().take(LONGEST).collect();
        let dots = if short.len() < what.len() { "…" } else { "" };
        Self { column, what: printable(&short) + dots }
    }
}

/// Nothing was judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// It cannot be read.
    #[error("cannot read {from}: {why}")]
    Unreadable {
        /// What.
        from: Source,
        /// Why.
        why: String,
    },
    /// A line is no record of a trace.
    #[error("{from}, line {line}, column {}: {}", fault.column, fault.what)]
    Malformed {
        /// Of what.
        from: Source,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// Nothing crosses the boundary in it.
    #[error("{0}: the trace is empty: no record of a call is in it")]
    Empty(Source),
}
