//! What stands behind a context in every workload: 64 bytes with a shared text in them; and users to hang it on.

use std::sync::Arc;

use wsman_authz_core::UserName;

/// A policy's value: its drop gives back a text, as that of a real one would.
#[derive(Clone, Debug)]
pub struct Payload {
    /// Whose it is.
    pub name: Arc<str>,
    /// What else the policy remembers.
    pub rest: [u64; 6],
}

const _: () = assert!(size_of::<Payload>() == 64);

/// Makes the payloads of one thread: threads that shared a text would measure its count.
#[derive(Clone, Debug)]
pub struct Maker(Arc<str>);

impl Maker {
    /// With a text of its own.
    #[must_use]
    pub fn new(thread: usize) -> Self {
        Self(name(thread).into())
    }

    /// A fresh payload.
    #[must_use]
    pub fn make(&self, number: u64) -> Payload {
        Payload { name: Arc::clone(&self.0), rest: [number; 6] }
    }
}

/// The name of a user, 30 characters long.
#[must_use]
pub fn name(number: usize) -> String {
    format!("CORP\\user-{number:08}@example.org")
}

/// A user.
#[must_use]
pub fn user(number: usize) -> UserName {
    UserName::new("Negotiate", &name(number))
}

/// So many users.
#[must_use]
pub fn users(count: usize) -> Vec<UserName> {
    (0..count).map(user).collect()
}
