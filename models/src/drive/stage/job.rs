//! Calls into the plug-in that have crossed and are still to be made.

use wsman_authz_core::host::Place;
use wsman_authz_core::{Call, Context, ThreadId};

use super::super::library::PluginContext;
use super::super::sender_pool::Address;
use super::super::user::User;

/// A call into the plug-in that has crossed and is still to be made.
#[derive(Debug)]
pub(in super::super) struct Job {
    /// Its number in the trace.
    pub(in super::super) seq: u64,
    /// The thread it was announced on.
    pub(in super::super) thread: ThreadId,
    /// Whether that number is only lent.
    pub(super) lent: bool,
    /// The call.
    pub(in super::super) call: Call<User>,
    /// The `pluginContext` of its application.
    pub(in super::super) context: PluginContext,
    /// What the plug-in calls the context that is given back.
    pub(in super::super) released: Option<Context>,
    /// The `senderDetails`; absent for calls that have none.
    pub(in super::super) sender: Option<Address>,
}

/// What a step brought about.
#[derive(Debug, Default)]
pub(in super::super) struct Taken {
    /// What a completion function returns.
    pub(in super::super) error: u32,
    /// Calls to make, in order.
    pub(in super::super) jobs: Vec<(Place, Job)>,
}

/// What a worker does next.
#[derive(Debug)]
pub(in super::super) enum Next {
    /// Make these calls, in order.
    Perform(Vec<Job>),
    /// Wait for news.
    Wait,
    /// Go home.
    Leave,
}

/// Whether the letter is a call into the plug-in, as opposed to a record of the host's.
pub(super) const fn is_call<K>(call: &Call<K>) -> bool {
    matches!(
        call,
        Call::Startup { .. }
            | Call::Shutdown { .. }
            | Call::AuthorizeUser { .. }
            | Call::AuthorizeOperation { .. }
            | Call::QueryQuota { .. }
            | Call::Release { .. }
    )
}
