//! Random walks through every dialect: a hostile client, clock and plug-in, judged step by step by the ledger.

use super::ledger::Ledger;
use super::*;
use crate::dialect::COUNT;
use crate::rule::Rule;

const APPLICATIONS: u64 = 2;
const USERS: u64 = 2;

/// A generator of numbers that look random (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

struct Walk {
    host: Host<u8>,
    ledger: Ledger,
    dice: Dice,
    now: u64,
    contexts: u64,
    operations: u64,
    /// Whether the machine's own state is checked: not that of one with a mistake in it.
    checks: bool,
}

impl Walk {
    fn new(number: usize, seed: u64) -> Self {
        let dialect = Dialect::nth(number % COUNT).expect("a dialect");
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let refresh = [None, None, Some(Millis(0)), Some(Millis(60))][dice.roll(4) as usize];
        let (quota, enforce_quota) = (dice.roll(2) == 0, dice.roll(2) == 0);
        let host = Host::new(dialect, HostConfig { refresh, quota, enforce_quota, ..CONFIG });
        Self { host, ledger: Ledger::new(dialect), dice, now: 0, contexts: 0, operations: 0, checks: true }
    }

    fn run(&mut self, steps: usize) -> Result<(), Rule> {
        for _ in 0..steps {
            let (wait, back) = (self.dice.roll(4), self.dice.roll(16) == 0);
            self.now += [0, 1, 7, self.dice.roll(IDLE + 20)][wait as usize];
            self.step(Input::Tick)?;
            let input = self.input();
            let now = self.now;
            self.now = if back { now / 2 } else { now };
            self.step(input)?;
            self.now = now;
        }
        self.finish()
    }

    fn step(&mut self, input: Input<u8>) -> Result<(), Rule> {
        let before = self.host.clone();
        let outcome = self.host.step(Timestamp(self.now), input.clone());
        if let Input::Reauthorize { application, user } = &input {
            assert_eq!(outcome.is_ok(), before.can_reauthorize(*application, user));
        }
        let Ok(outcome) = outcome else {
            assert_eq!(self.host, before, "{input:?}");
            return Ok(());
        };
        if let Input::Request { operation, .. } = &input {
            self.ledger.answered.remove(operation);
        }
        self.ledger.judge(&self.host, &input, &outcome)?;
        if self.checks {
            consistency::check(&self.host);
        }
        Ok(())
    }

    fn application(&mut self) -> ApplicationId {
        ApplicationId(1 + self.dice.roll(APPLICATIONS) as u32)
    }

    fn user(&mut self) -> u8 {
        1 + self.dice.roll(USERS) as u8
    }

    fn input(&mut self) -> Input<u8> {
        let application = self.application();
        match self.dice.roll(24) {
            0 => Input::Start { application },
            1 => Input::Started { application, error: self.dice.roll(3).saturating_sub(1) as u32 },
            2 if self.dice.roll(3) == 0 => Input::Stop { application, reason: 3 },
            3 => Input::Stopped { application },
            4..=9 => {
                self.operations += 1;
                let shape = [Shape::Simple, Shape::Enumeration, Shape::Object][self.dice.roll(3) as usize];
                Input::Request { application, user: self.user(), operation: op(self.operations), shape }
            }
            10 => Input::Reauthorize { application, user: self.user() },
            11 | 12 => Input::Respond { operation: self.operation() },
            13 | 14 => {
                let how = [EndOfOperation::Cancelled, EndOfOperation::Disconnected][self.dice.roll(2) as usize];
                Input::End { operation: self.operation(), how }
            }
            _ => Input::Complete { completion: self.completion(), refuse: self.dice.roll(4) == 0 },
        }
    }

    fn operation(&mut self) -> OperationId {
        let known: Vec<_> = self.host.operations().map(|(id, _)| id).collect();
        let chosen = self.dice.roll(known.len().max(1) as u64) as usize;
        known.get(chosen).copied().unwrap_or(op(0))
    }

    fn completion(&mut self) -> Completion {
        let known: Vec<_> = self.host.requests().map(|(sender, r)| (sender, r.purpose.kind())).collect();
        let chosen = self.dice.roll(known.len().max(1) as u64) as usize;
        let (sender, kind) = known.get(chosen).copied().unwrap_or_else(|| (sender(999), RequestKind::User));
        let error = [0, 0, 0, 5][self.dice.roll(4) as usize];
        let mut said = Completion::failure(kind, sender, error);
        match self.dice.roll(20) {
            0 => said.flags = 1,
            1 => said.kind = RequestKind::User,
            2 => said.sender = None,
            _ => {}
        }
        if kind != RequestKind::Quota && self.dice.roll(5) != 0 && (error == 0 || self.dice.roll(3) == 0) {
            self.contexts += 1;
            said.context = context(self.contexts);
        }
        if kind == RequestKind::Quota && self.dice.roll(4) != 0 {
            said.quota = Some(Quota { shells: 1, operations: 2, timeslot_s: 1, per_timeslot: 5 });
        }
        said
    }

    /// Ends everything: then nothing is left, neither in the host nor in the ledger.
    fn finish(&mut self) -> Result<(), Rule> {
        let pending: Vec<_> = self.host.requests().map(|(sender, r)| (r.purpose.kind(), sender)).collect();
        for (kind, sender) in pending {
            let completion = Completion::failure(kind, sender, 5);
            self.step(Input::Complete { completion, refuse: false })?;
        }
        let open: Vec<_> = self.host.operations().map(|(id, _)| id).collect();
        for operation in open {
            self.step(Input::End { operation, how: EndOfOperation::Completed })?;
        }
        self.now += IDLE + 1;
        self.step(Input::Tick)?;
        if self.checks {
            assert_eq!(self.host.records().count() + self.host.operations().count() + self.host.requests().count(), 0);
        }
        let stopping: Vec<_> = self.host.applications().collect();
        let abandons = self.host.dialect.shutdown == crate::dialect::Shutdown::Abandoned;
        let is_dirty = abandons && stopping.iter().any(|(_, phase)| *phase == Phase::Stopping);
        if self.ledger.live() > 0 && !is_dirty {
            return Err(Rule::CL11);
        }
        for (application, _) in stopping {
            self.step(Input::Started { application, error: 0 })?;
            self.step(Input::Stop { application, reason: 3 })?;
            self.step(Input::Stopped { application })?;
        }
        let left = self.host.operations().count() + self.host.requests().count();
        assert!(!self.checks || (self.host.is_empty() && left == 0));
        Ok(())
    }
}

#[test]
fn no_walk_breaks_a_rule() {
    for number in 0..COUNT {
        let seed = number as u64 + 1;
        assert_eq!(Walk::new(number, seed).run(60), Ok(()), "dialect {number}");
    }
}

/// Teeth: for every seeded mistake there is a walk that ends with the very rule it breaks.
#[cfg(feature = "faults")]
#[test]
fn every_fault_of_the_host_is_found() {
    use crate::rule::Side;
    for fault in Fault::ALL.iter().copied().filter(|fault| fault.side() == Side::Host) {
        let mut walks = (0..4 * COUNT).map(|number| {
            let mut walk = Walk::new(number * 7, number as u64 + 1);
            walk.host = walk.host.with_fault(fault);
            walk.checks = false;
            walk.run(60)
        });
        assert!(walks.any(|verdict| verdict == Err(fault.rule())), "{fault}");
    }
}
