//! The alphabet: everything that can cross the boundary between host and plug-in, in both directions.
//!
//! Entry and return are separate letters, because what happens in between matters: a release may arrive inside a
//! completion, a completion inside a release is a mistake (CL-52). A few letters never cross but belong to the story
//! of one side: the end of an operation, the expiry of a record, the life of a payload.
//!
//! `K` names a user: mechanism and account name in production ([`crate::UserName`]), a digit in a model.

use alloc::borrow::Cow;

use crate::id::{ApplicationId, Context, OperationId, PayloadId, Sender, ThreadId, Token};
use crate::time::{Millis, Timestamp};

/// The three questions a host asks, each with its own completion function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKind {
    /// `WSManPluginAuthzUser`: may this user do anything at all?
    User,
    /// `WSManPluginAuthzOperation`: may this user do this?
    Operation,
    /// `WSManPluginAuthzQueryQuota`: how much may this user do?
    Quota,
}

/// Under which identity the host carries out the operations of a user (CL-72).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// The client's own token, by its handle value.
    Client,
    /// Another token, which belongs to the host from an accepted completion on (CL-74).
    Token(Token),
    /// The host process: a NULL token. Never by omission.
    Host,
}

/// `WSMAN_AUTHZ_QUOTA` as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quota {
    /// Shells that the user may have at a time.
    pub shells: u32,
    /// Top-level operations that the user may have at a time.
    pub operations: u32,
    /// Length of the time slot in seconds. The engine never sends 0 (CL-80).
    pub timeslot_s: u32,
    /// Operations in one time slot.
    pub per_timeslot: u32,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndOfOperation {
    /// The response was sent, the enumeration is done, the shell was deleted.
    Completed,
    /// The client or the host cancelled it; also every operation that is open at shutdown.
    Cancelled,
    /// It ran longer than the host allows.
    TimedOut,
    /// The client is gone.
    Disconnected,
}

/// What a plug-in says to one of the three completion functions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Completion {
    /// Which completion function was called.
    pub kind: RequestKind,
    /// The `senderDetails` argument; `None` is NULL.
    pub sender: Option<Sender>,
    /// Reserved, zero.
    pub flags: u32,
    /// The context; `None` is NULL. Always `None` for a quota.
    pub context: Option<Context>,
    /// Named with a success of kind [`RequestKind::User`], absent otherwise.
    pub identity: Option<Identity>,
    /// May see and delete the shells of others.
    pub administrator: bool,
    /// The quota; `None` is NULL. Only for kind [`RequestKind::Quota`].
    pub quota: Option<Quota>,
    /// 0 is success, everything else a failure.
    pub error: u32,
    /// Error text, or the URL of a redirect.
    pub extended: Option<Cow<'static, str>>,
    /// The payload behind `context`, where the trace knows it.
    pub payload: Option<PayloadId>,
}

impl Completion {
    /// A failure of `kind` with nothing but a code (CL-53).
    #[must_use]
    pub const fn failure(kind: RequestKind, sender: Sender, error: u32) -> Self {
        Self {
            kind,
            sender: Some(sender),
            flags: 0,
            context: None,
            identity: None,
            administrator: false,
            quota: None,
            error,
            extended: None,
            payload: None,
        }
    }

    /// Whether it says yes.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        self.error == 0
    }
}

/// One letter of the alphabet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call<K> {
    /// Host → plug-in: `WSManPluginStartup`.
    Startup {
        /// The application.
        application: ApplicationId,
        /// Reserved; other values than zero are legal.
        flags: u32,
        /// The host's idle time-out for user records, where known (CL-32).
        idle: Option<Millis>,
    },
    /// `WSManPluginStartup` returns.
    StartupReturn {
        /// The application.
        application: ApplicationId,
        /// 0 or why not; no Shutdown follows a failure (CL-55).
        error: u32,
    },
    /// Host → plug-in: `WSManPluginShutdown`.
    Shutdown {
        /// The application.
        application: ApplicationId,
        /// 1 system, 2 service, 3 IIS host, 4 idle.
        reason: u32,
    },
    /// `WSManPluginShutdown` returns.
    ShutdownReturn {
        /// The application.
        application: ApplicationId,
        /// 0 or an error; the host goes on either way.
        error: u32,
    },
    /// Host → plug-in: `WSManPluginAuthzUser`.
    AuthorizeUser {
        /// The application.
        application: ApplicationId,
        /// The request.
        sender: Sender,
        /// Who asks.
        user: K,
        /// Whether a live record is renewed; unknown on the plug-in's side.
        reauthorization: Option<bool>,
    },
    /// Host → plug-in: `WSManPluginAuthzOperation`.
    AuthorizeOperation {
        /// The application.
        application: ApplicationId,
        /// The request.
        sender: Sender,
        /// Who asks.
        user: K,
        /// The host's number for it; unknown on the plug-in's side.
        operation: Option<OperationId>,
    },
    /// Host → plug-in: `WSManPluginAuthzQueryQuota`.
    QueryQuota {
        /// The application.
        application: ApplicationId,
        /// The request.
        sender: Sender,
        /// Whose quota.
        user: K,
    },
    /// One of the three entry points above returns; the request may still be open.
    EntryReturn {
        /// Which entry point.
        kind: RequestKind,
        /// The request.
        sender: Sender,
    },
    /// Plug-in → host: one of the three completion functions.
    Complete(Completion),
    /// The completion function returns.
    CompleteReturn {
        /// Which completion function.
        kind: RequestKind,
        /// Its `senderDetails` argument.
        sender: Option<Sender>,
        /// 0: accepted. Anything else: nothing was taken (CL-17).
        error: u32,
    },
    /// Host → plug-in: `WSManPluginAuthzReleaseContext`.
    Release {
        /// The value; `None` is NULL, which the host must not pass (CL-15).
        context: Option<Context>,
    },
    /// `WSManPluginAuthzReleaseContext` returns.
    ReleaseReturn {
        /// The value.
        context: Option<Context>,
    },
    /// Inside the host: an operation ended.
    OperationEnd {
        /// Which.
        operation: OperationId,
        /// How.
        how: EndOfOperation,
    },
    /// Inside the host: a user record expired.
    RecordExpired {
        /// The application.
        application: ApplicationId,
        /// Whose record.
        user: K,
    },
    /// Inside the host: it gave up waiting for a completion.
    RequestTimedOut {
        /// Which request.
        sender: Sender,
    },
    /// Inside the plug-in: a payload came to be.
    PayloadCreated {
        /// Which.
        payload: PayloadId,
    },
    /// Inside the plug-in: a payload was dropped.
    PayloadDropped {
        /// Which.
        payload: PayloadId,
    },
}

/// A letter with its time and thread: one record of a trace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Crossing<K> {
    /// When.
    pub at: Timestamp,
    /// On which thread.
    pub thread: ThreadId,
    /// What.
    pub call: Call<K>,
}
