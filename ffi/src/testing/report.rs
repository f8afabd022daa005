//! What is to be said about a plug-in at the end of a test.

use std::fmt;

use wsman_authz_core::Rule;

use super::log::Logged;

/// One rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which one; SPEC.md explains each.
    pub rule: Rule,
    /// Why, the first time.
    pub why: String,
    /// How often.
    pub times: u64,
    /// The calls that show it, in the trace form.
    pub calls: Vec<String>,
}

/// The end of a test: every application was shut down.
#[must_use = "a report is to be looked at: `assert_clean`"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What the host spoke.
    pub dialect: String,
    /// Rules that were broken.
    pub broken: Vec<Broken>,
    /// Contexts that the engine still counts as held by the host.
    pub live_leases: usize,
    /// Values of the policy that the engine still keeps.
    pub payloads: usize,
    /// Requests that the policy holds, although nobody waits for them any more.
    pub held_requests: usize,
    /// Warnings and errors of the engine, as far as they came up on threads of the test.
    pub log: Vec<Logged>,
}

impl Report {
    /// Whether no rule was broken, nothing is left, and the engine logged no error, such as a panic of the policy.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let is_balanced = (self.live_leases, self.payloads, self.held_requests) == (0, 0, 0);
        self.broken.is_empty() && is_balanced && !self.log.iter().any(Logged::is_error)
    }

    /// # Panics
    /// If the report is not clean: with each broken rule, what is left, and what was logged.
    #[track_caller]
    pub fn assert_clean(&self) {
        assert!(self.is_clean(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the plug-in under the dialect {}:", self.dialect)?;
        for Broken { rule, why, times, calls } in &self.broken {
            writeln!(f, "  {} was broken {times} times: {}\n    {why}", rule.id(), rule.title())?;
            calls.iter().try_for_each(|call| writeln!(f, "    {call}"))?;
        }
        let Self { live_leases, payloads, held_requests, .. } = self;
        writeln!(f, "  left: {live_leases} contexts, {payloads} values, {held_requests} requests held by the policy")?;
        self.log.iter().try_for_each(|logged| writeln!(f, "  {logged}"))
    }
}
