//! The expected side: what must cross the boundary, from the reference engine and from what SPEC.md says of the layer
//! around it.

use std::collections::VecDeque;

use wsman_authz::testing::wire::{RequestKind, Said};
use wsman_authz_core::call::{Completion, Identity, Quota};
use wsman_authz_core::engine::{Abandoned, Answer, Effect, EngineConfig, Input, Misuse, Payload, RequestId};
use wsman_authz_core::{ApplicationId, Context, Sender, Timestamp, Token, code};

use super::words::{Behind, Event, Inside, Letter, Plan, Who, Word, has_token};
use super::{ANSWER_WITHIN, CLIENT_TOKEN};
use crate::reference::engine::{Happens, Machine, REDIRECTS, User, Value};

/// A request that the policy has put aside.
#[derive(Clone, Copy, Debug)]
struct Held {
    request: RequestId,
    letter: Letter,
    kind: RequestKind,
    shown: Option<Value>,
}

/// What must happen.
#[derive(Debug)]
pub(super) struct Expect {
    reference: Machine,
    now: u64,
    /// Requests are numbered as they come.
    requests: u32,
    pub(super) plans: Vec<Plan>,
    held: Vec<Held>,
    /// Contexts that the host heard in this act and that the reference does not know yet.
    heard: VecDeque<Context>,
    /// What the engine has dropped, and a request that was put aside still shows.
    kept_back: Vec<Value>,
    events: Vec<Event>,
    /// Letters that were answered since the last time: their addresses are free.
    pub(super) over: Vec<Letter>,
}

impl Expect {
    pub(super) fn new() -> Self {
        Self {
            reference: Machine::new(Some(ANSWER_WITHIN.as_millis() as u64)),
            now: 0,
            requests: 0,
            plans: Vec::new(),
            held: Vec::new(),
            heard: VecDeque::new(),
            kept_back: Vec::new(),
            events: Vec::new(),
            over: Vec::new(),
        }
    }

    /// What comes next is heard in these events; the reference takes the names of contexts from them.
    ///
    /// # Errors
    /// A context that was heard before (CL-14).
    pub(super) fn listen(&mut self, events: &[Event]) -> Result<(), String> {
        self.events.clear();
        self.heard.clear();
        for event in events {
            let Event::Said { said: Said { error: 0, context, .. }, .. } = event else { continue };
            let Some(context) = Context::new(*context as u64) else { continue };
            if self.reference.ever_reported().contains(&context) || self.heard.contains(&context) {
                return Err(format!("CL-14: {context} was reported before"));
            }
            self.heard.push_back(context);
        }
        Ok(())
    }

    /// What must have happened.
    pub(super) fn events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    pub(super) const fn wait(&mut self, span: u64) {
        self.now += span;
    }

    pub(super) fn startup(&mut self, application: usize) {
        let _ = self.step(&Input::Startup { application: name(application) });
    }

    /// What Shutdown returns.
    pub(super) fn shutdown(&mut self, application: usize) -> u32 {
        match self.step(&Input::Shutdown { application: name(application) }) {
            Ok(()) => code::ERROR_SUCCESS,
            Err(_) => code::ERROR_INVALID_PARAMETER,
        }
    }

    pub(super) fn release(&mut self, context: usize) {
        let _ = self.step(&Input::Release { context: Context::new(context as u64) });
    }

    /// A question. Overdue requests are denied before it (CL-70); without `senderDetails` it is no question.
    pub(super) fn ask(&mut self, kind: RequestKind, application: usize, letter: Option<Letter>) {
        let Some(letter) = letter else { return };
        let _ = self.step(&Input::Tick);
        let (application, sender) = (name(application), sender(letter));
        let user = User(self.plans[letter].user);
        // A misuse: no such application runs, and nothing is answered (CL-54).
        let _ = self.step(&match kind {
            RequestKind::User => Input::AuthorizeUser { application, sender, user },
            RequestKind::Operation => Input::AuthorizeOperation { application, sender, user },
            RequestKind::Quota => Input::QueryQuota { application, sender, user },
        });
    }

    /// The policy answers what it has put aside.
    pub(super) fn answer(&mut self, place: usize, word: Word) {
        let held = self.held.remove(place);
        // The reply shows its payload no more.
        let (gone, kept): (Vec<Value>, _) = self.kept_back.iter().partition(|value| !self.is_shown(**value));
        self.kept_back = kept;
        self.events.extend(gone.into_iter().map(Event::Dropped));
        self.reply(held, word);
    }

    fn is_shown(&self, value: Value) -> bool {
        self.held.iter().any(|held| held.shown == Some(value))
    }

    fn reply(&mut self, held: Held, word: Word) {
        let Held { request, letter, kind, .. } = held;
        let answer = match word {
            Word::Hold | Word::Drop => {
                let _ = self.step(&Input::Abandon { request, why: Abandoned::Dropped });
                return;
            }
            Word::Panic => {
                let _ = self.step(&Input::Abandon { request, why: Abandoned::Panicked });
                return;
            }
            Word::Deny => DENIED,
            Word::DenyWith(error) => Answer::Deny { error, text: Some("no".into()) },
            Word::Redirect(url) if kind == RequestKind::User => Answer::Redirect { url: REDIRECTS[url].0.into() },
            Word::Redirect(_) => DENIED,
            Word::Allow { payload, who, administrator } => match kind {
                RequestKind::User => self.allow_user(letter, payload, who, administrator),
                RequestKind::Operation => Answer::AllowOperation { payload: stands_on(payload) },
                RequestKind::Quota => Answer::Quota(Quota { timeslot_s: who.seconds(), ..EngineConfig::SERVICE_QUOTA }),
            },
        };
        let _ = self.step(&Input::Answer { request, answer });
    }

    /// Under the client's token, where the host has none, a yes is a denial (CL-72).
    fn allow_user(&mut self, letter: Letter, payload: Behind, who: Who, administrator: bool) -> Answer<Value> {
        let identity = match who {
            Who::Client if !has_token(self.plans[letter].user) => {
                if let Behind::Fresh(value) = payload {
                    self.events.push(Event::Dropped(value));
                }
                return DENIED;
            }
            Who::Client => Identity::Client,
            Who::Host => Identity::Host,
            Who::Token(number) => Identity::Token(Token(number)),
        };
        Answer::AllowUser { payload: stands_on(payload), identity, administrator }
    }

    /// One step of the reference, and everything that follows from it, one after the other.
    fn step(&mut self, input: &Happens) -> Result<(), Misuse> {
        self.requests += 1;
        let (request, context) = (RequestId(self.requests), self.heard.front().copied());
        let effects = self.reference.foretell(Timestamp(self.now), input, request, context)?;
        for effect in effects {
            match effect {
                Effect::Ask { request, kind, payload } => self.put(request, kind, payload),
                Effect::Complete { request, completion } => self.complete(request, &completion),
                Effect::Drop(value) if self.is_shown(value) => self.kept_back.push(value),
                Effect::Drop(value) => self.events.push(Event::Dropped(value)),
                // What happens to a token, and what is logged, does not cross.
                Effect::CloseToken(_) | Effect::Drained { .. } | Effect::Report(_) => {}
            }
        }
        Ok(())
    }

    fn put(&mut self, request: RequestId, kind: RequestKind, shown: Option<Value>) {
        let letter = self.reference.sender_of(request).map_or(usize::MAX, |sender| sender.0.get() as usize - 1);
        self.events.push(Event::Asked { letter: Some(letter), kind, shown });
        let held = Held { request, letter, kind, shown };
        match self.plans[letter].word {
            Word::Hold => self.held.push(held),
            word => self.reply(held, word),
        }
    }

    fn complete(&mut self, request: RequestId, completion: &Completion) {
        let letter = completion.sender.map_or(usize::MAX, |sender| sender.0.get() as usize - 1);
        let (plan, kind) = (self.plans[letter], completion.kind);
        if completion.context.is_some() {
            self.heard.pop_front();
        }
        self.events.push(Event::Said { letter, said: said(completion) });
        if let Some(inside) = plan.inside.filter(|_| completion.is_success()) {
            self.events.push(Event::Inside(letter, inside));
            match inside {
                Inside::Release => self.release(completion.context.map_or(0, |context| context.value() as usize)),
                Inside::Ask(next) => self.ask(RequestKind::Operation, plan.application, Some(next)),
            }
        }
        self.events.push(Event::Returned { letter, kind, error: plan.refuse });
        let _ = self.step(&Input::Completed { request, error: plan.refuse });
        self.over.push(letter);
    }

    /// How many requests the policy has put aside.
    pub(super) const fn held(&self) -> usize {
        self.held.len()
    }

    /// The values of the live leases, and every one that there ever was.
    pub(super) fn contexts(&self) -> (Vec<Context>, &[Context]) {
        (self.reference.live().collect(), self.reference.ever_reported())
    }

    /// Live contexts, values of the policy, requests that are not over.
    pub(super) fn balance(&self) -> (usize, usize, usize) {
        self.reference.balance()
    }
}

const DENIED: Answer<Value> = Answer::Deny { error: code::ERROR_ACCESS_DENIED, text: None };

const fn name(application: usize) -> ApplicationId {
    ApplicationId(application as u32)
}

fn sender(letter: Letter) -> Sender {
    Sender::new(letter as u64 + 1).unwrap_or(Sender(std::num::NonZeroU64::MIN))
}

const fn stands_on(payload: Behind) -> Payload<Value> {
    match payload {
        Behind::Nothing => Payload::None,
        Behind::Fresh(value) => Payload::Fresh(value),
        Behind::Kept => Payload::Shared,
    }
}

/// A completion as the host hears it.
fn said(completion: &Completion) -> Said {
    Said {
        kind: completion.kind,
        flags: 0,
        context: completion.context.map_or(0, |context| context.value() as usize),
        token: match completion.identity {
            Some(Identity::Client) => CLIENT_TOKEN,
            Some(Identity::Token(token)) => token.0 as usize,
            Some(Identity::Host) | None => 0,
        },
        administrator: completion.administrator,
        quota: completion.quota,
        error: completion.error,
        text: completion.extended.as_deref().map(str::to_owned),
    }
}
