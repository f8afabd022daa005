//! Threads that play host and policy on one engine: what they do next follows from a seed and from what they saw.

use std::sync::{Arc, Mutex, PoisonError};

use wsman_authz_core::call::{Identity, RequestKind};
use wsman_authz_core::engine::{Abandoned, Answer, Effect, EngineConfig, Input, Payload, RequestId};
use wsman_authz_core::shared::SharedEngine;
use wsman_authz_core::sync::thread;
use wsman_authz_core::{ApplicationId, Context, Millis, Sender, Timestamp, Token};

use crate::history::{Act, History, Pure, Saw, Subject, engine};

/// The application of all histories.
pub(crate) const APPLICATION: ApplicationId = ApplicationId(1);

/// The shipped engine behind its locks.
pub(crate) struct Shared(SharedEngine<u8, u32>);

/// Shares an engine.
pub(crate) fn shared(engine: Pure) -> Shared {
    Shared(engine.into())
}

impl Subject for Shared {
    fn act(&self, act: &Act) -> Saw {
        match act {
            Act::Step(now, input) => {
                let effects = self.0.step(Timestamp(*now), input.clone());
                Saw::Effects(effects.map(|effects| effects.as_slice().to_vec()))
            }
            Act::CountLeases => Saw::Count(self.0.live_leases()),
            Act::CountPayloads => Saw::Count(self.0.payloads()),
            Act::CountRequests => Saw::Count(self.0.open_requests()),
            Act::NextDeadline => Saw::Deadline(self.0.next_deadline()),
        }
    }
}

/// What is open: anybody may go on with it.
#[derive(Default)]
struct Open {
    questions: Vec<(RequestId, RequestKind)>,
    completions: Vec<RequestId>,
    contexts: Vec<Context>,
}

struct Player {
    thread: u8,
    subject: Arc<Shared>,
    history: Arc<History>,
    open: Arc<Mutex<Open>>,
    /// Numbers that look random (splitmix64).
    seed: u64,
    payloads: u32,
}

/// Plays a history of so many threads, each with so many acts, and looks for its order. Whether threads overlapped.
///
/// # Panics
/// No order explains what they saw.
pub(crate) fn play(threads: u8, acts: usize, seed: u64) -> bool {
    let shard_bits = (seed % 3) as u32;
    let start = engine(EngineConfig { generations: 2, answer_within: Some(Millis(3)), shard_bits });
    let (subject, history) = (Arc::new(shared(start.clone())), Arc::new(History::new(start)));
    let open = Arc::new(Mutex::new(Open::default()));
    let players = (0..threads).map(|thread| {
        let (subject, history, open) = (Arc::clone(&subject), Arc::clone(&history), Arc::clone(&open));
        let seed = seed.wrapping_mul(31).wrapping_add(u64::from(thread) << 32);
        let mut player = Player { thread, subject, history, open, seed, payloads: 0 };
        thread::spawn(move || (0..acts).for_each(|_| player.act()))
    });
    let players: Vec<_> = players.collect();
    players.into_iter().for_each(|player| player.join().expect("a player only plays"));
    assert!(history.order().is_some(), "CL-60: no order of these steps explains what was seen:\n{}", history.story());
    history.overlaps()
}

impl Player {
    fn number(&mut self, below: usize) -> usize {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.seed ^ self.seed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % below as u64) as usize
    }

    fn act(&mut self) {
        let act = self.next();
        let saw = self.history.record(self.thread, &*self.subject, act);
        let Saw::Effects(Ok(effects)) = saw else { return };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for effect in effects {
            match effect {
                Effect::Ask { request, kind, .. } => open.questions.push((request, kind)),
                Effect::Complete { request, completion } => {
                    open.completions.push(request);
                    open.contexts.extend(completion.context);
                }
                Effect::Drop(_) | Effect::CloseToken(_) | Effect::Drained { .. } | Effect::Report(_) => {}
            }
        }
    }

    /// Goes on with something that is open, half of the time; some of it twice, which is misuse.
    fn next(&mut self) -> Act {
        let now = self.number(5) as u64;
        let (which, again) = (self.number(64), self.number(8) == 0);
        let open = Arc::clone(&self.open);
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        let input = match self.number(16) {
            0..3 => return self.look(),
            3..6 if !open.questions.is_empty() => {
                let at = which % open.questions.len();
                let (request, kind) = if again { open.questions[at] } else { open.questions.remove(at) };
                self.reply(request, kind)
            }
            6..9 if !open.completions.is_empty() => {
                let at = which % open.completions.len();
                let request = open.completions.remove(at);
                Input::Completed { request, error: if again { 87 } else { 0 } }
            }
            9..12 if !open.contexts.is_empty() => {
                let at = which % open.contexts.len();
                let context = if again { open.contexts[at] } else { open.contexts.remove(at) };
                Input::Release { context: Some(context) }
            }
            12 => Input::Tick,
            13 if again => Input::Shutdown { application: APPLICATION },
            _ => self.question(),
        };
        Act::Step(now, input)
    }

    fn look(&mut self) -> Act {
        let looks = [Act::CountLeases, Act::CountPayloads, Act::CountRequests, Act::NextDeadline];
        let which = self.number(looks.len());
        looks[which].clone()
    }

    fn question(&mut self) -> Input<u8, u32> {
        let sender = Sender::new(1 + self.number(1_000) as u64).expect("at least 1");
        let (application, user) = (APPLICATION, self.number(2) as u8);
        match self.number(4) {
            0 => Input::AuthorizeOperation { application, sender, user },
            1 => Input::QueryQuota { application, sender, user },
            _ => Input::AuthorizeUser { application, sender, user },
        }
    }

    fn reply(&mut self, request: RequestId, kind: RequestKind) -> Input<u8, u32> {
        self.payloads += 1;
        let number = u32::from(self.thread) << 16 | self.payloads;
        let payload = [Payload::None, Payload::Shared, Payload::Fresh(number), Payload::Fresh(number)];
        let payload = payload[self.number(4)].clone();
        let identity = [Identity::Client, Identity::Token(Token(number.into()))][self.number(2)];
        let answer = match (self.number(6), kind) {
            (0, _) => Answer::Deny { error: 5, text: None },
            (1, _) => return Input::Abandon { request, why: Abandoned::Dropped },
            (_, RequestKind::User) => Answer::AllowUser { payload, identity, administrator: false },
            (_, RequestKind::Operation) => Answer::AllowOperation { payload },
            (_, RequestKind::Quota) => Answer::Quota(EngineConfig::SERVICE_QUOTA),
        };
        Input::Answer { request, answer }
    }
}
