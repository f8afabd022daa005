//! How the other side broke the contract. Misuse changes nothing; a denial is a verdict, not a misuse.

use core::fmt;

use super::input::RequestId;
use crate::call::RequestKind;
use crate::id::{ApplicationId, Context};

/// What was violated, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Misuse {
    /// The host started an application that runs already (CL-55).
    StartedTwice(ApplicationId),
    /// The host called an entry point of an application that does not run (CL-54).
    NotRunning(ApplicationId),
    /// The host called an entry point of an application that shuts down (CL-54); the request was denied.
    ShuttingDown(ApplicationId),
    /// The host asked about a user without a live grant (CL-31); the request was denied.
    NoGrant(RequestKind),
    /// The host released NULL (CL-15).
    ReleasedNull,
    /// The host released a value that is no live lease: foreign, forged, stale or released before (CL-16).
    ReleasedUnknown(Context),
    /// The policy answered a request that is not waiting for its reply (CL-50). What it gave was dropped.
    NoReplyDue(RequestId),
    /// The policy answered too late: the request was denied before (CL-70). What it gave was dropped.
    TooLate(RequestId),
    /// The policy answered with a verdict of another kind than the question (CL-51); the request was denied.
    WrongKind(RequestId),
    /// The host's answer to a completion came for a request that made none.
    NotCompleting(RequestId),
    /// There is no room for another request; it cannot be answered.
    Full,
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartedTwice(a) => write!(f, "CL-55: the host started application {a} twice"),
            Self::NotRunning(a) => write!(f, "CL-54: the host called application {a}, which does not run"),
            Self::ShuttingDown(a) => write!(f, "CL-54: the host called application {a} during its shutdown; denied"),
            Self::NoGrant(RequestKind::Quota) => {
                f.write_str("CL-31: the host asked for the quota of a user without a live grant; denied")
            }
            Self::NoGrant(_) => f.write_str("CL-31: the host asked for an operation without a live grant; denied"),
            Self::ReleasedNull => f.write_str("CL-15: the host released a NULL context; ignored"),
            Self::ReleasedUnknown(c) => write!(f, "CL-16: the host released {c}, which is no live lease; ignored"),
            Self::NoReplyDue(r) => write!(f, "CL-50: an answer to request {} that waits for none; dropped", r.0),
            Self::TooLate(r) => write!(f, "CL-70: the answer to request {} came after it was denied; dropped", r.0),
            Self::WrongKind(r) => {
                write!(f, "CL-51: the answer to request {} is of another kind than the question; denied", r.0)
            }
            Self::NotCompleting(r) => write!(f, "CL-50: a completion of request {} returned that was not made", r.0),
            Self::Full => f.write_str("out of request numbers; the request cannot be answered"),
        }
    }
}

impl core::error::Error for Misuse {}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn each_misuse_names_its_rule_and_what_it_is_about() {
        let (application, request, context) = (ApplicationId(7), RequestId(8), Context::new(9).expect("not NULL"));
        for (misuse, rule, what) in [
            (Misuse::StartedTwice(application), "CL-55", "a7 twice"),
            (Misuse::NotRunning(application), "CL-54", "a7, which does not run"),
            (Misuse::ShuttingDown(application), "CL-54", "a7 during its shutdown"),
            (Misuse::NoGrant(RequestKind::Quota), "CL-31", "the quota of a user"),
            (Misuse::NoGrant(RequestKind::Operation), "CL-31", "an operation"),
            (Misuse::ReleasedNull, "CL-15", "NULL"),
            (Misuse::ReleasedUnknown(context), "CL-16", "0x9, which is no live lease"),
            (Misuse::NoReplyDue(request), "CL-50", "request 8 that waits for none"),
            (Misuse::TooLate(request), "CL-70", "request 8 came after"),
            (Misuse::WrongKind(request), "CL-51", "request 8 is of another kind"),
            (Misuse::NotCompleting(request), "CL-50", "request 8 returned that was not made"),
            (Misuse::Full, "", "request numbers"),
        ] {
            let text = format!("{misuse}");
            assert!(text.starts_with(rule) && text.contains(what), "{text}");
        }
    }
}
