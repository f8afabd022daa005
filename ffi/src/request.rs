//! The three questions, as values that can be answered once: now, later, from any thread.

use std::fmt;
use std::sync::Arc;

use wsman_authz_core::call::{self, Quota};
use wsman_authz_core::code;
use wsman_authz_core::engine::{Answer, Payload};

use crate::action::{Action, Operation, OperationNumber};
use crate::grant::{Identity, UserContext, UserGrant};
use crate::log;
use crate::performer::drop_payload;
use crate::reply::Reply;
use crate::sender::Sender;

macro_rules! request {
    ($(#[$doc:meta])+ $Request:ident { $($field:ident: $Type:ty),* }) => {
        $(#[$doc])+
        #[must_use = "a request that is dropped unanswered is denied"]
        pub struct $Request<C> {
            reply: Reply<C>,
            sender: Sender,
            $($field: $Type,)*
        }

        impl<C> $Request<C> {
            pub(crate) const fn new(reply: Reply<C>, sender: Sender $(, $field: $Type)*) -> Self {
                Self { reply, sender, $($field,)* }
            }

            /// Who asks.
            #[must_use]
            pub const fn sender(&self) -> &Sender {
                &self.sender
            }

            /// What the policy remembers for this user: the context that the user was let in with last, if any.
            #[must_use]
            pub fn user_context(&self) -> Option<&C> {
                self.reply.user_context()
            }

            /// No: `ERROR_ACCESS_DENIED`.
            pub fn deny(self) {
                self.reply.deny(code::ERROR_ACCESS_DENIED, None);
            }

            /// No, with another code and a text for the client. A code of 0 becomes `ERROR_ACCESS_DENIED` (CL-70).
            pub fn deny_with(self, code: u32, text: impl Into<String>) {
                self.reply.deny(code, Some(text.into()));
            }
        }

        impl<C> fmt::Debug for $Request<C> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($Request)).field("sender", &self.sender).finish_non_exhaustive()
            }
        }
    };
}

request! {
    /// May this user do anything at all?
    UserRequest {}
}

request! {
    /// May this user do this?
    OperationRequest { operation: Operation }
}

request! {
    /// How much may this user do?
    QuotaRequest {}
}

impl<C> UserRequest<C> {
    /// Yes.
    ///
    /// With [`Identity::Client`] for a client of whom the host has no token, this is a denial: what would go out
    /// instead is the identity of the host process (CL-72).
    pub fn allow(self, grant: UserGrant<C>) {
        let payload = match grant.context {
            UserContext::None => Payload::None,
            UserContext::Kept => Payload::Shared,
            UserContext::Fresh(context) => Payload::Fresh(Arc::new(context)),
        };
        let identity = match grant.identity {
            Identity::Client if self.sender.client_token().is_none() => {
                log::no_client_token(self.sender.name());
                if let Payload::Fresh(context) = payload {
                    drop_payload(Some(context));
                }
                return self.deny();
            }
            Identity::Client => call::Identity::Client,
            Identity::Token(token) => call::Identity::Token(token.into_core()),
            Identity::HostProcess => call::Identity::Host,
        };
        self.reply.answer(Answer::AllowUser { payload, identity, administrator: grant.administrator });
    }

    /// Not here: the client is sent to another absolute `http` or `https` URL. Anything else becomes a failure
    /// (CL-73).
    pub fn redirect(self, url: impl Into<String>) {
        self.reply.answer(Answer::Redirect { url: url.into().into() });
    }
}

impl<C> OperationRequest<C> {
    /// What is to be done.
    #[must_use]
    pub fn action(&self) -> Action<'_> {
        Action::of(&self.operation.action)
    }

    /// The action as the host gave it. Empty if it gave none.
    #[must_use]
    pub fn action_uri(&self) -> &str {
        &self.operation.action
    }

    /// What it is to be done to: the resource URI of the request. Empty if the host gave none.
    #[must_use]
    pub fn resource_uri(&self) -> &str {
        &self.operation.resource
    }

    /// The host's number for this kind of operation, without a published meaning.
    #[must_use]
    pub const fn number(&self) -> OperationNumber {
        self.operation.number
    }

    /// Yes. Nothing is remembered for the operation.
    pub fn allow(self) {
        self.reply.answer(Answer::AllowOperation { payload: Payload::None });
    }

    /// Yes, and the user's context stays alive until the operation ends, also if the user's own is released before.
    pub fn allow_sharing_context(self) {
        self.reply.answer(Answer::AllowOperation { payload: Payload::Shared });
    }

    /// Yes, with a value of its own that is dropped when the operation has ended.
    pub fn allow_with_context(self, context: C) {
        self.reply.answer(Answer::AllowOperation { payload: Payload::Fresh(Arc::new(context)) });
    }
}

impl<C> QuotaRequest<C> {
    /// This much. A time slot of 0 seconds becomes a failure (CL-80).
    pub fn answer(self, quota: Quota) {
        self.reply.answer(Answer::Quota(quota));
    }
}
