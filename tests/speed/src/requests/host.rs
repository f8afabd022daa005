//! The shipped host, which also keeps the operation and the request to the plug-in while they last.

use wsman_authz_core::UserName;

use super::{IDLE_MS, Records};
use crate::visits::Visits;

/// The host machine with a record for each user.
#[derive(Debug)]
pub struct HostRecords(Visits<UserName>);

impl HostRecords {
    /// A record for each user.
    #[must_use]
    pub fn new(users: Vec<UserName>) -> Self {
        let mut visits = Visits::new(IDLE_MS);
        users.into_iter().for_each(|user| visits.first(user, 0));
        Self(visits)
    }
}

impl Records for HostRecords {
    fn request(&mut self, user: &UserName, now: u64) {
        self.0.again(user.clone(), now);
    }
}
