//! The ghost ledger: who holds what, kept from the calls alone and without the engine's tables.
//!
//! Predicates shared by code and check fail together. The ledger is the second opinion: it knows maps and sets, no
//! slots, no counts, no generations, and judges the lifetime rules that `Contract` cannot see from outside.

mod agreement;

use std::collections::{BTreeMap, BTreeSet};

use wsman_authz_core::call::{Completion, Identity, RequestKind};
use wsman_authz_core::code;
use wsman_authz_core::engine::{Effect, Effects, RequestId};
use wsman_authz_core::{ApplicationId, Context, PayloadId, Rule, RuleSet, Token};

use super::User;
pub(super) use agreement::Blame;

/// The one redirect that the model's policy sends and that is a URL.
pub(super) const GOOD_URL: &str = "https://b.example/wsman";

/// What the policy said to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Said {
    /// Nothing yet.
    Nothing,
    /// Yes: with this payload (the user's own once more?), and for a user under this identity.
    Yes { payload: Option<PayloadId>, again: bool, identity: Option<Identity> },
    /// No, or nothing that could be a yes.
    No,
}

/// A question that the engine put to the policy, or answered itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub(super) application: ApplicationId,
    pub(super) kind: RequestKind,
    pub(super) user: User,
    pub(super) sender: wsman_authz_core::Sender,
    /// The host said that a live record is renewed.
    pub(super) reauthorization: bool,
    /// The payload that the policy may look at while it holds the reply.
    pub(super) shown: Option<PayloadId>,
    /// Leases of the user when the question came in.
    pub(super) renews: Vec<Context>,
    pub(super) said: Said,
    /// A completion was made.
    pub(super) completed: bool,
    /// The host answered it.
    pub(super) closed: bool,
    /// The policy gave its reply back.
    pub(super) reply_back: bool,
    /// The lease of the completion on its way.
    pub(super) offered: Option<Context>,
    /// When a yes no longer counts.
    pub(super) deadline: Option<u64>,
}

/// A lease as the ledger knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lease {
    pub(super) application: ApplicationId,
    pub(super) user: User,
    pub(super) is_user: bool,
    pub(super) payload: Option<PayloadId>,
    /// The payload was reported again, by a user's answer.
    pub(super) again: bool,
    pub(super) revoked: bool,
}

/// The ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Ghost {
    pub(super) leases: BTreeMap<Context, Lease>,
    pub(super) asked: BTreeMap<RequestId, Box<Asked>>,
    named: BTreeSet<Context>,
    payloads: BTreeSet<PayloadId>,
    /// Tokens that the plug-in owns.
    tokens: BTreeSet<Token>,
}

impl Ghost {
    /// A payload with the lowest name that no living one has.
    pub(super) fn create_payload(&mut self) -> PayloadId {
        let fresh = (1..).map(PayloadId).find(|payload| !self.payloads.contains(payload));
        let fresh = fresh.unwrap_or(PayloadId(0));
        self.payloads.insert(fresh);
        fresh
    }

    /// A token with the lowest number that the plug-in does not own.
    pub(super) fn create_token(&mut self) -> Token {
        let fresh = (1..).map(Token).find(|token| !self.tokens.contains(token)).unwrap_or(Token(0));
        self.tokens.insert(fresh);
        fresh
    }

    /// The live leases of a user that were reported for the user.
    pub(super) fn leases_of(&self, application: ApplicationId, user: User) -> Vec<Context> {
        let of_user = |lease: &Lease| lease.is_user && lease.application == application && lease.user == user;
        self.leases.iter().filter(|(_, lease)| of_user(lease)).map(|(context, _)| *context).collect()
    }

    /// Whether an operation of the user may be asked about: somebody said yes and nobody took it back.
    pub(super) fn has_grant(&self, application: ApplicationId, user: User) -> bool {
        self.leases_of(application, user).iter().any(|context| !self.leases[context].revoked)
    }

    /// The engine shows `payload` to the policy: it must be the user's own, under a grant that stands.
    pub(super) fn shown(&self, asked: &Asked, broken: &mut RuleSet) {
        let own: Vec<&Lease> = self.leases_of(asked.application, asked.user).iter().map(|c| &self.leases[c]).collect();
        let stands = own.iter().any(|lease| !lease.revoked && lease.payload == asked.shown);
        if asked.kind == RequestKind::User && asked.shown.is_none() || stands {
            return;
        }
        broken.insert(match asked.shown {
            Some(_) if own.iter().any(|lease| lease.payload == asked.shown) => Rule::CL23,
            Some(_) => Rule::CL71,
            None if own.is_empty() => Rule::CL70,
            None => Rule::CL71,
        });
    }

    /// The engine is about to tell the host something.
    pub(super) fn completes(&mut self, id: RequestId, completion: &Completion, broken: &mut RuleSet) {
        let Some(asked) = self.asked.get_mut(&id).filter(|asked| !asked.completed) else {
            broken.insert(Rule::CL50);
            return;
        };
        asked.completed = true;
        asked.deadline = None;
        asked.offered = completion.context;
        let asked = asked.clone();
        if completion.sender != Some(asked.sender) || completion.kind != asked.kind {
            broken.insert(Rule::CL51);
        }
        if completion.is_success() {
            self.succeeds(&asked, completion, broken);
            return;
        }
        if completion.context.is_some() || completion.identity.is_some() {
            broken.insert(Rule::CL53);
        }
        let redirect = completion.error == code::ERROR_WSMAN_REDIRECT_REQUESTED;
        if redirect && completion.extended.as_deref() != Some(GOOD_URL) {
            broken.insert(Rule::CL73);
        }
        if asked.kind == RequestKind::User {
            self.revoke(&asked.renews);
        }
    }

    fn succeeds(&mut self, asked: &Asked, completion: &Completion, broken: &mut RuleSet) {
        let Said::Yes { payload, again, identity } = asked.said else {
            broken.insert(Rule::CL70);
            return;
        };
        match asked.kind {
            RequestKind::User => {
                if completion.identity.is_none() || completion.identity != identity {
                    broken.insert(Rule::CL72);
                }
                if completion.context.is_none() {
                    broken.insert(Rule::CL10);
                }
            }
            RequestKind::Operation => {
                if completion.context.is_some() != payload.is_some() {
                    broken.insert(Rule::CL10);
                }
            }
            RequestKind::Quota => {
                if completion.quota.is_none_or(|quota| quota.timeslot_s == 0) {
                    broken.insert(Rule::CL80);
                }
            }
        }
        let Some(context) = completion.context else { return };
        if !self.named.insert(context) {
            broken.insert(Rule::CL14);
        }
        let is_user = asked.kind == RequestKind::User;
        let again = is_user && again;
        let lease = Lease { application: asked.application, user: asked.user, is_user, payload, again, revoked: false };
        self.leases.insert(context, lease);
    }

    fn revoke(&mut self, leases: &[Context]) {
        for context in leases {
            if let Some(lease) = self.leases.get_mut(context) {
                lease.revoked = true;
            }
        }
    }

    /// The host answered a completion.
    pub(super) fn closed(&mut self, id: RequestId, error: u32) {
        let Some(asked) = self.asked.get_mut(&id) else { return };
        asked.closed = true;
        let asked = asked.clone();
        let token = match asked.said {
            Said::Yes { identity: Some(Identity::Token(token)), .. } => Some(token),
            _ => None,
        };
        if error == code::ERROR_SUCCESS {
            // The token is the host's now, if the plug-in handed it over.
            if let Some(token) = token.filter(|_| asked.offered.is_some()) {
                self.tokens.remove(&token);
            }
        } else {
            if let Some(context) = asked.offered {
                self.leases.remove(&context);
            }
            if asked.kind == RequestKind::User {
                self.revoke(&asked.renews);
            }
        }
        self.forget(id);
    }

    /// The policy gave its reply back.
    pub(super) fn reply_back(&mut self, id: RequestId) {
        if let Some(asked) = self.asked.get_mut(&id) {
            asked.reply_back = true;
            asked.shown = None;
        }
        self.forget(id);
    }

    fn forget(&mut self, id: RequestId) {
        if self.asked.get(&id).is_some_and(|asked| asked.closed && asked.reply_back) {
            self.asked.remove(&id);
        }
    }

    /// An application is drained: what it had goes with it, and nothing else.
    pub(super) fn before(&mut self, effects: &Effects<PayloadId>) {
        for effect in effects.as_slice() {
            let Effect::Drained { application, .. } = effect else { continue };
            self.leases.retain(|_, lease| lease.application != *application);
            for asked in self.asked.values_mut().filter(|asked| asked.application == *application) {
                asked.shown = None;
            }
        }
    }

    /// The engine lets go of a payload.
    pub(super) fn dropped(&mut self, payload: PayloadId, broken: &mut RuleSet) {
        if !self.payloads.remove(&payload) {
            broken.insert(Rule::CL13);
        }
        for lease in self.leases.values().filter(|lease| lease.payload == Some(payload)) {
            broken.insert(Rule::CL12);
            if lease.again {
                broken.insert(Rule::CL22);
            }
        }
        if self.asked.values().any(|asked| asked.shown == Some(payload)) {
            broken.insert(Rule::CL12);
        }
    }

    /// The engine closes a token.
    pub(super) fn token_closed(&mut self, token: Token, broken: &mut RuleSet) {
        if !self.tokens.remove(&token) {
            broken.insert(Rule::CL74);
        }
    }

    /// A completion of the application is on its way.
    pub(super) fn is_completing(&self, application: ApplicationId) -> bool {
        self.asked.values().any(|asked| asked.application == application && asked.completed && !asked.closed)
    }

    /// A value that named a lease which is over, if there is one: the newest of them.
    pub(super) fn stale(&self) -> Option<Context> {
        self.named.iter().rev().find(|context| !self.leases.contains_key(context)).copied()
    }

    /// Nothing is held, asked or owned.
    pub(super) fn is_empty(&self) -> bool {
        self.leases.is_empty() && self.asked.is_empty() && self.payloads.is_empty() && self.tokens.is_empty()
    }
}
