//! The duty to answer: a value that is used up by answering, and answers no when it is dropped (CL-50, CL-70).

use std::num::NonZeroU64;
use std::sync::Arc;
use std::thread;

use wsman_authz_core::engine::{Abandoned, Answer, Input, RequestId};

use crate::log;
use crate::performer::{Asked, Performer, drop_payload};

/// The one reply to one request.
pub(crate) struct Reply<C> {
    performer: Arc<Performer<C>>,
    request: RequestId,
    /// The payload of the user's grant; the engine pins it until the reply is back (CL-12).
    payload: Option<Arc<C>>,
    client_token: Option<NonZeroU64>,
    due: bool,
}

impl<C> Reply<C> {
    pub(crate) fn new(performer: Arc<Performer<C>>, asked: Asked<C>, client_token: Option<NonZeroU64>) -> Self {
        let Asked { request, payload } = asked;
        Self { performer, request, payload, client_token, due: true }
    }

    pub(crate) fn user_context(&self) -> Option<&C> {
        self.payload.as_deref()
    }

    pub(crate) fn answer(mut self, answer: Answer<Arc<C>>) {
        self.due = false;
        drop_payload(self.payload.take());
        self.performer.answer(self.request, answer, self.client_token);
    }

    pub(crate) fn deny(self, error: u32, text: Option<String>) {
        self.answer(Answer::Deny { error, text: text.map(Into::into) });
    }
}

impl<C> Drop for Reply<C> {
    fn drop(&mut self) {
        if !self.due {
            return;
        }
        drop_payload(self.payload.take());
        let panicked = thread::panicking();
        log::abandoned(panicked);
        let why = if panicked { Abandoned::Panicked } else { Abandoned::Dropped };
        let _ = self.performer.take(Input::Abandon { request: self.request, why }); // CL-70
    }
}
