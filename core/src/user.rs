//! Who a user is: the key of user records and grants.

use alloc::sync::Arc;
use core::fmt;

/// A user as the host names one: the authentication mechanism and the account name.
///
/// The name alone is not a key: `bob` by Basic and a certificate subject `bob` are different people (D2). Compared
/// exactly, never dereferenced, cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserName {
    // The name first: it tells two users apart sooner, wherever they are compared.
    /// `senderName`; empty if the host passed NULL.
    pub name: Arc<str>,
    /// `authenticationMechanism`.
    pub mechanism: Arc<str>,
}

impl UserName {
    /// A user of these two names.
    #[must_use]
    pub fn new(mechanism: &str, name: &str) -> Self {
        Self { mechanism: mechanism.into(), name: name.into() }
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.mechanism)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::UserName;

    #[test]
    fn a_name_is_shown_with_its_mechanism() {
        assert_eq!(UserName::new("Basic", "bob").to_string(), "bob (Basic)");
    }
}
