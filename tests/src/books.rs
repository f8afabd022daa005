//! The books of a history: every payload, token, lease and request, from inputs and effects alone.
//!
//! They know maps and sets and no tables of the engine, and name the rule where the two part.

use std::collections::{BTreeMap, BTreeSet};

use wsman_authz_core::call::{Completion, Identity, RequestKind};
use wsman_authz_core::engine::{Answer, Effect, Engine, Input, Payload, RequestId};
use wsman_authz_core::{ApplicationId, Context, Sender, code};

use crate::history::{GOOD_URL, Happens, User, Value};

/// A request that waits for the host's answer to its completion, or whose reply the policy holds.
#[derive(Clone, Debug)]
struct Request {
    application: ApplicationId,
    user: User,
    kind: RequestKind,
    sender: Sender,
    asked_at: u64,
    /// The completion is on its way.
    completed: bool,
    /// The host answered it.
    closed: bool,
    /// The policy holds the reply.
    held: bool,
    shown: Option<Value>,
    /// What the answer stands on, until the completion says so.
    offered: Option<Value>,
    lease: Option<Context>,
    token: Option<u64>,
    /// The user's leases when a question about the user came in: revoked if the answer is no.
    renews: Vec<Context>,
}

#[derive(Clone, Copy, Debug)]
struct Lease {
    application: ApplicationId,
    user: User,
    payload: Option<Value>,
    /// Reported for the user, and no answer took it back since: operations may be asked for.
    grants: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Open,
    Gone,
}

/// The books.
#[derive(Debug, Default)]
pub(crate) struct Books {
    /// The time, and how long the policy may take.
    pub(crate) clock: (u64, Option<u64>),
    requests: BTreeMap<RequestId, Request>,
    /// Payloads with their fate and their owner.
    payloads: Vec<(Fate, Option<(ApplicationId, User)>)>,
    tokens: Vec<Fate>,
    /// Every context that was ever reported.
    contexts: Vec<Context>,
    known: BTreeSet<Context>,
    live: BTreeMap<Context, Lease>,
}

impl Lease {
    fn is_of(&self, application: ApplicationId, user: User) -> bool {
        self.application == application && self.user == user
    }

    fn lets_in(&self, asked: &Request) -> bool {
        self.grants && self.is_of(asked.application, asked.user)
    }
}

type Verdict = Result<(), String>;

fn must(holds: bool, rule: &str, what: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(format!("{rule}: {}", what())) }
}

impl Books {
    /// A payload for the answer to a request.
    pub(crate) fn create(&mut self, request: RequestId) -> Value {
        let owner = self.requests.get(&request).map(|request| (request.application, request.user));
        self.payloads.push((Fate::Open, owner));
        self.payloads.len() as Value - 1
    }

    /// The policy did not give this payload away.
    pub(crate) fn keep(&mut self, payload: &Payload<Value>) {
        if let Payload::Fresh(value) = payload {
            self.payloads[*value as usize].0 = Fate::Gone;
        }
    }

    pub(crate) fn create_token(&mut self) -> u64 {
        self.tokens.push(Fate::Open);
        self.tokens.len() as u64 - 1
    }

    /// One of the contexts that were ever reported; half of the time one that is live.
    pub(crate) fn any_context(&self, which: usize) -> Option<Context> {
        if which.is_multiple_of(2) {
            return self.live.keys().nth(which / 2 % self.live.len().max(1)).copied();
        }
        self.contexts.get(which % (self.contexts.len() + 1)).copied()
    }

    pub(crate) const fn reported(&self) -> usize {
        self.contexts.len()
    }

    /// Writes down one step: its input, then its effects.
    pub(crate) fn take(&mut self, input: &Happens, effects: &[Effect<Value>]) -> Verdict {
        let new = self.enter(input);
        for effect in effects {
            match effect {
                Effect::Ask { request, kind, payload } => {
                    let asked = new.clone().filter(|new| new.kind == *kind);
                    let mut asked = asked.ok_or_else(|| format!("CL-51: {kind:?} was not asked"))?;
                    (asked.held, asked.shown) = (true, *payload);
                    let owner = Some((asked.application, asked.user));
                    let own = payload.is_none_or(|payload| self.payloads[payload as usize].1 == owner);
                    must(own, "CL-71", || format!("{payload:?} is shown to a question about another user"))?;
                    let granted = *kind == RequestKind::User || self.live.values().any(|lease| lease.lets_in(&asked));
                    must(granted, "CL-23", || format!("{asked:?} gets to the policy without a grant"))?;
                    self.requests.insert(*request, asked);
                }
                Effect::Complete { request, completion } => {
                    if let (Some(new), false) = (&new, self.requests.contains_key(request)) {
                        self.requests.insert(*request, new.clone());
                    }
                    self.complete(input, *request, completion)?;
                }
                Effect::Drop(value) => {
                    let fate = &mut self.payloads[*value as usize].0;
                    must(*fate == Fate::Open, "CL-13", || format!("payload {value} is dropped twice"))?;
                    *fate = Fate::Gone;
                }
                Effect::CloseToken(token) => self.end_token(token.0)?,
                Effect::Drained { application, .. } => self.drained(*application),
                Effect::Report(_) => {}
            }
        }
        self.requests.retain(|_, request| request.held || !request.closed);
        Ok(())
    }

    /// What an input says by itself. A question is returned: the effects tell its number.
    fn enter(&mut self, input: &Happens) -> Option<Request> {
        let asked = |application: &ApplicationId, kind, sender: &Sender, user: &User| Request {
            application: *application,
            user: *user,
            kind,
            sender: *sender,
            asked_at: self.clock.0,
            completed: false,
            closed: false,
            held: false,
            shown: None,
            offered: None,
            lease: None,
            token: None,
            renews: self.live.iter().filter(|(_, lease)| lease.is_of(*application, *user)).map(|(c, _)| *c).collect(),
        };
        match input {
            Input::AuthorizeUser { application, sender, user } => {
                return Some(asked(application, RequestKind::User, sender, user));
            }
            Input::AuthorizeOperation { application, sender, user } => {
                return Some(asked(application, RequestKind::Operation, sender, user));
            }
            Input::QueryQuota { application, sender, user } => {
                return Some(asked(application, RequestKind::Quota, sender, user));
            }
            Input::Answer { request, answer } => {
                if let Some(request) = self.requests.get_mut(request) {
                    request.held = false;
                    request.offered = match answer {
                        Answer::AllowUser { payload: Payload::Fresh(value), .. }
                        | Answer::AllowOperation { payload: Payload::Fresh(value) } => Some(*value),
                        Answer::AllowUser { payload: Payload::Shared, .. }
                        | Answer::AllowOperation { payload: Payload::Shared } => request.shown,
                        _ => None,
                    };
                    request.shown = None;
                }
            }
            Input::Abandon { request, .. } => {
                if let Some(request) = self.requests.get_mut(request) {
                    (request.held, request.shown) = (false, None);
                }
            }
            Input::Completed { request, error } => self.close(*request, *error),
            Input::Release { context: Some(context) } => {
                self.live.remove(context);
            }
            Input::Release { .. } | Input::Startup { .. } | Input::Shutdown { .. } | Input::Tick => {}
        }
        None
    }

    fn close(&mut self, id: RequestId, error: u32) {
        let Some(request) = self.requests.get_mut(&id) else { return };
        request.closed = true;
        let (lease, token, renews) = (request.lease, request.token, std::mem::take(&mut request.renews));
        let about_user = request.kind == RequestKind::User;
        if error != code::ERROR_SUCCESS {
            lease.map(|lease| self.live.remove(&lease)); // CL-17
            if about_user {
                self.revoke(&renews); // CL-23: refused is failed
            }
        } else if let Some(token) = token {
            self.tokens[token as usize] = Fate::Gone; // CL-74: handed over
        }
    }

    fn complete(&mut self, input: &Happens, id: RequestId, completion: &Completion) -> Verdict {
        must(!matches!(input, Input::Release { .. }), "CL-52", || format!("{completion:?} inside a release"))?;
        let request = self.requests.get_mut(&id).ok_or_else(|| format!("CL-50: nobody asked request {}", id.0))?;
        must(!request.completed, "CL-50", || format!("request {} is answered twice", id.0))?;
        request.completed = true;
        let fits = completion.kind == request.kind && completion.sender == Some(request.sender);
        must(fits, "CL-51", || format!("{completion:?} answers {request:?}"))?;
        if !completion.is_success() {
            let bare = completion.context.is_none() && completion.identity.is_none() && completion.quota.is_none();
            if request.kind == RequestKind::User {
                let renews = request.renews.clone();
                self.revoke(&renews); // CL-23
            }
            let elsewhere = completion.error == code::ERROR_WSMAN_REDIRECT_REQUESTED;
            let good = !elsewhere || completion.extended.as_deref() == Some(GOOD_URL);
            must(good, "CL-73", || format!("{completion:?} leads nowhere"))?;
            return must(bare, "CL-53", || format!("{completion:?} is a failure"));
        }
        let in_time = self.clock.1.is_none_or(|within| self.clock.0 < request.asked_at + within);
        let said_yes = in_time
            && matches!(input, Input::Answer { request: of, answer } if *of == id && !matches!(answer, Answer::Deny { .. }));
        must(said_yes, "CL-70", || format!("{completion:?}, and the policy did not say so"))?;
        let named = completion.identity.is_some() == (completion.kind == RequestKind::User);
        must(named, "CL-72", || format!("{completion:?} names no identity"))?;
        let lasts = completion.quota.is_some_and(|quota| quota.timeslot_s > 0);
        must(lasts == (completion.kind == RequestKind::Quota), "CL-80", || format!("{completion:?} is no quota"))?;
        if let Some(Identity::Token(token)) = completion.identity {
            request.token = Some(token.0);
        }
        if let Some(context) = completion.context {
            request.lease = Some(context);
            let Request { application, user, offered, kind, .. } = *request;
            let lease = Lease { application, user, payload: offered, grants: kind == RequestKind::User };
            must(self.known.insert(context), "CL-14", || format!("{context} names two leases"))?;
            self.contexts.push(context);
            self.live.insert(context, lease);
        }
        Ok(())
    }

    fn revoke(&mut self, leases: &[Context]) {
        for lease in leases {
            self.live.entry(*lease).and_modify(|lease| lease.grants = false);
        }
    }

    fn end_token(&mut self, token: u64) -> Verdict {
        let fate = &mut self.tokens[token as usize];
        must(*fate == Fate::Open, "CL-74", || format!("token {token} is closed twice, or after it was handed over"))?;
        *fate = Fate::Gone;
        Ok(())
    }

    fn drained(&mut self, application: ApplicationId) {
        self.live.retain(|_, lease| lease.application != application);
        for request in self.requests.values_mut().filter(|request| request.application == application) {
            request.shown = None;
        }
    }

    /// Whether the engine has the same leases, and exactly the payloads that something stands on.
    pub(crate) fn agree(&self, engine: &Engine<User, Value>) -> Verdict {
        let leases: BTreeSet<Context> = engine.leases().map(|lease| lease.context).collect();
        must(leases.iter().eq(self.live.keys()), "CL-10", || format!("{leases:?} are not {:?}", self.live))?;
        let leased = self.live.values().filter_map(|lease| lease.payload);
        let shown = self.requests.values().filter_map(|request| request.shown);
        let needed: BTreeSet<Value> = leased.chain(shown).collect();
        let open = (0..).zip(&self.payloads).filter(|(_, (fate, _))| *fate == Fate::Open).map(|(number, _)| number);
        let open: BTreeSet<Value> = open.collect();
        must(needed.is_subset(&open), "CL-12", || format!("of {needed:?}, only {open:?} are alive"))?;
        must(open.is_subset(&needed), "CL-13", || format!("{open:?} are alive, and only {needed:?} are needed"))
    }

    /// Whether every payload was dropped and every token closed or handed over.
    pub(crate) fn balanced(&self) -> Verdict {
        must(self.payloads.iter().all(|(fate, _)| *fate == Fate::Gone), "CL-13", || "a payload is left".to_owned())?;
        must(self.tokens.iter().all(|fate| *fate == Fate::Gone), "CL-74", || "a token is left".to_owned())?;
        must(self.requests.is_empty(), "CL-50", || format!("{:?} are left", self.requests))
    }
}
