//! Requests in an outline: what the host knows of one, what the engine knows, and the completion between them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wsman_authz_core::call::{Call, RequestKind};
use wsman_authz_core::engine;
use wsman_authz_core::host::Purpose;
use wsman_authz_core::{ApplicationId, Context, OperationId, PayloadId, Sender, Timestamp};

use super::{Outline, identity, moment};
use crate::model::User;
use crate::model::flight::Flight;
use crate::model::ghost::Asked;
use crate::model::world::World;

/// The requests that one side still knows, the oldest first.
pub(super) fn by_age(world: &World) -> Vec<Sender> {
    let host = world.host.requests().map(|(sender, _)| sender);
    let mut requests: Vec<Sender> = host.chain(world.engine.requests().map(|request| request.sender)).collect();
    requests.sort_unstable();
    requests.dedup();
    requests
}

impl Outline<'_> {
    /// What a request is about: whom, which question, and what waits for the answer.
    pub(super) fn subject(&self, sender: Sender) -> Option<(usize, RequestKind, (u8, usize, u32))> {
        let (application, user, kind) = self.asker(sender)?;
        let purpose = self.purpose(self.world.host.request_of(sender).map(|request| &request.purpose));
        Some((self.place_of(application, user), kind, purpose))
    }

    fn asker(&self, sender: Sender) -> Option<(ApplicationId, User, RequestKind)> {
        let engine = self.world.engine.requests().find(|request| request.sender == sender);
        let asker = engine.map(|request| (request.application, *request.user, request.kind));
        let host = || self.world.host.request_of(sender);
        asker.or_else(|| host().map(|request| (request.application, request.user, request.purpose.kind())))
    }

    pub(super) fn request(&mut self, index: usize, text: &mut String) {
        let sender = self.requests[index];
        let host = self.world.host.request_of(sender);
        let engine = self.world.engine.requests().find(|request| request.sender == sender);
        let asked = engine.and_then(|request| self.world.ghost.asked.get(&request.request));
        let Some((application, user, kind)) = self.asker(sender) else { return };
        let visitor = self.place_of(application, user);
        let (purpose, operation, waiting) = self.purpose(host.map(|request| &request.purpose));
        let ends = moment(host.and_then(|request| request.deadline));
        let flight = engine.and_then(|request| {
            self.world.flights.iter().find(|flight| match flight {
                Flight::Completion { request: id, .. } | Flight::Return { request: id, .. } => *id == request.request,
                Flight::Entry { .. } => false,
            })
        });
        let (at, gate) = self.whereabouts(sender, engine.map(|request| request.phase), flight);
        let reply = u8::from(engine.is_some_and(|request| request.reply_out));
        let (refused, said) = match flight {
            Some(Flight::Return { error, .. }) => (*error != 0, None),
            Some(Flight::Completion { completion, .. }) => (false, Some(completion)),
            _ => (false, None),
        };
        let yes = u8::from(said.is_some_and(|completion| completion.is_success()));
        let identity = said.map_or(0, |completion| identity(completion.identity));
        let matters = at == 2 || said.is_some() || refused;
        let renews = asked.filter(|_| matters).map_or(0, |asked| self.renews(application, user, asked));
        let offered = asked.and_then(|asked| asked.offered).filter(|_| said.is_some() || refused);
        let (offer, behind) = self.offer(application, user, kind, offered);
        let behind = self.payload(behind);
        let pin = self.payload(asked.and_then(|asked| asked.shown));
        let deadline = moment(asked.and_then(|asked| asked.deadline).map(Timestamp));
        let refused = u8::from(refused);
        let kind = kind as u8;
        let _ = write!(
            text,
            " Q{visitor},{kind},{purpose},{operation},{waiting},{ends},{at},{gate},{reply},{pin},{renews},{deadline},\
             {yes},{refused},{identity},{offer},{behind}"
        );
    }

    fn whereabouts(&self, sender: Sender, phase: Option<engine::Phase>, flight: Option<&Flight>) -> (u8, usize) {
        match phase {
            None => {
                let of_sender = |flight: &Flight| match flight {
                    Flight::Entry { gate, call } if question_of(call) == Some(sender) => Some(*gate),
                    _ => None,
                };
                let gate = self.world.flights.iter().find_map(of_sender);
                (1, gate.map_or(0, |gate| self.gate(gate)))
            }
            Some(engine::Phase::Asked) => (2, 0),
            Some(engine::Phase::Completing) if matches!(flight, Some(Flight::Return { .. })) => (4, 0),
            Some(engine::Phase::Completing) => (3, 0),
            Some(engine::Phase::Over) => (5, 0),
        }
    }

    fn purpose(&self, purpose: Option<&Purpose>) -> (u8, usize, u32) {
        let bits = |waiting: &BTreeSet<OperationId>| waiting.iter().fold(0, |bits, id| bits | 1 << self.number(*id));
        match purpose {
            None => (0, 0, 0),
            Some(Purpose::User(waiting)) => (1, 0, bits(waiting)),
            Some(Purpose::Renewal(waiting)) => (2, 0, bits(waiting)),
            Some(Purpose::Quota(waiting)) => (3, 0, bits(waiting)),
            Some(Purpose::Operation(id)) => (4, self.number(*id), 0),
            Some(Purpose::TimedOut(_)) => (5, 0, 0),
        }
    }

    /// The place of an operation among all.
    fn number(&self, id: OperationId) -> usize {
        let (application, user, number) = (id.0 / 100, id.0 / 10 % 10, id.0 % 10);
        let visitor = self.place_of(ApplicationId(application as u32), User(user as u8));
        visitor * usize::from(self.model.scenario.operations) + number as usize
    }

    /// The user's leases that a no revokes, as bits by their place in the stack.
    fn renews(&self, application: ApplicationId, user: User, asked: &Asked) -> u32 {
        let grants = self.world.engine.grants(application, &user);
        grants.zip(0u32..).filter(|(context, _)| asked.renews.contains(context)).fold(0, |bits, (_, n)| bits | 1 << n)
    }

    /// The lease of a completion: its place in the stack plus one, or 1 and the payload of an operation's.
    fn offer(
        &self,
        application: ApplicationId,
        user: User,
        kind: RequestKind,
        offered: Option<Context>,
    ) -> (usize, Option<PayloadId>) {
        let Some(context) = offered else { return (0, None) };
        if kind == RequestKind::User {
            let mut grants = self.world.engine.grants(application, &user);
            return (grants.position(|other| other == context).map_or(0, |place| place + 1), None);
        }
        (1, self.world.ghost.leases.get(&context).and_then(|lease| lease.payload))
    }
}

/// The address of a question on its way.
const fn question_of(call: &Call<User>) -> Option<Sender> {
    match call {
        Call::AuthorizeUser { sender, .. }
        | Call::AuthorizeOperation { sender, .. }
        | Call::QueryQuota { sender, .. } => Some(*sender),
        _ => None,
    }
}
