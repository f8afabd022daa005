//! How a test host is set up.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use wsman_authz_core::dialect::{Dialect, covering_set};
#[cfg(feature = "faults")]
use wsman_authz_core::fault::Fault;
use wsman_authz_core::host::HostConfig;

use super::host::TestHost;
use crate::Plugin;
use crate::clock::millis;

/// The application that runs if none is named.
const APPLICATION: &str = "wsman/test";

/// What can be chosen, whatever the policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Choices {
    pub(super) dialect: Dialect,
    pub(super) config: HostConfig,
    pub(super) applications: Vec<String>,
    #[cfg(feature = "faults")]
    pub(super) fault: Option<Fault>,
}

/// A test host before it is started: made by [`TestHost::setup`].
///
/// Unless you choose otherwise, the host speaks the default dialect, runs one application, lets a user record expire
/// after 15 minutes, asks for quotas and enforces them, and asks again every 15 minutes.
#[must_use = "a setup does nothing until it is started"]
pub struct Setup<P> {
    pub(super) choices: Choices,
    policy: PhantomData<fn() -> P>,
}

impl<P> Clone for Setup<P> {
    fn clone(&self) -> Self {
        Self { choices: self.choices.clone(), policy: PhantomData }
    }
}

impl<P> fmt::Debug for Setup<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.choices.fmt(f)
    }
}

impl<P: Plugin> Setup<P> {
    pub(super) fn new() -> Self {
        Self { choices: Choices::default(), policy: PhantomData }
    }

    fn with(mut self, choose: impl FnOnce(&mut Choices)) -> Self {
        choose(&mut self.choices);
        self
    }

    /// How the host behaves where the documentation leaves it open.
    pub fn dialect(self, dialect: Dialect) -> Self {
        self.with(|choices| choices.dialect = dialect)
    }

    /// After how long without a request a user record expires.
    pub fn idle(self, idle: Duration) -> Self {
        self.with(|choices| choices.config.idle = millis(idle))
    }

    /// After how long the quota, and in some dialects the user, is asked about again. `None`: never.
    pub fn refresh(self, interval: Option<Duration>) -> Self {
        self.with(|choices| choices.config.refresh = interval.map(millis))
    }

    /// How long the host waits for an answer, in the dialects `overdue=times-out`.
    pub fn request_timeout(self, limit: Duration) -> Self {
        self.with(|choices| choices.config.request_timeout = millis(limit))
    }

    /// Whether the host asks for quotas: `SupportsQuota`.
    pub fn quota(self, supported: bool) -> Self {
        self.with(|choices| choices.config.quota = supported)
    }

    /// Puts a mistake into the engine, or into the host: a test must then find it.
    #[cfg(feature = "faults")]
    pub fn fault(self, fault: Option<Fault>) -> Self {
        self.with(|choices| choices.fault = fault)
    }

    /// One more application, by its identification. The first one replaces the default `wsman/test`.
    pub fn application(self, identification: impl Into<String>) -> Self {
        self.with(|choices| choices.applications.push(identification.into()))
    }

    /// Starts the host and each application.
    ///
    /// # Errors
    /// The code with which the first Startup failed that did; [`crate::StartError`] chose it. What had started by
    /// then is shut down again.
    pub fn try_start(self) -> Result<TestHost<P>, u32> {
        let mut choices = self.choices;
        if choices.applications.is_empty() {
            choices.applications.push(APPLICATION.to_owned());
        }
        TestHost::set_up(&choices)
    }

    /// Starts the host and each application.
    ///
    /// # Panics
    /// If the policy does not start: test that with [`Setup::try_start`].
    #[track_caller]
    #[must_use]
    pub fn start(self) -> TestHost<P> {
        self.try_start().unwrap_or_else(|code| panic!("the policy did not start: error {code}"))
    }

    /// Runs a test once for each of these dialects, on a host of its own that must end clean.
    ///
    /// # Panics
    /// As the test does, as [`Setup::start`] does, and if a report is not clean. The dialect is named.
    #[track_caller]
    pub fn under(self, dialects: impl IntoIterator<Item = Dialect>, test: impl Fn(&TestHost<P>)) {
        for dialect in dialects {
            let host = self.clone().dialect(dialect).start();
            test(&host);
            host.shutdown().assert_clean();
        }
    }

    /// Runs a test under a set of dialects in which every two choices occur together: 14 of the 9,216. For all of
    /// them, use [`Setup::under`] with [`Dialect::all`].
    ///
    /// # Panics
    /// As [`Setup::under`].
    #[track_caller]
    pub fn each_dialect(self, test: impl Fn(&TestHost<P>)) {
        self.under(covering_set(), test);
    }
}
