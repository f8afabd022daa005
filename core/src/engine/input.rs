//! What can happen to the engine: every call of the host, every answer of the policy, every outcome of an effect.

use alloc::borrow::Cow;

use crate::call::{Identity, Quota};
use crate::id::{ApplicationId, Context, Sender};

/// The engine's number for one request. It stays taken until the policy gave its reply back, so it never names two
/// requests at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u32);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Input<K, P> {
    /// The policy of an application has started; requests may come.
    Startup {
        /// The application.
        application: ApplicationId,
    },
    /// The host called Shutdown. Ends with [`crate::engine::Effect::Drained`], in this step or a later one.
    Shutdown {
        /// The application.
        application: ApplicationId,
    },
    /// The host called AuthorizeUser.
    AuthorizeUser {
        /// The application.
        application: ApplicationId,
        /// The request.
        sender: Sender,
        /// Who asks.
        user: K,
    },
    /// The host called AuthorizeOperation.
    AuthorizeOperation {
        /// The application.
        application: ApplicationId,
        /// The request.
        sender: Sender,
        /// Who asks.
        user: K,
    },
    /// The host called QueryQuota.
    QueryQuota {
        /// The application.
        application: ApplicationId,
        /// The request.
        sender: Sender,
        /// Whose quota.
        user: K,
    },
    /// The policy answered; its reply is used up.
    Answer {
        /// Which request.
        request: RequestId,
        /// What it said.
        answer: Answer<P>,
    },
    /// The policy will not answer: its reply is used up without a verdict. A denial (CL-70).
    Abandon {
        /// Which request.
        request: RequestId,
        /// Why.
        why: Abandoned,
    },
    /// The completion function returned.
    Completed {
        /// Which request.
        request: RequestId,
        /// 0: accepted; anything else: refused, nothing was taken (CL-17).
        error: u32,
    },
    /// The host called ReleaseContext.
    Release {
        /// The value; `None` is NULL.
        context: Option<Context>,
    },
    /// Time passed: requests beyond their deadline are denied (CL-70).
    Tick,
}

/// Why a reply came back without a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Abandoned {
    /// The policy dropped it.
    Dropped,
    /// The policy panicked.
    Panicked,
}

/// What the policy says. The kind must be that of the question.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer<P> {
    /// The user may come in.
    AllowUser {
        /// What stands behind the user's context.
        payload: Payload<P>,
        /// Under which identity the operations run (CL-72).
        identity: Identity,
        /// May see and delete the shells of others.
        administrator: bool,
    },
    /// The operation may be carried out.
    AllowOperation {
        /// What stands behind the operation's context.
        payload: Payload<P>,
    },
    /// The user's quota. A zero time slot becomes a failure (CL-80).
    Quota(Quota),
    /// No, for any kind of question. An error of 0 becomes `ERROR_ACCESS_DENIED` (CL-70).
    /// With the code of a redirect it is one, to `text` (CL-73).
    Deny {
        /// The code for the host.
        error: u32,
        /// Text for the client, if any.
        text: Option<Cow<'static, str>>,
    },
    /// The user is to go elsewhere. Anything but an absolute http(s) URL becomes a failure (CL-73).
    Redirect {
        /// Where to.
        url: Cow<'static, str>,
    },
}

/// What stands behind a context.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Payload<P> {
    /// Nothing. An operation is then reported with a NULL context; a user still gets a lease, because its release
    /// is the only sign that the record ended.
    None,
    /// A value of its own.
    Fresh(P),
    /// The user's payload, counted once more: the one the question showed. Nothing if it showed none.
    Shared,
}
