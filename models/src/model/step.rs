//! The transition: one action of the environment, and what follows from it in the shipped machines.

use wsman_authz_core::call::Call;
use wsman_authz_core::engine::{self, Answer, Payload, RequestId};
use wsman_authz_core::host::{self, Outcome, Place};
use wsman_authz_core::{ApplicationId, OperationId, PayloadId, Rule, code};

use super::action::Action;
use super::crossing::{USUAL, release_thread};
use super::flight::{Flight, Gate};
use super::tape::{Tape, Witness};
use super::world::{Model, World};
use super::{User, policy};

impl Model {
    /// The state after `action`, which must be one of [`Model::actions`].
    #[must_use]
    pub fn next(&self, world: &World, action: Action, tape: &mut Tape) -> World {
        let mut next = world.clone();
        self.advance(&mut next, action, tape);
        self.probe(&mut next, tape);
        next
    }

    /// Makes a state the one after `action`, without the probes: what they find depends on the state alone, so whoever
    /// has seen an equal one need not ask again.
    pub(crate) fn advance(&self, world: &mut World, action: Action, tape: &mut Tape) {
        let (host_now, engine_now, set_back_unnoticed) =
            (world.host.now(), world.engine.now(), world.set_back_unnoticed);
        self.act(world, action, tape);
        if !self.scenario.racing {
            // Crossings arrive at once, in order; only the first completion may meet a refusal.
            let refuse = matches!(action, Action::Answer { refuse: true, .. } | Action::EngineTick { refuse: true });
            world.settle(refuse, tape);
        }
        world.flights.sort_unstable();
        if set_back_unnoticed {
            tape.reach(Rule::CL35);
        }
        if world.host.now() < host_now || world.engine.now() < engine_now {
            world.broken.insert(Rule::CL35);
        }
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
                let input = policy::answer(&mut world.ghost, world.now, request, choice);
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
    pub(super) fn host_step(&mut self, input: host::Input<User>, tape: &mut Tape) {
        let outcome = self.host_outcome(input);
        self.decide(outcome, None, tape);
    }

    pub(super) fn host_outcome(&mut self, input: host::Input<User>) -> Outcome<User> {
        let now = self.time();
        match self.host.step(now, input.clone()) {
            Ok(outcome) => outcome,
            Err(misuse) => panic!("the model misused the host with {input:?}: {misuse:?}"),
        }
    }

    /// What the host decided crosses now and arrives later. `inside` is the request whose completion brought it about.
    pub(super) fn decide(&mut self, outcome: Outcome<User>, inside: Option<RequestId>, tape: &mut Tape) {
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
    pub(super) fn settle(&mut self, refuse: bool, tape: &mut Tape) {
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
