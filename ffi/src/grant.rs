//! What a policy gives to a user whom it lets in.

use std::fmt;

use crate::token::OwnedToken;

/// Under which identity the host carries out the operations of a user. There is no default (CL-72): the C
/// interface's default, a NULL token, is the identity of the host process.
#[derive(Debug)]
pub enum Identity {
    /// The client's own. If the host has no token of the client, the user is denied.
    Client,
    /// Another one, by its token.
    Token(OwnedToken),
    /// That of the host process. Every user who gets it can do what the process can do.
    HostProcess,
}

/// Yes, with everything that goes with it: the answer to [`crate::UserRequest::allow`].
///
/// ```
/// use wsman_authz::{Identity, UserGrant};
/// let grant = UserGrant::new(Identity::Client).context("a value of my own").administrator(true);
/// # drop(grant)
/// ```
#[must_use = "a grant takes effect when a request is allowed with it"]
pub struct UserGrant<C> {
    pub(crate) identity: Identity,
    pub(crate) context: UserContext<C>,
    pub(crate) administrator: bool,
}

/// What stands behind the user's context.
pub(crate) enum UserContext<C> {
    None,
    Kept,
    Fresh(C),
}

impl<C> UserGrant<C> {
    /// A grant without a context and without special rights.
    pub const fn new(identity: Identity) -> Self {
        Self { identity, context: UserContext::None, administrator: false }
    }

    /// Remembers a value for the user: requests of the user show it as their `user_context`.
    pub fn context(self, context: C) -> Self {
        Self { context: UserContext::Fresh(context), ..self }
    }

    /// Goes on with the value that the user has (CL-22). Nothing, if the user has none.
    pub fn keep_context(self) -> Self {
        Self { context: UserContext::Kept, ..self }
    }

    /// Whether the user may see and delete the shells of others.
    pub fn administrator(self, administrator: bool) -> Self {
        Self { administrator, ..self }
    }
}

impl<C> fmt::Debug for UserGrant<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { identity, administrator, .. } = self;
        f.debug_struct("UserGrant")
            .field("identity", identity)
            .field("administrator", administrator)
            .finish_non_exhaustive()
    }
}
