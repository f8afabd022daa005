//! Crossings that one side has decided and the other has not yet seen.
//!
//! A real host decides under its lock and calls after it; between the two, other threads go on. So a crossing is a
//! thing of its own here, and the environment chooses when it arrives.

use wsman_authz_core::Sender;
use wsman_authz_core::call::{Call, Completion, RequestKind};
use wsman_authz_core::engine::RequestId;

use super::User;

/// When a call of the host may arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// At any time.
    Open,
    /// Before the completion of this request has returned: from inside it, or on another thread.
    Within(RequestId),
    /// After the completion of this request has returned.
    After(RequestId),
}

/// One crossing on its way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flight {
    /// Host → plug-in.
    Entry {
        /// When it may arrive.
        gate: Gate,
        /// The call.
        call: Call<User>,
    },
    /// Plug-in → host.
    Completion {
        /// The engine's number of the request.
        request: RequestId,
        /// What is said.
        completion: Completion,
    },
    /// A completion function is about to return.
    Return {
        /// The engine's number of the request.
        request: RequestId,
        /// Which completion function.
        kind: RequestKind,
        /// Its argument.
        sender: Option<Sender>,
        /// What it returns.
        error: u32,
    },
}

impl Flight {
    /// Whether it may arrive now, given the others.
    #[must_use]
    pub fn may_arrive(&self, flights: &[Self]) -> bool {
        match self {
            // HA-13: Shutdown is called when every other call has arrived.
            Self::Entry { call: Call::Shutdown { .. }, .. } => !flights.iter().any(Self::delays_shutdown),
            Self::Entry { gate: Gate::After(request), .. } => !flights.iter().any(|other| other.is_of(*request)),
            Self::Entry { gate: Gate::Open | Gate::Within(_), .. } | Self::Completion { .. } => true,
            Self::Return { request, .. } => !flights
                .iter()
                .any(|other| matches!(other, Self::Entry { gate: Gate::Within(within), .. } if within == request)),
        }
    }

    const fn delays_shutdown(&self) -> bool {
        !matches!(self, Self::Entry { call: Call::Shutdown { .. }, .. } | Self::Completion { .. } | Self::Return { .. })
    }

    /// The completion of `request` has not returned.
    fn is_of(&self, request: RequestId) -> bool {
        matches!(self, Self::Return { request: other, .. } if *other == request)
    }
}
