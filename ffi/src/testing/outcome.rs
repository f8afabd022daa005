//! What became of a request, as its client sees it.

use wsman_authz_core::call::{Identity, Quota};
use wsman_authz_core::host;
pub use wsman_authz_core::host::Refused;

/// What the policy said to one question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer<T> {
    /// Yes, and what goes with it.
    Allowed(T),
    /// No.
    Denied {
        /// The code for the host, never 0.
        code: u32,
        /// The text for the client.
        text: Option<String>,
    },
    /// Not here.
    Redirected {
        /// Where to.
        url: String,
    },
    /// Nothing yet.
    Unanswered,
}

impl<T> Answer<T> {
    /// Whether it is a yes.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    /// The code of a denial.
    #[must_use]
    pub const fn code(&self) -> Option<u32> {
        match self {
            Self::Denied { code, .. } => Some(*code),
            _ => None,
        }
    }
}

/// Under which identity the host carries out the operations of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunsAs {
    /// The client's own.
    Client,
    /// That of a token of the policy's, by its handle.
    Token(usize),
    /// That of the host process.
    HostProcess,
}

/// How a user was let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Under which identity.
    pub identity: RunsAs,
    /// Whether the user may see and delete the shells of others.
    pub administrator: bool,
}

/// What became of one request: the questions that the host asked on its way, and what was said to them.
///
/// A question that was not asked is `None`: not about the user, if a user record lives; not about the quota, if it is
/// known or the host does not ask; not about the operation, if one of the others was answered with no.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Outcome {
    /// May this user do anything at all?
    pub user: Option<Answer<Entry>>,
    /// How much may this user do?
    pub quota: Option<Answer<Quota>>,
    /// May this user do this?
    pub operation: Option<Answer<()>>,
    /// Why the host did not let the operation begin; `None` if it began, or if an answer is missing.
    pub refused: Option<Refused>,
}

impl Outcome {
    /// Whether the operation was allowed.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.operation.as_ref().is_some_and(Answer::is_allowed)
    }

    /// The code with which the policy denied the user, the quota or the operation; `None` if it denied nothing.
    #[must_use]
    pub fn denied(&self) -> Option<u32> {
        let user = self.user.as_ref().and_then(Answer::code);
        let quota = || self.quota.as_ref().and_then(Answer::code);
        let operation = || self.operation.as_ref().and_then(Answer::code);
        user.or_else(quota).or_else(operation)
    }

    /// Whether an answer is missing.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        matches!(self.user, Some(Answer::Unanswered))
            || matches!(self.quota, Some(Answer::Unanswered))
            || matches!(self.operation, Some(Answer::Unanswered))
    }

    /// Where the user was sent.
    #[must_use]
    pub fn redirected(&self) -> Option<&str> {
        match &self.user {
            Some(Answer::Redirected { url }) => Some(url),
            _ => None,
        }
    }
}

/// What the host knows of a user whom the policy let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Record {
    /// How the user was let in last.
    pub entry: Entry,
    /// The quota, if the host knows it.
    pub quota: Option<Quota>,
}

impl Record {
    pub(super) fn of(record: &host::Record) -> Self {
        let entry = Entry { identity: record.identity.into(), administrator: record.administrator };
        Self { entry, quota: record.quota }
    }
}

impl From<Identity> for RunsAs {
    fn from(identity: Identity) -> Self {
        match identity {
            Identity::Client => Self::Client,
            Identity::Token(token) => Self::Token(token.0 as usize),
            Identity::Host => Self::HostProcess,
        }
    }
}
