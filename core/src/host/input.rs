//! What can happen to the host: its clients, its clock, and what the plug-in says.

use crate::call::{Completion, EndOfOperation};
use crate::id::{ApplicationId, OperationId};

/// How long an operation lasts (C12, C13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// Ends with its response: get, put, create, delete, invoke.
    Simple,
    /// Ends when all items were pulled: its response does not end it.
    Enumeration,
    /// Creates a shell, a command or a subscription: ends with the response or with the object, as the dialect
    /// `long_operations` says.
    Object,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input<K> {
    /// Start an application: Startup is to be called.
    Start {
        /// The application.
        application: ApplicationId,
    },
    /// Startup returned.
    Started {
        /// The application.
        application: ApplicationId,
        /// 0, or why it does not run; then Shutdown is not called (CL-55).
        error: u32,
    },
    /// A client asks for an operation.
    Request {
        /// The application.
        application: ApplicationId,
        /// Who asks.
        user: K,
        /// The caller's number for it, never used before while the host remembers it.
        operation: OperationId,
        /// How long it lasts.
        shape: Shape,
    },
    /// The user's credentials changed: ask the plug-in again, if the user has a record and is not being asked about.
    Reauthorize {
        /// The application.
        application: ApplicationId,
        /// Whose record.
        user: K,
    },
    /// The plug-in called a completion function. The outcome's `error` is what the function returns.
    Complete {
        /// What it said.
        completion: Completion,
        /// Refuse it although it fits. Only the dialect `refusal=refuses` lets the host do so.
        refuse: bool,
    },
    /// The response to the client was sent. Ends a simple operation.
    Respond {
        /// Which operation.
        operation: OperationId,
    },
    /// The operation ends. One that is not yet authorized is given up.
    End {
        /// Which operation.
        operation: OperationId,
        /// How.
        how: EndOfOperation,
    },
    /// Stop an application: its operations are cancelled, Shutdown is to be called.
    Stop {
        /// The application.
        application: ApplicationId,
        /// 1 system, 2 service, 3 IIS host, 4 idle.
        reason: u32,
    },
    /// Shutdown returned.
    Stopped {
        /// The application.
        application: ApplicationId,
    },
    /// Time passed. (Every other input takes note of the time as well.)
    Tick,
}
