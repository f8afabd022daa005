//! The clients of the reference host: what happens next, by a seeded choice.
//!
//! They ask for operations, get their responses, give up, change their credentials; and now and then the host's clock
//! leaps, so that records expire and requests are overdue.

use wsman_authz_core::call::EndOfOperation;
use wsman_authz_core::dialect::LongOperations;
use wsman_authz_core::host::{Host, HostConfig, Input, OperationPhase, Shape};
use wsman_authz_core::{ApplicationId, Millis, OperationId};

use super::story::Story;
use super::user::User;
use crate::random::Random;

/// Longest pause between two events, in milliseconds of the host's clock.
const PAUSE: u64 = 20;

/// How often a round brings about what is rare before it becomes rare: however short the round, it is not left to
/// chance whether a plug-in sees a re-authorization.
const SURELY: u32 = 4;
/// How much more often until then.
const EAGERLY: u64 = 10;
/// How many users are tried for a re-authorization until then: not each has a record.
const TRIES: u32 = 8;

/// An operation that has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Open {
    operation: OperationId,
    responded: bool,
}

/// All clients together.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    users: u32,
    odd_senders: bool,
    /// How many requests may wait for their answer at a time.
    capacity: u64,
    /// How many requests there will be.
    pub(super) limit: u64,
    /// Requests made in this round.
    pub(super) asked: u64,
    /// Requests that were granted or refused in this round.
    pub(super) answered: u64,
    /// Those of the rounds before.
    pub(super) answered_before: u64,
    last_operation: u64,
    open: Vec<Open>,
    /// Re-authorizations of this round.
    reauthorized: u32,
    /// Leaps of the clock in this round.
    leapt: u32,
    /// Applications that take requests.
    pub(super) running: Vec<ApplicationId>,
    /// No further requests.
    pub(super) closing: bool,
}

/// The host settings that go with so many users: about one request in twenty finds its record expired.
pub(super) fn settings(users: u32, quota: bool) -> HostConfig {
    let idle = 1_000 + 3 * PAUSE / 2 * u64::from(users);
    HostConfig {
        idle: Millis(idle),
        refresh: Some(Millis(5 * idle)),
        request_timeout: Millis(3 * idle),
        quota,
        enforce_quota: false,
    }
}

/// In how many choices of a thousand something rare happens that happened so often before.
const fn often(before: u32, in_a_thousand: u64) -> u64 {
    if before < SURELY { in_a_thousand * EAGERLY } else { in_a_thousand }
}

impl Clients {
    pub(super) fn new(users: u32, threads: u32, odd_senders: bool) -> Self {
        Self {
            users,
            odd_senders,
            capacity: 32 + 8 * u64::from(threads),
            limit: 0,
            asked: 0,
            answered: 0,
            answered_before: 0,
            last_operation: 0,
            open: Vec::new(),
            reauthorized: 0,
            leapt: 0,
            running: Vec::new(),
            closing: false,
        }
    }

    pub(super) fn begin_round(&mut self, limit: u64) {
        self.limit = limit;
        self.answered_before += self.answered;
        (self.asked, self.answered, self.closing) = (0, 0, false);
        (self.reauthorized, self.leapt) = (0, 0);
        self.open.clear();
        self.running.clear();
    }

    /// The host let the operation begin.
    pub(super) fn begun(&mut self, operation: OperationId) {
        self.answered += 1;
        self.open.push(Open { operation, responded: false });
    }

    /// The host refused the operation.
    pub(super) const fn refused(&mut self) {
        self.answered += 1;
    }

    /// Whether nobody waits and nothing is open.
    pub(super) const fn are_content(&self) -> bool {
        self.asked == self.answered && self.open.is_empty()
    }

    /// Whether all requests of the round were made.
    pub(super) const fn have_asked_all(&self) -> bool {
        self.asked >= self.limit
    }

    /// Whether so many wait for an answer that nobody asks.
    pub(super) const fn is_full(&self) -> bool {
        self.asked - self.answered >= self.capacity
    }

    /// What happens next, after how many milliseconds; `None` if all wait for the plug-in.
    pub(super) fn next(&mut self, random: &mut Random, host: &Host<User>) -> Option<(Millis, Input<User>)> {
        let pause = Millis(random.below(PAUSE + 1));
        let roll = random.below(1000);
        let may_ask = !self.closing && !self.have_asked_all() && !self.is_full() && !self.running.is_empty();
        let must_end = !may_ask || self.open.len() > 32 + self.users as usize;
        if (roll < 450 || must_end)
            && let Some(input) = self.end_one(random, host)
        {
            return Some((pause, input));
        }
        let (reauthorizing, leaping) = (often(self.reauthorized, 10), often(self.leapt, 2));
        match roll {
            450..455 => {
                if let Some(input) = self.give_up(random, host) {
                    return Some((pause, input));
                }
            }
            455.. if roll - 455 < reauthorizing => {
                if let Some(input) = self.reauthorize(random, host) {
                    return Some((pause, input));
                }
            }
            455.. if may_ask && roll - 455 < reauthorizing + leaping => {
                self.leapt += 1;
                let idle = host.config().idle.0;
                let leap = if random.once_in(8) { 3 * idle } else { idle };
                return Some((Millis(leap + pause.0), Input::Tick));
            }
            _ => {}
        }
        if may_ask { self.ask(random).map(|input| (pause, input)) } else { None }
    }

    fn user(&self, random: &mut Random) -> User {
        if self.odd_senders && random.once_in(32) {
            return random.pick(&User::ODD).unwrap_or(User(1));
        }
        User(1 + random.below(u64::from(self.users)) as u32)
    }

    /// The credentials of somebody whose record allows it change.
    fn reauthorize(&mut self, random: &mut Random, host: &Host<User>) -> Option<Input<User>> {
        let application = random.pick(&self.running)?;
        let tries = if self.reauthorized < SURELY { TRIES } else { 1 };
        let mut tried = (0..tries).map(|_| self.user(random));
        let user = tried.find(|user| host.can_reauthorize(application, user))?;
        self.reauthorized += 1;
        Some(Input::Reauthorize { application, user })
    }

    fn ask(&mut self, random: &mut Random) -> Option<Input<User>> {
        let application = random.pick(&self.running)?;
        let user = self.user(random);
        self.asked += 1;
        self.last_operation += 1;
        let operation = OperationId(self.last_operation);
        Some(Input::Request { application, user, operation, shape: Story::of(operation).shape })
    }

    /// A client that still waits goes away.
    fn give_up(&self, random: &mut Random, host: &Host<User>) -> Option<Input<User>> {
        let waiting = self.asked - self.answered;
        let operation = OperationId(self.last_operation.saturating_sub(random.below(waiting.max(1))));
        let phase = host.operation(operation)?.phase;
        let waits = matches!(phase, OperationPhase::Waiting(_) | OperationPhase::Authorizing);
        waits.then_some(Input::End { operation, how: EndOfOperation::Disconnected })
    }

    /// An operation gets on: its response is sent, or it ends.
    fn end_one(&mut self, random: &mut Random, host: &Host<User>) -> Option<Input<User>> {
        while !self.open.is_empty() {
            let place = random.below(self.open.len() as u64) as usize;
            let Open { operation, responded } = self.open.swap_remove(place);
            // Expiry and Shutdown end operations too.
            if !matches!(host.operation(operation).map(|o| o.phase), Some(OperationPhase::Open { .. })) {
                continue;
            }
            if responded || random.once_in(5) {
                let how = [
                    EndOfOperation::Completed,
                    EndOfOperation::Cancelled,
                    EndOfOperation::TimedOut,
                    EndOfOperation::Disconnected,
                ];
                return random.pick(&how).map(|how| Input::End { operation, how });
            }
            let goes_on = match Story::of(operation).shape {
                Shape::Simple => false,
                Shape::Enumeration => true,
                Shape::Object => host.dialect().long_operations == LongOperations::Object,
            };
            if goes_on {
                self.open.push(Open { operation, responded: true });
            }
            return Some(Input::Respond { operation });
        }
        None
    }
}
