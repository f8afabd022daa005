//! What a trace can show depends on the side that took it.

use crate::rule::Rule;

/// The side that took the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vantage {
    /// The host: without the plug-in's payloads.
    Host,
    /// The plug-in: without the end of operations, the expiry of records and the requests that the host gave up.
    Plugin,
    /// Both, as in a model: nothing is missing.
    Both,
}

impl Vantage {
    /// Whether a trace from here can show that `rule` is broken.
    #[must_use]
    pub const fn observes(self, rule: Rule) -> bool {
        match rule {
            // What the plug-in does with a value that was released, refused or mixed up shows nowhere at the boundary;
            // nor do its locks, panics, threads and tokens, or whether the policy was asked.
            Rule::CL14
            | Rule::CL16
            | Rule::CL17
            | Rule::CL60
            | Rule::CL61
            | Rule::CL62
            | Rule::CL70
            | Rule::CL71
            | Rule::CL74 => false,
            // These live off payload records.
            Rule::CL12 | Rule::CL13 | Rule::CL22 => !matches!(self, Self::Host),
            // These live off what only the host knows: whether it asks again or for the first time, when an operation
            // ended, when a record expired.
            Rule::CL20 | Rule::CL24 | Rule::CL30 | Rule::CL32 | Rule::CL33 | Rule::CL34 | Rule::CL40 | Rule::CL41 => {
                !matches!(self, Self::Plugin)
            }
            // A lease out of nothing shows as a release of what is no lease: CL-10 is kept where CL-11 is.
            _ => true,
        }
    }
}
