//! What the owner of a host chooses, as opposed to its dialect.

use crate::time::Millis;

/// The settings of a [`Host`](super::Host). They hold for all of its applications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HostConfig {
    /// How long a user record may be idle (CL-32). The documentation calls it configurable and names no default.
    pub idle: Millis,
    /// After how long the quota (and, as the dialect says, the authorization) of a user is asked for again; `None`
    /// is never, zero at each request (E8).
    pub refresh: Option<Millis>,
    /// How long the host waits for a completion, under the dialect `overdue=times-out`.
    pub request_timeout: Millis,
    /// Whether quotas are asked for at all: `SupportsQuota`.
    pub quota: bool,
    /// Whether operations beyond the quota are refused.
    pub enforce_quota: bool,
}

impl Default for HostConfig {
    /// 15 minutes of idleness, 15 minutes to a refresh, one minute for a completion, quotas asked for and enforced.
    fn default() -> Self {
        Self {
            idle: Millis(900_000),
            refresh: Some(Millis(900_000)),
            request_timeout: Millis(60_000),
            quota: true,
            enforce_quota: true,
        }
    }
}
