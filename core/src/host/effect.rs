//! What the host asks its surroundings to do: calls into the plug-in, answers to clients, entries in the trace.

use alloc::vec::Vec;

use crate::call::Call;
use crate::id::OperationId;

/// Where a call belongs that a completion brought about (C10, C11, D19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// On any thread, at any time.
    Anywhere,
    /// On the stack of the completion function, before it returns.
    Inside,
    /// On another thread, before the completion function returns.
    Concurrent,
    /// After the completion function returned.
    After,
}

/// Why a client does not get what it asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refused {
    /// The plug-in said no to the user, with this code.
    User(u32),
    /// The plug-in said no to the operation, with this code.
    Operation(u32),
    /// The plug-in failed the quota query, with this code (E5).
    Quota(u32),
    /// The quota is used up.
    OverQuota,
    /// The plug-in did not answer in time.
    TimedOut,
    /// The host refused the plug-in's completion.
    CompletionRefused,
    /// The operation was given up before it began.
    GivenUp,
    /// The application does not run.
    NotRunning,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect<K> {
    /// A crossing into the plug-in, or an internal entry of the trace. Entries cross at the step that returns them:
    /// an observer sees them in this order.
    Cross {
        /// Where the call belongs.
        place: Place,
        /// The letter: an entry point's call, or an internal record.
        call: Call<K>,
    },
    /// The operation has begun: its request was authorized.
    Begun(OperationId),
    /// The operation will not begin.
    Refused(OperationId, Refused),
}

/// What one step asks for, in order.
#[must_use = "effects must be performed, or contexts are never released"]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Outcome<K> {
    /// What the completion function returns; 0 for every other input.
    pub error: u32,
    /// The effects, in order.
    pub effects: Vec<Effect<K>>,
}

impl<K> Default for Outcome<K> {
    fn default() -> Self {
        Self { error: 0, effects: Vec::new() }
    }
}
