//! A state without the numbers by which the machines name things: what is left is the protocol.
//!
//! Handles, slots, generations, addresses, payload numbers and request numbers tell how a state came about; what can
//! happen next does not depend on them. An outline names a request by its age, a user's lease by its place in the stack
//! of grants, an operation's lease by its operation, and a payload by the first of its holders. The second model
//! (`models/promela/`) has exactly these states, so the two can be compared one by one.

mod nameless;
mod requests;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wsman_authz_core::call::{Call, EndOfOperation, Identity};
use wsman_authz_core::engine::RequestId;
use wsman_authz_core::host::{self, OperationPhase};
use wsman_authz_core::{ApplicationId, Context, OperationId, PayloadId, Sender, Timestamp};

use super::User;
use super::flight::{Flight, Gate};
use super::world::{Model, World};
use requests::by_age;

/// Where a lease is.
const OFFERED: u8 = 1;
const HELD: u8 = 2;
const BACK: u8 = 3;
const LEFT: u8 = 4;

impl Model {
    /// The outline of `world` as a line of text: sections for the budgets and clocks, each application (`A`), each user
    /// (`V`) with the user's leases (`L`), each operation (`O`) and each request (`Q`), numbers with commas between.
    ///
    /// Requests are told apart by the age of their address, so the dialect must not use one twice.
    #[must_use]
    pub fn outline(&self, world: &World) -> String {
        let users: Vec<User> = (0..self.scenario.users).map(User).collect();
        Outline { model: self, world, requests: by_age(world), users: &users, payloads: BTreeMap::new() }.text()
    }
}

struct Outline<'a> {
    model: &'a Model,
    world: &'a World,
    /// In the order in which they are told.
    requests: Vec<Sender>,
    users: &'a [User],
    /// Names in the order of the holders.
    payloads: BTreeMap<PayloadId, usize>,
}

impl<'a> Outline<'a> {
    fn text(&mut self) -> String {
        let mut text = self.clocks();
        for application in self.model.applications() {
            self.application(application, &mut text);
        }
        for (application, user) in self.visitors() {
            self.user(application, user, &mut text);
        }
        for (application, user) in self.visitors() {
            self.operations(application, user, &mut text);
        }
        for index in 0..self.requests.len() {
            self.request(index, &mut text);
        }
        text
    }

    fn visitors(&self) -> impl Iterator<Item = (ApplicationId, User)> + use<'a> {
        let users = self.users;
        self.model.applications().flat_map(|application| users.iter().map(move |user| (application, *user)))
    }

    /// The place of a user of an application among all of them.
    fn place_of(&self, application: ApplicationId, user: User) -> usize {
        let place = self.users.iter().position(|other| *other == user).unwrap_or(self.users.len());
        self.model.index(application, User(place as u8))
    }

    fn clocks(&self) -> String {
        let World { now, set_back_unnoticed, waits, set_backs, refusals, reauthorizations, .. } = self.world;
        // The host's clock counts only where the world's, set back once more, could be behind it.
        let behind = now.saturating_sub(u64::from(self.model.scenario.set_backs - set_backs));
        let host = self.world.host.now().0.max(behind);
        let unseen = u8::from(*set_back_unnoticed);
        format!("{now},{host},{unseen},{waits},{set_backs},{refusals},{reauthorizations}")
    }

    fn application(&self, application: ApplicationId, text: &mut String) {
        let is_shutdown = |flight: &Flight| matches!(flight, Flight::Entry { call: Call::Shutdown { application: other, .. }, .. } if *other == application);
        let phase = match self.world.host.phase(application) {
            None | Some(host::Phase::Starting) => 0,
            Some(host::Phase::Running) => 1,
            Some(host::Phase::Stopping) if self.world.flights.iter().any(is_shutdown) => 2,
            Some(host::Phase::Stopping) => 3,
        };
        let _ = write!(text, " A{phase},{}", self.world.starts[application.0 as usize - 1]);
    }

    fn user(&mut self, application: ApplicationId, user: User, text: &mut String) {
        let wanted = self.world.requested[self.model.index(application, user)];
        let record = self.world.host.record(application, &user);
        let identity = record.map_or(0, |record| identity(Some(record.identity)));
        let quota = u8::from(record.is_some_and(|record| record.quota.is_some()));
        let ends = moment(record.and_then(|record| record.deadline));
        let refresh = moment(record.and_then(|record| record.refresh_at));
        let live = u8::from(record.is_some());
        let _ = write!(text, " V{wanted},{live},{identity},{quota},{ends},{refresh}");
        let held = record.and_then(|record| record.lease);
        for context in self.world.engine.grants(application, &user) {
            let lease = self.world.ghost.leases.get(&context);
            let payload = self.payload(lease.and_then(|lease| lease.payload));
            let (at, gate) = self.place(context, held == Some(context));
            let revoked = u8::from(lease.is_some_and(|lease| lease.revoked));
            let _ = write!(text, " L{at},{payload},{gate},{revoked}");
        }
    }

    fn operations(&mut self, application: ApplicationId, user: User, text: &mut String) {
        for number in 0..self.model.scenario.operations {
            let id = OperationId(u64::from(application.0) * 100 + u64::from(user.0) * 10 + u64::from(number));
            let phase = self.world.host.operation(id).map(|operation| operation.phase);
            let (phase, how, lease) = match phase {
                None => (0, 0, None),
                Some(OperationPhase::Waiting(_)) => (1, 0, None),
                Some(OperationPhase::Authorizing) => (2, 0, None),
                Some(OperationPhase::GivenUp(how)) => (3, ending(how), None),
                Some(OperationPhase::Open { lease, responded }) => (4 + u8::from(responded), 0, lease),
            };
            // Leases that no operation holds any more lie about only where crossings race, with one operation each.
            let lease = lease.or_else(|| self.stray_leases(application, user).next().filter(|_| number == 0));
            let (at, gate) = lease.map_or((0, 0), |context| self.place(context, phase >= 4));
            let payload = lease.and_then(|context| self.world.ghost.leases.get(&context)?.payload);
            let payload = self.payload(payload);
            let _ = write!(text, " O{phase},{how},{at},{payload},{gate}");
        }
    }

    /// Leases of operations that are on their way back, or were left behind.
    fn stray_leases(&self, application: ApplicationId, user: User) -> impl Iterator<Item = Context> {
        let leases = self.world.ghost.leases.iter();
        let of_user =
            leases.filter(move |(_, lease)| !lease.is_user && lease.application == application && lease.user == user);
        let held = |context: Context| {
            self.world.host.operations().any(|(_, operation)| {
                matches!(operation.phase, OperationPhase::Open { lease: Some(lease), .. } if lease == context)
            })
        };
        let stray = move |context: &Context| !held(*context) && self.place(*context, false).0 != OFFERED;
        of_user.map(|(context, _)| *context).filter(stray)
    }

    /// Where a lease is, and when its release may arrive.
    fn place(&self, context: Context, held: bool) -> (u8, usize) {
        for flight in &self.world.flights {
            match flight {
                Flight::Entry { gate, call: Call::Release { context: Some(back) } } if *back == context => {
                    return (BACK, self.gate(*gate));
                }
                Flight::Completion { completion, .. } if completion.context == Some(context) => return (OFFERED, 0),
                Flight::Return { request, error, .. } if *error != 0 && self.offered(*request) == Some(context) => {
                    return (OFFERED, 0);
                }
                _ => {}
            }
        }
        (if held { HELD } else { LEFT }, 0)
    }

    fn offered(&self, request: RequestId) -> Option<Context> {
        self.world.ghost.asked.get(&request)?.offered
    }

    fn gate(&self, gate: Gate) -> usize {
        let age = |request| {
            let sender = self.world.ghost.asked.get(&request).map(|asked| asked.sender);
            self.requests.iter().position(|other| Some(*other) == sender).unwrap_or(self.requests.len())
        };
        match gate {
            Gate::Open => 0,
            Gate::Within(request) => 1 + age(request),
            Gate::After(request) => 51 + age(request),
        }
    }

    /// The name of a payload: how many others were named before it.
    fn payload(&mut self, payload: Option<PayloadId>) -> usize {
        let next = self.payloads.len() + 1;
        payload.map_or(0, |payload| *self.payloads.entry(payload).or_insert(next))
    }
}

/// Moments are told plus one; zero is none.
const fn moment(moment: Option<Timestamp>) -> u64 {
    match moment {
        Some(moment) => moment.0 + 1,
        None => 0,
    }
}

const fn identity(identity: Option<Identity>) -> u8 {
    match identity {
        None => 0,
        Some(Identity::Client) => 1,
        Some(Identity::Token(_)) => 2,
        Some(Identity::Host) => 3,
    }
}

const fn ending(how: EndOfOperation) -> u8 {
    match how {
        EndOfOperation::Completed => 0,
        EndOfOperation::Cancelled => 1,
        EndOfOperation::TimedOut => 2,
        EndOfOperation::Disconnected => 3,
    }
}
