//! Counted apart from the engine: what the policy brought in, and where it went.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::{Does, Happens, Value};
use crate::call::Identity;
use crate::code::ERROR_SUCCESS;
use crate::engine::{Answer, Effect, Input, Payload, RequestId};
use crate::id::Token;

#[derive(Default)]
pub(super) struct Ledger {
    payloads_in: Vec<Value>,
    payloads_out: Vec<Value>,
    tokens_in: Vec<Token>,
    /// Closed by the plug-in, or taken by the host.
    tokens_out: Vec<Token>,
    on_the_way: BTreeMap<RequestId, Token>,
}

impl Ledger {
    pub(super) fn hears(&mut self, input: &Happens) {
        match input {
            Input::Answer { answer: Answer::AllowUser { payload, identity, .. }, .. } => {
                self.takes(payload);
                self.tokens_in.extend(token(*identity));
            }
            Input::Answer { answer: Answer::AllowOperation { payload }, .. } => self.takes(payload),
            Input::Completed { request, error } => {
                let token = self.on_the_way.remove(request);
                self.tokens_out.extend(token.filter(|_| *error == ERROR_SUCCESS));
            }
            _ => {}
        }
    }

    pub(super) fn sees(&mut self, effects: &[Does]) {
        for effect in effects {
            match effect {
                Effect::Drop(payload) => self.payloads_out.push(payload),
                Effect::CloseToken(token) => self.tokens_out.push(*token),
                Effect::Complete { request, completion } => {
                    let token = completion.identity.and_then(token);
                    self.on_the_way.extend(token.map(|token| (*request, token)));
                }
                Effect::Ask { .. } | Effect::Drained { .. } | Effect::Report(_) => {}
            }
        }
    }

    /// Whether the payload was brought in and not yet dropped.
    pub(super) fn keeps(&self, payload: &Value) -> bool {
        self.payloads_in.contains(payload) && !self.payloads_out.contains(payload)
    }

    /// CL-13, CL-74: what came in went out, once.
    #[track_caller]
    pub(super) fn balances(mut self) {
        self.payloads_in.sort_unstable();
        self.payloads_out.sort_unstable();
        assert_eq!(self.payloads_in, self.payloads_out, "CL-13: payloads brought in, payloads dropped");
        self.tokens_in.sort_unstable();
        self.tokens_out.sort_unstable();
        assert_eq!(self.tokens_in, self.tokens_out, "CL-74: tokens brought in, tokens closed or handed over");
        assert!(self.on_the_way.is_empty(), "every completion returned");
    }

    fn takes(&mut self, payload: &Payload<Value>) {
        if let Payload::Fresh(value) = payload {
            assert!(!self.payloads_in.contains(value), "a story names each payload once");
            self.payloads_in.push(value);
        }
    }
}

const fn token(identity: Identity) -> Option<Token> {
    match identity {
        Identity::Token(token) => Some(token),
        Identity::Client | Identity::Host => None,
    }
}
