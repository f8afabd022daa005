//! The host against its rules: scripted steps, whose effects are compared as a whole, and random walks.

mod consistency;
mod dialects;
mod ledger;
mod operations;
mod quota;
mod reauthorization;
mod records;
mod shutdown;
mod tables;
mod walk;

use alloc::vec::Vec;

use super::*;
use crate::call::{Call, Completion, EndOfOperation, Identity, Quota, RequestKind};
use crate::id::Context;
use crate::time::Millis;

pub(super) const A: ApplicationId = ApplicationId(1);
pub(super) const IDLE: u64 = 100;
pub(super) const ANN: u8 = 1;
pub(super) const BOB: u8 = 2;

pub(super) const CONFIG: HostConfig =
    HostConfig { idle: Millis(IDLE), refresh: None, request_timeout: Millis(30), quota: false, enforce_quota: false };

pub(super) fn dialect(words: &str) -> Dialect {
    Dialect::parse(words).expect("a dialect")
}

pub(super) const fn op(number: u64) -> OperationId {
    OperationId(number)
}

pub(super) fn context(value: u64) -> Option<Context> {
    Context::new(value)
}

fn sender(value: u64) -> Sender {
    Sender::new(value).expect("not NULL")
}

/// A host with one running application, and a clock.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) host: Host<u8>,
    pub(super) now: u64,
}

impl Bench {
    pub(super) fn new(words: &str) -> Self {
        Self::with(words, CONFIG)
    }

    pub(super) fn with(words: &str, config: HostConfig) -> Self {
        let mut bench = Self { host: Host::new(dialect(words), config), now: 0 };
        let idle = Some(config.idle);
        assert_eq!(
            bench.step(Input::Start { application: A }),
            [crossing(Place::Anywhere, Call::Startup { application: A, flags: 0, idle })]
        );
        assert_eq!(bench.step(Input::Started { application: A, error: 0 }), []);
        bench
    }

    pub(super) fn try_step(&mut self, input: Input<u8>) -> Result<Outcome<u8>, Misuse> {
        self.host.step(Timestamp(self.now), input)
    }

    /// A step that a completion function answers with 0, or that is no completion.
    pub(super) fn step(&mut self, input: Input<u8>) -> Vec<Effect<u8>> {
        let outcome = self.try_step(input).expect("no misuse");
        assert_eq!(outcome.error, 0);
        outcome.effects
    }

    pub(super) fn at(&mut self, now: u64) -> Vec<Effect<u8>> {
        self.now = now;
        self.step(Input::Tick)
    }

    pub(super) fn request(&mut self, user: u8, operation: u64) -> Vec<Effect<u8>> {
        self.request_as(user, operation, Shape::Simple)
    }

    pub(super) fn request_as(&mut self, user: u8, operation: u64, shape: Shape) -> Vec<Effect<u8>> {
        self.step(Input::Request { application: A, user, operation: op(operation), shape })
    }

    pub(super) fn reauthorize(&mut self, user: u8) -> Vec<Effect<u8>> {
        self.step(Input::Reauthorize { application: A, user })
    }

    pub(super) fn end(&mut self, operation: u64, how: EndOfOperation) -> Vec<Effect<u8>> {
        self.step(Input::End { operation: op(operation), how })
    }

    pub(super) fn respond(&mut self, operation: u64) -> Vec<Effect<u8>> {
        self.step(Input::Respond { operation: op(operation) })
    }

    pub(super) fn stop(&mut self) -> Vec<Effect<u8>> {
        self.step(Input::Stop { application: A, reason: 3 })
    }

    pub(super) fn complete(&mut self, completion: Completion) -> Vec<Effect<u8>> {
        self.step(Input::Complete { completion, refuse: false })
    }

    /// The code that the completion function returns, and the effects.
    pub(super) fn refused(&mut self, completion: Completion, refuse: bool) -> (u32, Vec<Effect<u8>>) {
        let outcome = self.try_step(Input::Complete { completion, refuse }).expect("no misuse");
        (outcome.error, outcome.effects)
    }

    /// Opens operation `number` of `user`, whose record (context 10) begins with it; its own context is 20.
    pub(super) fn open(&mut self, user: u8, number: u64) -> &mut Self {
        self.request(user, number);
        self.complete(allow_user(self.newest(), 10));
        self.complete(allow_operation(self.newest(), 20));
        self
    }

    /// The newest request.
    pub(super) fn newest(&self) -> u64 {
        self.host.requests().last().map_or(0, |(sender, _)| sender.0.get())
    }
}

pub(super) fn allow_user(request: u64, value: u64) -> Completion {
    Completion {
        context: context(value),
        identity: Some(Identity::Client),
        ..Completion::failure(RequestKind::User, sender(request), 0)
    }
}

pub(super) fn allow_operation(request: u64, value: u64) -> Completion {
    Completion { context: context(value), ..Completion::failure(RequestKind::Operation, sender(request), 0) }
}

pub(super) fn tell_quota(request: u64, quota: Option<Quota>) -> Completion {
    Completion { quota, ..Completion::failure(RequestKind::Quota, sender(request), 0) }
}

pub(super) fn deny(kind: RequestKind, request: u64) -> Completion {
    Completion::failure(kind, sender(request), 5)
}

pub(super) const fn crossing(place: Place, call: Call<u8>) -> Effect<u8> {
    Effect::Cross { place, call }
}

pub(super) fn asks_user(place: Place, request: u64, user: u8, again: bool) -> Effect<u8> {
    let (sender, reauthorization) = (sender(request), Some(again));
    crossing(place, Call::AuthorizeUser { application: A, sender, user, reauthorization })
}

pub(super) fn asks_operation(place: Place, request: u64, user: u8, number: u64) -> Effect<u8> {
    let (sender, operation) = (sender(request), Some(op(number)));
    crossing(place, Call::AuthorizeOperation { application: A, sender, user, operation })
}

pub(super) fn asks_quota(place: Place, request: u64, user: u8) -> Effect<u8> {
    crossing(place, Call::QueryQuota { application: A, sender: sender(request), user })
}

pub(super) fn releases(place: Place, value: u64) -> Effect<u8> {
    crossing(place, Call::Release { context: context(value) })
}

pub(super) const fn ends(place: Place, number: u64, how: EndOfOperation) -> Effect<u8> {
    crossing(place, Call::OperationEnd { operation: op(number), how })
}

pub(super) const fn expires(user: u8) -> Effect<u8> {
    crossing(Place::Anywhere, Call::RecordExpired { application: A, user })
}

pub(super) const fn shuts_down() -> Effect<u8> {
    crossing(Place::Anywhere, Call::Shutdown { application: A, reason: 3 })
}

pub(super) const fn refuses(number: u64, why: Refused) -> Effect<u8> {
    Effect::Refused(op(number), why)
}

pub(super) const fn begins(number: u64) -> Effect<u8> {
    Effect::Begun(op(number))
}
