//! The transition: one action of the environment, and what follows from it in the shipped machines.

use wsman_authz_core::call::{Call, Completion, RequestKind};
use wsman_authz_core::engine::{self, Abandoned, Answer, Effect, Effects, Payload, Phase, RequestId};
use wsman_authz_core::host::{self, Outcome, Place};
use wsman_authz_core::{ApplicationId, Context, OperationId, PayloadId, Rule, Sender, ThreadId, code};

use super::action::Action;
use super::flight::{Flight, Gate};
use super::ghost::{Asked, Blame, Said};
use super::tape::{Tape, Witness};
use super::world::{Model, World};
use super::{User, policy};

/// The thread of everything that is not a release.
const USUAL: ThreadId = ThreadId(0);

/// The thread that makes the completion of a request: several may be on their way with one pointer (D12).
const fn completion_thread(request: RequestId) -> ThreadId {
    ThreadId(0x2_0000 + request.0)
}

/// The thread on which a context is released; no completion belongs there (CL-52).
fn release_thread(context: Option<Context>) -> ThreadId {
    ThreadId(context.map_or(1, |context| 2 + (context.value() & 0xFFFF) as u32))
}

impl Model {
    /// The state after `action`, which must be one of [`Model::actions`].
    #[must_use]
    pub fn next(&self, world: &World, action: Action, tape: &mut Tape) -> World {
        let mut next = world.clone();
        self.act(&mut next, action, tape);
        if !self.scenario.racing {
            // Crossings arrive at once, in order; only the first completion may meet a refusal.
            let refuse = matches!(action, Action::Answer { refuse: true, .. } | Action::EngineTick { refuse: true });
            next.settle(refuse, tape);
        }
        next.flights.sort_unstable();
        self.probe(&mut next, tape);
        if world.set_back_unnoticed {
            tape.reach(Rule::CL35);
        }
        if next.host.now() < world.host.now() || next.engine.now() < world.engine.now() {
            next.broken.insert(Rule::CL35);
        }
        next
    }

    fn act(&self, world: &mut World, action: Action, tape: &mut Tape) {
        tape.say(world, || action.to_string());
        match action {
            Action::Start { application, fails } => world.start(application, fails, tape),
            Action::Request { application, user } => {
                if world.host.next_deadline().is_some_and(|deadline| deadline.0 <= world.now) {
                    tape.witness(Witness::ExpiryRacesRequest);
                }
                let slot = &mut world.requested[self.index(application, user)];
                let (number, index) = (*slot, usize::from(*slot));
                *slot += 1;
                let shapes = self.scenario.shapes;
                let shape = shapes.get(index).or_else(|| shapes.last()).copied().unwrap_or(host::Shape::Simple);
                let operation =
                    OperationId(u64::from(application.0) * 100 + u64::from(user.0) * 10 + u64::from(number));
                world.host_step(host::Input::Request { application, user, operation, shape }, tape);
            }
            Action::Reauthorize { application, user } => {
                world.reauthorizations += 1;
                world.host_step(host::Input::Reauthorize { application, user }, tape);
            }
            Action::Answer { request, choice, .. } => {
                let input = policy::answer(&mut world.ghost, request, choice);
                if let Some(payload) = fresh_payload(&input) {
                    world.observe(USUAL, &Call::PayloadCreated { payload }, tape);
                }
                world.engine_step(input, USUAL, tape);
            }
            Action::Respond { operation } => world.host_step(host::Input::Respond { operation }, tape),
            Action::End { operation, how } => world.host_step(host::Input::End { operation, how }, tape),
            Action::Wait => {
                world.now += 1;
                world.waits += 1;
            }
            Action::SetBack => {
                world.now -= 1;
                world.set_backs += 1;
                world.set_back_unnoticed = true;
            }
            Action::HostTick => {
                world.set_back_unnoticed = false;
                world.host_step(host::Input::Tick, tape);
            }
            Action::EngineTick { .. } => {
                world.set_back_unnoticed = false;
                world.engine_step(engine::Input::Tick, USUAL, tape);
            }
            Action::Stop { application } => {
                world.host_step(host::Input::Stop { application, reason: 3 }, tape);
            }
            Action::Arrive { flight, refuse } => {
                let flight = world.flights.remove(usize::from(flight));
                world.arrive(flight, refuse, tape);
            }
        }
    }
}

impl World {
    /// Startup, at once: nothing else can happen to an application before it runs.
    pub(super) fn start(&mut self, application: ApplicationId, fails: bool, tape: &mut Tape) {
        self.starts[application.0 as usize - 1] += 1;
        self.host_step(host::Input::Start { application }, tape);
        self.flights.retain(|flight| !matches!(flight, Flight::Entry { call: Call::Startup { .. }, .. }));
        let error = if fails { code::ERROR_INTERNAL_ERROR } else { code::ERROR_SUCCESS };
        if !fails {
            self.engine_step(engine::Input::Startup { application }, USUAL, tape);
        }
        self.observe(USUAL, &Call::StartupReturn { application, error }, tape);
        self.host_step(host::Input::Started { application, error }, tape);
    }

    /// The host takes an input; what it decides is on its way.
    fn host_step(&mut self, input: host::Input<User>, tape: &mut Tape) {
        let outcome = self.host_outcome(input);
        self.decide(outcome, None, tape);
    }

    fn host_outcome(&mut self, input: host::Input<User>) -> Outcome<User> {
        let now = self.time();
        match self.host.step(now, input.clone()) {
            Ok(outcome) => outcome,
            Err(misuse) => panic!("the model misused the host with {input:?}: {misuse:?}"),
        }
    }

    /// What the host decided crosses now and arrives later. `inside` is the request whose completion brought it about.
    fn decide(&mut self, outcome: Outcome<User>, inside: Option<RequestId>, tape: &mut Tape) {
        for effect in outcome.effects {
            let host::Effect::Cross { place, call } = effect else { continue };
            let thread = match &call {
                Call::Release { context } => release_thread(*context),
                _ => USUAL,
            };
            self.observe(thread, &call, tape);
            let gate = match (place, inside) {
                (Place::Inside | Place::Concurrent, Some(request)) => Gate::Within(request),
                (Place::After, Some(request)) => Gate::After(request),
                (Place::Anywhere, _) | (_, None) => Gate::Open,
            };
            let internal =
                matches!(call, Call::OperationEnd { .. } | Call::RecordExpired { .. } | Call::RequestTimedOut { .. });
            if !internal {
                self.flights.push(Flight::Entry { gate, call });
            }
        }
    }

    /// Lets everything on its way arrive, in the order of one thread: first what belongs inside a completion, then
    /// its return, then the rest as it was decided. `refuse` is for the first completion.
    fn settle(&mut self, refuse: bool, tape: &mut Tape) {
        let mut refuse = refuse;
        loop {
            let urgency = |flight: &Flight| match flight {
                Flight::Entry { gate: Gate::Within(_), .. } => 0,
                Flight::Return { .. } => 1,
                Flight::Completion { .. } => 2,
                Flight::Entry { .. } => 3,
            };
            let ready = self.flights.iter().enumerate().filter(|(_, flight)| flight.may_arrive(&self.flights));
            let Some((index, _)) = ready.min_by_key(|(index, flight)| (urgency(flight), *index)) else { return };
            let flight = self.flights.remove(index);
            let refuse_this = refuse && matches!(flight, Flight::Completion { .. });
            refuse &= !refuse_this;
            self.arrive(flight, refuse_this, tape);
        }
    }

    /// One crossing reaches the other side.
    fn arrive(&mut self, flight: Flight, refuse: bool, tape: &mut Tape) {
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
                    self.ghost.asked.insert(number, asked);
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

    /// The engine takes an input that is no call of the host.
    fn engine_step(&mut self, input: engine::Input<User, PayloadId>, thread: ThreadId, tape: &mut Tape) {
        let blame = match &input {
            engine::Input::Completed { error, .. } if *error != 0 => Blame { kept: Rule::CL17, ..Blame::USUAL },
            engine::Input::Abandon { why: Abandoned::Panicked, .. } => {
                tape.reach(Rule::CL61);
                Blame { forgotten: Rule::CL61, ..Blame::USUAL }
            }
            _ => Blame::USUAL,
        };
        let given_back = match &input {
            engine::Input::Answer { request, .. } | engine::Input::Abandon { request, .. } => Some(*request),
            _ => None,
        };
        let ticking = matches!(input, engine::Input::Tick);
        let now = self.time();
        match self.engine.step(now, input) {
            Ok(effects) => {
                if ticking && effects.as_slice().iter().any(|effect| matches!(effect, Effect::Complete { .. })) {
                    tape.witness(Witness::OverdueDenied);
                }
                if let Some(request) = given_back {
                    self.ghost.reply_back(request);
                }
                self.perform(effects, thread, blame, tape);
            }
            // A completion that was made twice returns twice; the ledger has seen it.
            Err(engine::Misuse::NotCompleting(_)) => {}
            Err(_) => self.broken.insert(Rule::CL50),
        }
    }

    /// Performs the effects of one step of the engine, and compares its tables with the ledger.
    fn perform(&mut self, effects: Effects<PayloadId>, thread: ThreadId, blame: Blame, tape: &mut Tape) {
        self.ghost.before(&effects);
        let drains = effects.as_slice().iter().any(|effect| matches!(effect, Effect::Drained { .. }));
        let blame = if drains { Blame { kept: Rule::CL13, lost: Rule::CL55, ..blame } } else { blame };
        for effect in effects {
            match effect {
                Effect::Ask { request, payload, .. } => {
                    if let Some(asked) = self.ghost.asked.get_mut(&request) {
                        asked.shown = payload;
                        asked.reply_back = false;
                        let asked = asked.clone();
                        tape.reach(Rule::CL71);
                        self.ghost.shown(&asked, &mut self.broken);
                    }
                }
                Effect::Complete { request, completion } => {
                    tape.reach(Rule::CL70);
                    if completion.context.is_some() {
                        tape.reach(Rule::CL14);
                    }
                    self.ghost.completes(request, &completion, &mut self.broken);
                    if completion.context.is_some_and(|context| context.value() >> 32 > 1) {
                        tape.witness(Witness::SlotReused);
                    }
                    if thread == USUAL {
                        self.flights.push(Flight::Completion { request, completion });
                    } else {
                        self.observe(thread, &Call::Complete(completion), tape); // CL-52: on the releasing thread
                    }
                }
                Effect::Drop(payload) => {
                    tape.reach(Rule::CL12);
                    tape.reach(Rule::CL13);
                    self.ghost.dropped(payload, &mut self.broken);
                    self.observe(thread, &Call::PayloadDropped { payload }, tape);
                }
                Effect::CloseToken(token) => {
                    tape.reach(Rule::CL74);
                    self.ghost.token_closed(token, &mut self.broken);
                }
                Effect::Drained { application, .. } => {
                    if self.ghost.is_completing(application) {
                        self.broken.insert(Rule::CL54);
                    }
                    self.observe(USUAL, &Call::ShutdownReturn { application, error: 0 }, tape);
                    self.host_step(host::Input::Stopped { application }, tape);
                }
                Effect::Report(engine::Misuse::TooLate(_)) => tape.witness(Witness::LateAnswer),
                Effect::Report(_) => {}
            }
        }
        if self.engine.retired_slots() > 0 {
            tape.witness(Witness::SlotRetired);
        }
        self.ghost.agrees(&self.engine, blame, &mut self.broken);
    }

    /// Witnesses that show when a completion returns.
    fn note_return(&self, request: RequestId, error: u32, tape: &mut Tape) {
        let Some(asked) = self.ghost.asked.get(&request) else { return };
        if error != code::ERROR_SUCCESS && asked.offered.is_some() {
            tape.witness(Witness::RefusedCompletionRolledBack);
            tape.reach(Rule::CL17);
        }
        let Said::Yes { payload, .. } = asked.said else {
            if asked.reauthorization {
                tape.witness(Witness::ReauthorizationFails);
                let open = |lease: &super::ghost::Lease| !lease.is_user && lease.user == asked.user;
                if self.ghost.leases.values().any(open) {
                    tape.witness(Witness::ReauthorizationFailsUnderOperation);
                }
            }
            return;
        };
        if error != code::ERROR_SUCCESS {
            return;
        }
        let lease = asked.offered.and_then(|context| self.ghost.leases.get(&context));
        if asked.reauthorization {
            tape.witness(Witness::ReauthorizationSucceeds);
            if lease.is_some_and(|lease| lease.again) {
                tape.witness(Witness::PayloadReportedAgain);
                tape.reach(Rule::CL22);
            }
        }
        let of_user = |lease: &super::ghost::Lease| lease.is_user && lease.payload == payload;
        if asked.kind == RequestKind::Operation && payload.is_some() && self.ghost.leases.values().any(of_user) {
            tape.witness(Witness::SharedPayload);
        }
    }
}

/// The payload that an answer brings.
const fn fresh_payload(input: &engine::Input<User, PayloadId>) -> Option<PayloadId> {
    let engine::Input::Answer { answer, .. } = input else { return None };
    match answer {
        Answer::AllowUser { payload: Payload::Fresh(fresh), .. }
        | Answer::AllowOperation { payload: Payload::Fresh(fresh) } => Some(*fresh),
        _ => None,
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
    }
}
