//! What the host and the policy know, written down apart from the engine; it names the rule where the two part.
//!
//! Its own lock is the system's, also under loom: writing down is no crossing of the boundary. A line is written before
//! the step that it announces and after the one that it reports, so that no order of two threads' steps makes a legal
//! line look like a breach.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wsman_authz_core::call::{Completion, Identity, RequestKind};
use wsman_authz_core::engine::{Answer, Misuse, Payload};
use wsman_authz_core::{ApplicationId, Context, Sender};

use crate::stage::{PayloadHandle, User};

/// The number of a payload.
pub(crate) type Number = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nobody has said anything.
    Asked,
    /// A completion is inside the host.
    Inside,
    /// The host has answered it; or the plug-in turned the request away, after Shutdown.
    Over,
}

#[derive(Debug)]
struct Request {
    application: ApplicationId,
    kind: RequestKind,
    user: User,
    state: State,
    /// The policy holds the reply, and may look at this payload.
    held: bool,
    shown: Option<Number>,
    /// What the policy said, by the thread that took it to the engine.
    said: BTreeMap<u8, Said>,
    token: Option<u64>,
    lease: Option<Context>,
    /// When the question was put.
    asked_at: u64,
    /// The user's leases when the question came in.
    renews: Vec<Context>,
    /// Some lease spoke for the user when the question came in.
    granted: bool,
    /// Leases made until then.
    leases_before: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Said {
    /// Yes, in time.
    yes: bool,
    payload: Option<Number>,
}

#[derive(Debug)]
struct Lease {
    application: ApplicationId,
    user: User,
    payload: Option<Number>,
    about_user: bool,
    revoked: bool,
    /// The host holds it.
    live: bool,
    /// Steps on their way that end it: until they are taken it may speak for its user.
    ending: usize,
    /// The host refused its completion.
    undone: bool,
    /// Releases that the engine took, and those that it refused.
    taken: usize,
    refused: usize,
}

#[derive(Debug, Default)]
struct PayloadPage {
    owner: Option<(ApplicationId, User)>,
    drops: usize,
    destroyed: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Application {
    shutting: bool,
    drained: bool,
}

/// The pages.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    requests: BTreeMap<Sender, Request>,
    leases: BTreeMap<Context, Lease>,
    payloads: Vec<PayloadPage>,
    /// Tokens that the policy gave away: how often each was closed or handed over.
    tokens: Vec<usize>,
    applications: BTreeMap<ApplicationId, Application>,
    /// How long a policy may take.
    answer_within: Option<u64>,
    /// A thread failed: what follows is no part of the story.
    pub(crate) torn: bool,
    story: Vec<(u8, &'static str, u64)>,
    /// What kinds of things happened, for the pins.
    pub(crate) words: BTreeSet<String>,
}

impl Ledger {
    /// Empty pages, for policies that may take so long.
    pub(crate) fn new(answer_within: Option<u64>) -> Self {
        Self { answer_within, ..Self::default() }
    }

    /// One line of the story.
    pub(crate) fn tell(&mut self, thread: u8, what: &'static str, about: u64) {
        self.story.push((thread, what, about));
    }

    /// A word for the pins: what an execution led to.
    pub(crate) fn word(&mut self, what: String) {
        self.words.insert(what);
    }

    /// Ends the execution, with its story.
    pub(crate) fn breach(&self, rule: &str, what: &str) -> ! {
        let mut story = String::new();
        for (thread, what, about) in &self.story {
            let _ = writeln!(story, "  thread {thread}: {what} {about:#x}");
        }
        panic!("{rule}: {what}, after\n{story}");
    }

    fn must(&self, holds: bool, rule: &str, what: impl FnOnce() -> String) {
        if !holds {
            self.breach(rule, &what());
        }
    }

    /// An application runs.
    pub(crate) fn started(&mut self, application: ApplicationId) {
        self.applications.insert(application, Application::default());
    }

    /// The host called Shutdown.
    pub(crate) fn shuts_down(&mut self, application: ApplicationId) {
        self.applications.entry(application).or_default().shutting = true;
    }

    /// A question came in.
    pub(crate) fn asked(&mut self, sender: Sender, application: ApplicationId, kind: RequestKind, user: User) {
        let of_user = |lease: &&Lease| lease.application == application && lease.user == user && lease.about_user;
        let renews = self.leases.iter().filter(|(_, lease)| lease.live && of_user(lease)).map(|(context, _)| *context);
        let renews: Vec<Context> = renews.collect();
        let speaks = |lease: &Lease| !lease.revoked && (lease.live || lease.ending > 0);
        let granted = self.leases.values().any(|lease| of_user(&lease) && speaks(lease));
        let (state, leases_before) = (State::Asked, self.leases.len());
        let (held, shown, said, token, lease) = (false, None, BTreeMap::new(), None, None);
        let request = Request {
            application,
            kind,
            user,
            state,
            held,
            shown,
            said,
            token,
            lease,
            asked_at: 0,
            renews,
            granted,
            leases_before,
        };
        let before = self.requests.insert(sender, request);
        self.must(before.is_none_or(|before| before.state == State::Over), "test", || format!("{sender} is in use"));
    }

    /// The engine puts the question to the policy, and shows it a payload.
    pub(crate) fn put(&mut self, sender: Sender, now: u64, payload: Option<Number>) {
        let request = &self.requests[&sender];
        let (owner, kind) = ((request.application, request.user), request.kind);
        let own = payload.is_none_or(|number| self.payloads[number].owner == Some(owner));
        self.must(own, "CL-71", || format!("payload {payload:?} is shown to a question about another user"));
        let newer = self.leases.len() > request.leases_before;
        // A yes is a grant from its step on, before its completion comes in.
        let promised = self.requests.values().any(|other| {
            let yes = other.kind == RequestKind::User && other.said.values().any(|said| said.yes);
            yes && other.state == State::Asked && (other.application, other.user) == owner
        });
        let granted = kind == RequestKind::User || request.granted || newer || promised;
        self.must(granted, "CL-23", || format!("{sender} gets to the policy without a grant"));
        let request = self.requests.get_mut(&sender).expect("asked");
        (request.held, request.shown, request.asked_at) = (true, payload, now);
    }

    /// The policy makes a payload for its answer to a request.
    pub(crate) fn make(&mut self, sender: Sender) -> Number {
        let owner = self.requests.get(&sender).map(|request| (request.application, request.user));
        self.payloads.push(PayloadPage { owner, drops: 0, destroyed: 0 });
        self.payloads.len() - 1
    }

    /// The policy makes a token.
    pub(crate) fn make_token(&mut self) -> u64 {
        self.tokens.push(0);
        self.tokens.len() as u64 - 1
    }

    /// The policy answers.
    pub(crate) fn answers(&mut self, thread: u8, sender: Sender, now: u64, answer: &Answer<PayloadHandle>) {
        let within = self.answer_within;
        let Some(request) = self.requests.get_mut(&sender) else { return };
        let in_time = within.is_none_or(|within| now < request.asked_at + within);
        let payload = match answer {
            Answer::AllowUser { payload, .. } | Answer::AllowOperation { payload } => match payload {
                Payload::Fresh(payload) => Some(payload.number),
                Payload::Shared => request.shown,
                Payload::None => None,
            },
            _ => None,
        };
        let yes = in_time && !matches!(answer, Answer::Deny { .. } | Answer::Redirect { .. });
        request.said.insert(thread, Said { yes, payload });
        (request.held, request.shown) = (false, None);
    }

    /// The policy gives its reply up.
    pub(crate) fn gives_up(&mut self, sender: Sender) {
        if let Some(request) = self.requests.get_mut(&sender) {
            (request.held, request.shown) = (false, None);
        }
    }

    /// A completion comes in.
    pub(crate) fn enters(&mut self, thread: u8, completion: &Completion) {
        let Some(sender) = completion.sender else { self.breach("CL-51", "a completion names no request") };
        let Some(request) = self.requests.get(&sender) else {
            self.breach("CL-50", "a completion that nobody waits for")
        };
        let Request { application, kind, user, .. } = *request;
        let Said { yes, payload: offered } = request.said.get(&thread).copied().unwrap_or_default();
        self.must(request.state == State::Asked, "CL-50", || format!("{sender} is completed twice"));
        self.must(completion.kind == kind, "CL-51", || format!("{completion:?} answers a question of kind {kind:?}"));
        let drained = self.applications.get(&application).is_none_or(|application| application.drained);
        self.must(!drained, "CL-54", || format!("{completion:?} after Shutdown returned"));
        let success = completion.is_success();
        let said = completion.context.is_some() || completion.identity.is_some() || completion.quota.is_some();
        self.must(success || !said, "CL-53", || format!("{completion:?} is a failure"));
        self.must(!success || yes, "CL-70", || format!("{completion:?}, and the policy did not say so in time"));
        let named = completion.identity.is_some() == (success && kind == RequestKind::User);
        self.must(named, "CL-72", || format!("{completion:?} names no identity"));
        let quota = completion.quota.is_some() == (success && kind == RequestKind::Quota);
        self.must(quota, "CL-80", || format!("{completion:?} is no quota"));
        let leased = kind == RequestKind::User || kind == RequestKind::Operation && offered.is_some();
        self.must(!success || completion.context.is_some() == leased, "CL-10", || format!("{completion:?}"));
        self.word(format!("{kind:?} {}", completion.error));
        let request = self.requests.get_mut(&sender).expect("looked up above");
        request.state = State::Inside;
        if let Some(Identity::Token(token)) = completion.identity {
            request.token = Some(token.0);
        }
        request.lease = completion.context;
        if !success && kind == RequestKind::User {
            self.revoke(sender); // CL-23
        }
        if let Some(context) = completion.context {
            let about_user = kind == RequestKind::User;
            let (revoked, live, ending, undone, taken, refused) = (false, true, 0, false, 0, 0);
            let payload = offered;
            let lease = Lease { application, user, payload, about_user, revoked, live, ending, undone, taken, refused };
            let before = self.leases.insert(context, lease);
            self.must(before.is_none(), "CL-14", || format!("{context} names two leases"));
            let gone = offered.is_some_and(|number| self.payloads[number].drops > 0);
            self.must(!gone, "CL-12", || format!("{context} stands on a payload that was dropped"));
        }
    }

    fn revoke(&mut self, sender: Sender) {
        for context in self.requests[&sender].renews.clone() {
            self.leases.get_mut(&context).expect("noted when it was live").revoked = true;
        }
    }

    /// The host answers a completion.
    pub(crate) fn returns(&mut self, completion: &Completion, error: u32) {
        let Some(request) = completion.sender.and_then(|sender| self.requests.get_mut(&sender)) else { return };
        request.state = State::Over;
        let (token, lease) = (request.token, request.lease);
        if error == 0 {
            if let Some(token) = token {
                self.end_token(token); // CL-74: handed over
            }
            return;
        }
        self.word(format!("refused {:?}", completion.kind));
        if let Some(lease) = lease.and_then(|lease| self.leases.get_mut(&lease)) {
            (lease.live, lease.undone) = (false, true); // CL-17
            lease.ending += 1;
        }
    }

    /// The engine knows that the host refused a completion.
    pub(crate) fn refusal_is_known(&mut self, completion: &Completion) {
        if let Some(lease) = completion.context.and_then(|context| self.leases.get_mut(&context)) {
            lease.ending -= 1;
        }
        if let Some(sender) = completion.sender.filter(|_| completion.kind == RequestKind::User) {
            self.revoke(sender); // CL-23: refused is failed
        }
    }

    /// The plug-in closed a token, or the host took it.
    pub(crate) fn end_token(&mut self, token: u64) {
        self.tokens[token as usize] += 1;
        self.must(self.tokens[token as usize] == 1, "CL-74", || format!("token {token} ends twice"));
    }

    /// The host gives a context back.
    pub(crate) fn gives_back(&mut self, context: Context) {
        if let Some(lease) = self.leases.get_mut(&context) {
            lease.live = false;
            lease.ending += 1;
        }
    }

    /// What the engine said to that.
    pub(crate) fn given_back(&mut self, context: Context, taken: bool) {
        let Some(lease) = self.leases.get_mut(&context) else {
            return self.must(!taken, "CL-16", || format!("{context}, which was never reported, is taken"));
        };
        lease.ending -= 1;
        lease.taken += usize::from(taken);
        lease.refused += usize::from(!taken);
        let count = lease.taken;
        self.must(count <= 1, "CL-16", || format!("{context} is taken back twice"));
    }

    /// The application is drained: what the host did not give back is freed before this is performed.
    pub(crate) fn frees(&mut self, application: ApplicationId, leases: u32) {
        let left = self.leases.values().filter(|lease| lease.application == application);
        let (held, on_their_way) = left.fold((0, 0), |(held, ending), lease| {
            (held + u32::from(lease.live), ending + u32::from(!lease.live && lease.ending > 0))
        });
        let all_known = (held..=held + on_their_way).contains(&leases);
        self.must(all_known, "CL-10", || format!("{leases} leases are freed, and the host held {held}"));
        self.leases.values_mut().filter(|lease| lease.application == application).for_each(|lease| lease.live = false);
        for request in self.requests.values_mut().filter(|request| request.application == application) {
            request.shown = None;
        }
    }

    /// Shutdown may return.
    pub(crate) fn drained(&mut self, application: ApplicationId) {
        let open = |request: &&Request| request.application == application && request.state == State::Inside;
        let inside = self.requests.values().find(open).map(|request| format!("{request:?}"));
        self.must(inside.is_none(), "CL-54", || format!("drained, and {inside:?}"));
        let page = self.applications.entry(application).or_default();
        let again = std::mem::replace(page, Application { shutting: true, drained: true });
        self.must(again.shutting && !again.drained, "CL-55", || format!("{again:?} is drained"));
    }

    /// The application is gone, and the plug-in failed the request by itself.
    pub(crate) fn turned_away(&mut self, sender: Sender, misuse: Misuse) {
        let Request { application, state, .. } = self.requests[&sender];
        let gone = self.applications.get(&application).is_none_or(|application| application.shutting);
        self.must(gone && state == State::Asked, "CL-50", || format!("{sender} is turned away: {misuse}"));
        self.requests.get_mut(&sender).expect("asked").state = State::Over;
    }

    /// The engine lets go of a payload.
    pub(crate) fn drops(&mut self, number: Number) {
        self.payloads[number].drops += 1;
        self.must(self.payloads[number].drops == 1, "CL-13", || format!("payload {number} is dropped twice"));
        let lease = self.leases.iter().find(|(_, lease)| lease.live && lease.payload == Some(number));
        let lease = lease.map(|(context, _)| *context);
        self.must(lease.is_none(), "CL-12", || format!("payload {number} is dropped under {lease:?}"));
        let looks = self.requests.values().any(|request| request.held && request.shown == Some(number));
        self.must(!looks, "CL-12", || format!("payload {number} is dropped under the eyes of the policy"));
    }

    /// Its destructor runs.
    pub(crate) fn destroyed(&mut self, number: Number) {
        self.payloads[number].destroyed += 1;
    }

    /// The context that a request was answered with, while the host holds it.
    pub(crate) fn context_of(&self, sender: Sender) -> Option<Context> {
        let context = self.requests.get(&sender)?.lease?;
        Some(context).filter(|context| self.leases[context].live)
    }

    /// Whether no lease was made before this one.
    pub(crate) fn is_first(&self, context: Option<Context>) -> bool {
        context.is_some_and(|context| self.leases.len() == 1 && self.leases.contains_key(&context))
    }

    /// Whom a completion is about.
    pub(crate) fn user_of(&self, completion: &Completion) -> Option<User> {
        Some(self.requests.get(&completion.sender?)?.user)
    }

    /// What the host holds of an application.
    pub(crate) fn held(&self, application: ApplicationId) -> Vec<Context> {
        let held = self.leases.iter().filter(|(_, lease)| lease.live && lease.application == application);
        held.map(|(context, _)| *context).collect()
    }

    /// Applications that run.
    pub(crate) fn running(&self) -> Vec<ApplicationId> {
        let running = self.applications.iter().filter(|(_, application)| !application.shutting);
        running.map(|(application, _)| *application).collect()
    }

    /// Everything that began has ended, once.
    pub(crate) fn balances(&self) {
        for (sender, request) in &self.requests {
            self.must(request.state == State::Over, "CL-50", || format!("{sender} is left: {request:?}"));
            self.must(!request.held, "test", || format!("the policy holds the reply to {sender}"));
        }
        for (context, lease) in &self.leases {
            self.must(!lease.live, "CL-11", || format!("the host kept {context}"));
            let shutting = self.applications[&lease.application].shutting;
            let lost = lease.refused > 0 && lease.taken == 0 && !lease.undone && !shutting;
            self.must(!lost, "CL-16", || format!("{context} was live, and its release was refused"));
        }
        for (number, page) in self.payloads.iter().enumerate() {
            self.must(page.drops == 1, "CL-13", || format!("payload {number} was let go {} times", page.drops));
            self.must(page.destroyed == 1, "CL-13", || {
                format!("payload {number} was destroyed {} times", page.destroyed)
            });
        }
        let open = self.tokens.iter().position(|ends| *ends != 1);
        self.must(open.is_none(), "CL-74", || format!("token {open:?} is left"));
        let running = self.applications.iter().find(|(_, application)| !application.drained);
        self.must(running.is_none(), "CL-54", || format!("{running:?} never drained"));
    }
}
