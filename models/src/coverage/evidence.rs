//! The kinds of things that a rule or an assumption can stand on.

use std::fmt;

use serde::Serialize;

/// What a rule or an assumption stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A sentence of SPEC.md that says what must be.
    Sentence,
    /// A line of the machine that must keep it.
    Site,
    /// A line that calls it broken: of the contract, of the model or of `drive`.
    Judge,
    /// A judge whom the model asks in every state.
    Property,
    /// A seeded fault.
    Fault,
    /// A test that carries its number.
    Test,
    /// A trace that breaks it.
    Trace,
    /// A plug-in that breaks it before `drive`.
    Plugin,
    /// A message that names it.
    Message,
    /// A SAFETY comment that stands on it.
    Safety,
}

impl Evidence {
    /// What every rule must have, or an excuse.
    pub const DUE: [Self; 7] =
        [Self::Sentence, Self::Site, Self::Judge, Self::Property, Self::Fault, Self::Test, Self::Trace];

    /// Its name in `tree.tsv`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Site => "site",
            Self::Judge => "judge",
            Self::Property => "property",
            Self::Fault => "fault",
            Self::Test => "test",
            Self::Trace => "trace",
            Self::Plugin => "plugin",
            Self::Message => "message",
            Self::Safety => "safety",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sentence => "a sentence of SPEC.md that says what must be",
            Self::Site => "a line that upholds it",
            Self::Judge => "a line that calls it broken",
            Self::Property => "a judge of the model",
            Self::Fault => "a seeded fault that breaks it",
            Self::Test => "a test of its name",
            Self::Trace => "a trace that breaks it",
            Self::Plugin => "a plug-in that breaks it",
            Self::Message => "a message that names it",
            Self::Safety => "a line that stands on it",
        })
    }
}
