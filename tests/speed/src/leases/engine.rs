//! Leases of the shipped engine: the four steps that a context takes, with their effects performed.

use std::sync::Arc;

use wsman_authz_core::UserName;

use super::Leases;
use crate::payload::{Payload, user};
use crate::steps::{Handle, Plugged};
use wsman_authz_core::engine::Payload as Behind;

/// The engine, and a user for each thread.
#[derive(Debug)]
pub struct EngineLeases {
    plugged: Plugged,
    users: Vec<UserName>,
}

impl EngineLeases {
    /// An application runs, and each thread's user was let in.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        let plugged = Plugged::start();
        let users: Vec<UserName> = (0..threads).map(user).collect();
        for user in &users {
            plugged.let_in(user, Behind::None);
        }
        Self { plugged, users }
    }
}

impl Leases for EngineLeases {
    type Handle = Handle;

    fn report(&self, thread: usize, make: impl FnOnce() -> Payload) -> Handle {
        let user = &self.users[thread];
        self.plugged.begin(thread, user, || Behind::Fresh(Arc::new(make())))
    }

    fn release(&self, _: usize, handle: Handle) {
        let dropped = self.plugged.release(handle);
        assert!(dropped.is_some(), "a payload of its own");
    }
}
