//! What an author writes: one trait.

use std::fmt;
use std::time::Duration;

use wsman_authz_core::call::Quota;
use wsman_authz_core::code;
use wsman_authz_core::engine::EngineConfig;

use crate::request::{OperationRequest, QuotaRequest, UserRequest};

/// The quota of users whose plug-in has no opinion: the published defaults of the WinRM service, no throttling.
pub const DEFAULT_QUOTA: Quota = EngineConfig::SERVICE_QUOTA;

/// A policy: who may come in, who may do what.
///
/// One value serves one hosted application, from its Startup to its Shutdown; a process may have several. The host
/// calls from any thread and several at a time. A panic denies the request that it drops and harms no other (CL-61).
pub trait Plugin: Sized + Send + Sync + 'static {
    /// What the policy remembers for a user or an operation. It stands behind the contexts that the host holds, and
    /// is dropped once, when the host has released the last of them (CL-13).
    type Context: Send + Sync + 'static;

    /// How long a request may stay unanswered before it is denied (CL-70). `None`: as long as the host waits.
    ///
    /// Overdue requests are denied at the next call of the host, unless a thread [watches](Self::WATCH_OVERDUE).
    const ANSWER_WITHIN: Option<Duration> = None;

    /// Whether a thread of the engine's own denies overdue requests on time. It runs from the first Startup of the
    /// process to the last Shutdown, and sleeps while nothing is overdue. Without [`Self::ANSWER_WITHIN`] there is none.
    const WATCH_OVERDUE: bool = false;

    /// An application starts. Open files and logs here: later calls may run under the identity of a client.
    ///
    /// # Errors
    /// The application does not run; the host is given the code of the error.
    fn start(application: &ApplicationInfo) -> Result<Self, StartError>;

    /// May this user do anything at all? Asked for the first request of a user, and again to re-authorize: then
    /// [`UserRequest::user_context`] is what was given before.
    fn authorize_user(&self, request: UserRequest<Self::Context>);

    /// May this user do this? Asked for each operation of a user who was let in.
    fn authorize_operation(&self, request: OperationRequest<Self::Context>);

    /// How much may this user do? Asked only if the host's configuration says `SupportsQuota="true"`. Answers
    /// [`DEFAULT_QUOTA`] unless you know better.
    fn query_quota(&self, request: QuotaRequest<Self::Context>) {
        request.answer(DEFAULT_QUOTA);
    }

    /// The application shuts down. Whatever was unanswered has been denied. Join your threads here: the library may
    /// be unloaded soon after this returned (CL-62). There is no time limit on it. Drop the requests that you still
    /// hold: each keeps alive the context that it shows, and the log says how many were left.
    ///
    /// A question that came in just before may still be put to you during this call or after it; its answer has no
    /// effect any more. Start nothing for it.
    fn shutdown(&self, reason: ShutdownReason) {
        let _ = reason;
    }
}

/// What the host says about an application at its start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ApplicationInfo {
    /// `applicationIdentification`, such as `wsman/MyCompany/MyApplication`. Empty if the host passed NULL.
    pub identification: String,
    /// `extraInfo`: the XML that is stored with the plug-in's configuration. Authorization plug-ins rarely have any.
    pub extra: Option<String>,
    /// `flags`: reserved; why the application starts, in later versions of the host.
    pub flags: u32,
}

/// Why a policy does not start. Any error converts into one, so that `?` works in [`Plugin::start`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StartError {
    code: u32,
    message: String,
}

impl StartError {
    /// `ERROR_INTERNAL_ERROR`, and a text for the log.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { code: code::ERROR_INTERNAL_ERROR, message: message.into() }
    }

    /// Another code for the host. 0 means success and is taken as `ERROR_INTERNAL_ERROR`.
    #[must_use]
    pub fn with_code(mut self, code: u32) -> Self {
        self.code = if code == code::ERROR_SUCCESS { code::ERROR_INTERNAL_ERROR } else { code };
        self
    }

    /// The code for the host, never 0.
    #[must_use]
    pub const fn code(&self) -> u32 {
        self.code
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<E: std::error::Error> From<E> for StartError {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

/// Why the host shuts an application down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShutdownReason {
    /// The system shuts down.
    System,
    /// The WinRM service stops.
    Service,
    /// The IIS host stops.
    IisHost,
    /// Nothing was asked for longer than the host's idle time-out.
    IdleTimeout,
    /// A number that the headers do not name.
    Other(u32),
}

impl From<u32> for ShutdownReason {
    fn from(reason: u32) -> Self {
        match reason {
            1 => Self::System,
            2 => Self::Service,
            3 => Self::IisHost,
            4 => Self::IdleTimeout,
            other => Self::Other(other),
        }
    }
}
