//! What the environment may do in a state.

use std::fmt;

use wsman_authz_core::call::{EndOfOperation, RequestKind};
use wsman_authz_core::dialect::Refusal;
use wsman_authz_core::engine::{Phase, RequestId};
use wsman_authz_core::host::{self, OperationPhase};
use wsman_authz_core::{ApplicationId, OperationId, Timestamp};

use super::User;
use super::flight::Flight;
use super::scenario::{Choice, Scenario};
use super::world::{Model, World};

/// One thing that the environment does.
#[allow(missing_docs, reason = "the fields are what the sentence says")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// The host starts an application; `fails` is what the policy's start says.
    Start { application: ApplicationId, fails: bool },
    /// A client asks for the user's next operation.
    Request { application: ApplicationId, user: User },
    /// The user's credentials changed.
    Reauthorize { application: ApplicationId, user: User },
    /// The policy answers; `refuse` is what the host does with the completion, if it arrives at once.
    Answer { request: RequestId, choice: Choice, refuse: bool },
    /// The response to the client was sent.
    Respond { operation: OperationId },
    /// An operation ends otherwise.
    End { operation: OperationId, how: EndOfOperation },
    /// The clock moves on by one.
    Wait,
    /// The clock is set back by one.
    SetBack,
    /// The host notices the time.
    HostTick,
    /// The engine notices the time.
    EngineTick { refuse: bool },
    /// The host stops an application.
    Stop { application: ApplicationId },
    /// A crossing arrives; `refuse` is what the host does with a completion.
    Arrive { flight: u8, refuse: bool },
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refused = |refuse: bool| if refuse { ", and the host refuses it" } else { "" };
        match self {
            Self::Start { application, fails: false } => write!(f, "application {application} starts"),
            Self::Start { application, .. } => write!(f, "application {application} fails to start"),
            Self::Request { application, user } => write!(f, "{user} asks for an operation of {application}"),
            Self::Reauthorize { user, .. } => write!(f, "the credentials of {user} change"),
            Self::Answer { request, choice, refuse } => {
                write!(f, "the policy answers request {}: {choice:?}{}", request.0, refused(*refuse))
            }
            Self::Respond { operation } => write!(f, "the response of {operation} is sent"),
            Self::End { operation, how } => write!(f, "{operation} ends: {how:?}"),
            Self::Wait => f.write_str("time passes"),
            Self::SetBack => f.write_str("the clock is set back"),
            Self::HostTick => f.write_str("the host looks at the clock"),
            Self::EngineTick { refuse } => write!(f, "the engine looks at the clock{}", refused(*refuse)),
            Self::Stop { application } => write!(f, "application {application} stops"),
            Self::Arrive { flight, refuse } => write!(f, "crossing {flight} arrives{}", refused(*refuse)),
        }
    }
}

impl Model {
    /// Everything that may happen in `world`, in a fixed order. Nothing once a rule is broken.
    pub fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        if !world.broken.is_empty() {
            return;
        }
        let scenario = &self.scenario;
        self.crossings(world, actions);
        self.policy(world, actions);
        if scenario.prompt && world.engine.requests().any(|request| request.phase == Phase::Asked) {
            return;
        }
        self.clients(world, actions);
        if world.waits < scenario.waits {
            actions.push(Action::Wait);
        }
        if world.set_backs < scenario.set_backs && world.now > 0 {
            actions.push(Action::SetBack);
        }
        let due = |deadline: Option<Timestamp>| deadline.is_some_and(|deadline| deadline.0 <= world.now);
        if due(world.host.next_deadline()) || world.set_back_unnoticed {
            actions.push(Action::HostTick);
        }
        if due(world.engine.next_deadline()) || world.set_back_unnoticed {
            self.with_refusals(world, !scenario.racing, |refuse| actions.push(Action::EngineTick { refuse }));
        }
    }

    fn with_refusals(&self, world: &World, at_once: bool, mut push: impl FnMut(bool)) {
        push(false);
        let may_refuse = self.dialect.refusal == Refusal::Refuses && world.refusals < self.scenario.refusals;
        if may_refuse && at_once {
            push(true);
        }
    }

    fn crossings(&self, world: &World, actions: &mut Vec<Action>) {
        for (index, flight) in (0u8..).zip(&world.flights) {
            if flight.may_arrive(&world.flights) {
                let refusable = matches!(flight, Flight::Completion { .. });
                self.with_refusals(world, refusable, |refuse| actions.push(Action::Arrive { flight: index, refuse }));
            }
        }
    }

    fn policy(&self, world: &World, actions: &mut Vec<Action>) {
        let Scenario { on_user, on_operation, on_quota, racing, .. } = &self.scenario;
        for request in world.engine.requests().filter(|request| request.reply_out) {
            let menu = match request.kind {
                RequestKind::User => on_user,
                RequestKind::Operation => on_operation,
                RequestKind::Quota => on_quota,
            };
            let id = request.request;
            if request.phase == Phase::Asked {
                for choice in *menu {
                    let push = |refuse| actions.push(Action::Answer { request: id, choice: *choice, refuse });
                    self.with_refusals(world, !racing, push);
                }
            } else {
                // Late: what it says no longer matters, what it brings does.
                let mut late = vec![Choice::Drop];
                late.extend(menu.iter().copied().filter(|choice| matches!(choice, Choice::Fresh | Choice::Token)));
                actions.extend(late.into_iter().map(|choice| Action::Answer { request: id, choice, refuse: false }));
            }
        }
    }

    fn clients(&self, world: &World, actions: &mut Vec<Action>) {
        let scenario = &self.scenario;
        for application in self.applications() {
            let index = self.index(application, User(0));
            let running = world.runs(application);
            let stopping = world.host.phase(application) == Some(host::Phase::Stopping);
            if world.starts[application.0 as usize - 1] < scenario.starts && world.host.phase(application).is_none() {
                actions.push(Action::Start { application, fails: false });
                if scenario.start_fails {
                    actions.push(Action::Start { application, fails: true });
                }
            }
            if running && scenario.stops {
                actions.push(Action::Stop { application });
            }
            for user in (0..scenario.users).map(User) {
                let used = world.requested[index + usize::from(user.0)];
                // Clients ask whenever they like; only crossings on their way leave time to ask a host that stops.
                if (running || scenario.racing && stopping) && used < scenario.operations {
                    actions.push(Action::Request { application, user });
                }
                if world.reauthorizations < scenario.reauthorizations && world.host.can_reauthorize(application, &user)
                {
                    actions.push(Action::Reauthorize { application, user });
                }
            }
        }
        for (id, operation) in world.host.operations() {
            match operation.phase {
                OperationPhase::Open { responded: false, .. } => actions.push(Action::Respond { operation: id }),
                OperationPhase::Open { responded: true, .. } => {
                    actions.push(Action::End { operation: id, how: EndOfOperation::Completed });
                }
                OperationPhase::Waiting(_) | OperationPhase::Authorizing => {}
                OperationPhase::GivenUp(_) => continue,
            }
            actions.extend(scenario.ends.iter().map(|how| Action::End { operation: id, how: *how }));
        }
    }
}
