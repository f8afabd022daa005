//! A crossing arrives on the other side: the host's calls at the engine, the engine's completions at the host.

use wsman_authz_core::call::{Call, Completion, RequestKind};
use wsman_authz_core::engine::{self, Effect, Phase, RequestId};
use wsman_authz_core::{ApplicationId, Context, PayloadId, Rule, Sender, ThreadId, host};

use super::User;
use super::flight::{Flight, Gate};
use super::ghost::{Asked, Blame, Said};
use super::tape::{Tape, Witness};
use super::world::World;

/// The thread of everything that is not a release.
pub(super) const USUAL: ThreadId = ThreadId(0);

/// The thread that makes the completion of a request: several may be on their way with one pointer (D12).
const fn completion_thread(request: RequestId) -> ThreadId {
    ThreadId(0x2_0000 + request.0)
}

/// The thread on which a context is released; no completion belongs there (CL-52).
pub(super) fn release_thread(context: Option<Context>) -> ThreadId {
    ThreadId(context.map_or(1, |context| 2 + (context.value() & 0xFFFF) as u32))
}

impl World {
    /// One crossing reaches the other side.
    pub(super) fn arrive(&mut self, flight: Flight, refuse: bool, tape: &mut Tape) {
        match flight {
            Flight::Entry { gate, call } => {
                if matches!((gate, &call), (Gate::Within(_), Call::Release { .. })) {
                    tape.witness(Witness::ReleaseInsideCompletion);
                }
                self.enter(call, tape);
            }
            Flight::Completion { request, completion } => self.complete(request, completion, refuse, tape),
            Flight::Return { request, kind, sender, error } => {
                self.observe(completion_thread(request), &Call::CompleteReturn { kind, sender, error }, tape);
                self.note_return(request, error, tape);
                self.ghost.closed(request, error);
                self.engine_step(engine::Input::Completed { request, error }, USUAL, tape);
                self.open_gate(request);
            }
        }
    }

    /// What waited for a completion to return waits no more.
    fn open_gate(&mut self, request: RequestId) {
        for flight in &mut self.flights {
            if let Flight::Entry { gate, .. } = flight
                && *gate == Gate::After(request)
            {
                *gate = Gate::Open;
            }
        }
    }

    /// The plug-in calls a completion function.
    fn complete(&mut self, request: RequestId, completion: Completion, refuse: bool, tape: &mut Tape) {
        self.refusals += u8::from(refuse);
        let (kind, sender) = (completion.kind, completion.sender);
        // What is due by now expires before the host hears of the completion, and crosses before it.
        if self.host.next_deadline().is_some_and(|deadline| deadline.0 <= self.now) {
            self.host_step(host::Input::Tick, tape);
        }
        // The ledger knows what stands behind the context, so the contract can judge payloads too.
        let behind = completion.context.and_then(|context| self.ghost.leases.get(&context)?.payload);
        let seen = Call::Complete(Completion { payload: behind, ..completion.clone() });
        self.observe(completion_thread(request), &seen, tape);
        let outcome = self.host_outcome(host::Input::Complete { completion, refuse });
        let error = outcome.error;
        self.decide(outcome, Some(request), tape);
        self.flights.push(Flight::Return { request, kind, sender, error });
    }

    /// A call of the host enters the plug-in.
    fn enter(&mut self, call: Call<User>, tape: &mut Tape) {
        match call {
            Call::AuthorizeUser { application, sender, user, reauthorization } => {
                let renews = self.ghost.leases_of(application, user);
                let input = engine::Input::AuthorizeUser { application, sender, user };
                self.question(
                    asked(application, RequestKind::User, sender, user, reauthorization, renews),
                    input,
                    tape,
                );
            }
            Call::AuthorizeOperation { application, sender, user, .. } => {
                let input = engine::Input::AuthorizeOperation { application, sender, user };
                self.question(asked(application, RequestKind::Operation, sender, user, None, vec![]), input, tape);
            }
            Call::QueryQuota { application, sender, user } => {
                let input = engine::Input::QueryQuota { application, sender, user };
                self.question(asked(application, RequestKind::Quota, sender, user, None, vec![]), input, tape);
            }
            Call::Release { context } => self.release(context, tape),
            Call::Shutdown { application, .. } => {
                let waiting = self.engine.requests().filter(|request| request.application == application);
                if waiting.into_iter().any(|request| request.phase == Phase::Asked) {
                    tape.witness(Witness::ShutdownFindsRequests);
                }
                self.engine_step(engine::Input::Shutdown { application }, USUAL, tape);
            }
            _ => {}
        }
    }

    fn question(&mut self, asked: Asked, input: engine::Input<User, PayloadId>, tape: &mut Tape) {
        let first = |other: &Asked| other.kind == RequestKind::User && !other.reauthorization && !other.completed;
        if first(&asked) && self.ghost.asked.values().any(|other| first(other) && other.user == asked.user) {
            tape.witness(Witness::FirstRequestsRace);
        }
        let (kind, sender) = (asked.kind, asked.sender);
        let now = self.time();
        match self.engine.step(now, input) {
            Ok(effects) => {
                // The engine numbers the request; the ledger takes the number over and nothing else.
                let number = effects.as_slice().iter().find_map(|effect| match effect {
                    Effect::Ask { request, .. } | Effect::Complete { request, .. } => Some(*request),
                    _ => None,
                });
                if let Some(number) = number {
                    let deadline = self.answer_within.map(|within| self.now + within);
                    self.ghost.asked.insert(number, Box::new(Asked { deadline, ..asked }));
                }
                self.perform(effects, USUAL, Blame::USUAL, tape);
            }
            Err(_) => self.broken.insert(Rule::CL50),
        }
        self.observe(USUAL, &Call::EntryReturn { kind, sender }, tape);
    }

    /// The host gives a context back.
    fn release(&mut self, context: Option<Context>, tape: &mut Tape) {
        let thread = release_thread(context);
        let lease = context.and_then(|context| self.ghost.leases.remove(&context));
        let now = self.time();
        match (self.engine.step(now, engine::Input::Release { context }), lease) {
            (Ok(effects), Some(_)) => {
                self.perform(effects, thread, Blame { lost: Rule::CL24, ..Blame::USUAL }, tape);
            }
            (Ok(_), None) => self.broken.insert(Rule::CL16),
            (Err(_), Some(lease)) => self.broken.insert(if lease.is_user { Rule::CL10 } else { Rule::CL24 }),
            (Err(_), None) => {} // the host's mistake, which the contract has seen
        }
        self.observe(thread, &Call::ReleaseReturn { context }, tape);
    }
}

/// A question as the ledger takes it down before the engine sees it.
const fn asked(
    application: ApplicationId,
    kind: RequestKind,
    sender: Sender,
    user: User,
    reauthorization: Option<bool>,
    renews: Vec<Context>,
) -> Asked {
    Asked {
        application,
        kind,
        user,
        sender,
        reauthorization: matches!(reauthorization, Some(true)),
        shown: None,
        renews,
        said: Said::Nothing,
        completed: false,
        closed: false,
        // Until the policy is asked it holds nothing.
        reply_back: true,
        offered: None,
        deadline: None,
    }
}
