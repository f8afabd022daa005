//! The shipped engine: an operation that is allowed with the user's payload.

use std::sync::Arc;

use wsman_authz_core::UserName;
use wsman_authz_core::engine::Payload as Behind;

use super::Users;
use crate::payload::{Maker, users};
use crate::steps::Plugged;

pub(super) struct EngineUsers {
    plugged: Plugged,
    users: Vec<UserName>,
}

impl EngineUsers {
    pub(super) fn new(count: usize) -> Self {
        let (plugged, users, maker) = (Plugged::start(), users(count), Maker::new(0));
        for (user, number) in users.iter().zip(0..) {
            plugged.let_in(user, Behind::Fresh(Arc::new(maker.make(number))));
        }
        Self { plugged, users }
    }
}

impl Users for EngineUsers {
    fn lease_and_release(&self, thread: usize, user: usize) {
        let handle = self.plugged.begin(thread, &self.users[user], || Behind::Shared);
        assert!(self.plugged.release(handle).is_none(), "the user's own lease keeps it");
    }
}
