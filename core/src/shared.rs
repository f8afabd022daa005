//! The engine under several threads: a lock for each shard, held for one step and never across an effect (CL-60).
//!
//! ```text
//! what a step concerns                                  locks
//! ───────────────────────────────────────────────────   ─────────────────────────────────────
//! one user                                              that of the user's shard
//! the host's answer to a request of an application      all: the application may end with this step
//!   that shuts down
//! an application, the clock, a number about everything  all
//! ```
//!
//! Who takes all takes them in the order of the shards, and nobody takes another while holding one. Whether an
//! application shuts down changes under all locks only, so what a thread sees of it under one lock is so.
//!
//! Whoever takes a step performs its effects, after the locks are gone. Two threads may therefore perform in either
//! order; `engine::Effect` says for each effect why that is sound.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::hash::Hash;

use crate::engine::{Effects, Engine, EngineConfig, Input, Misuse, Shard, concerns, conduct, shard_of_context};
use crate::id::{ApplicationId, Context};
use crate::sync::{Guard, Mutex};
use crate::time::Timestamp;

/// A shard on cache lines of its own: who is busy in one does not slow down who is busy in the next.
#[repr(align(128))]
struct Locked<K, P>(Mutex<Shard<K, P>>);

/// An [`Engine`] that every thread of a process may step.
pub struct SharedEngine<K, P> {
    shards: Box<[Locked<K, P>]>,
}

impl<K: Ord + Clone + Hash, P: Clone> SharedEngine<K, P> {
    /// An engine without applications.
    #[must_use]
    pub fn new(config: EngineConfig) -> Self {
        Engine::new(config).into()
    }

    /// One step of the engine. The caller performs the effects, with no lock of its own held.
    ///
    /// An input that is refused is dropped under the lock: keep a second handle on any payload in it, so that its
    /// destructor does not run there (CL-60).
    ///
    /// # Errors
    /// As [`Engine::step`]: the input broke the contract, and nothing changed.
    pub fn step(&self, now: Timestamp, input: Input<K, P>) -> Result<Effects<P>, Misuse> {
        if let [only] = &*self.shards {
            return conduct(&mut [&mut *only.0.lock()], now, input);
        }
        if let Some(index) = concerns(&input, self.bits()) {
            let mut shard = self.shards[index].0.lock();
            if !shard.may_end_with(&input) {
                return shard.step(now, input);
            }
        }
        self.step_all(now, input)
    }

    fn step_all(&self, now: Timestamp, input: Input<K, P>) -> Result<Effects<P>, Misuse> {
        let mut guards = self.lock_all();
        let mut shards: Vec<&mut Shard<K, P>> = guards.iter_mut().map(|guard| &mut **guard).collect();
        conduct(&mut shards, now, input)
    }

    fn lock_all(&self) -> Vec<Guard<'_, Shard<K, P>>> {
        self.shards.iter().map(|shard| shard.0.lock()).collect()
    }

    fn bits(&self) -> u32 {
        self.shards.len().ilog2()
    }

    fn sum(&self, number: impl Fn(&Shard<K, P>) -> usize) -> usize {
        self.lock_all().iter().map(|shard| number(shard)).sum()
    }

    /// When the next request is overdue; see [`Engine::next_deadline`].
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.lock_all().iter().filter_map(|shard| shard.next_deadline()).min()
    }

    /// What stands behind a live lease: a second handle on it.
    #[must_use]
    pub fn payload_of(&self, context: Context) -> Option<P> {
        self.shards[shard_of_context(context, self.bits())].0.lock().payload_of(context).cloned()
    }

    /// How many leases the host holds.
    #[must_use]
    pub fn live_leases(&self) -> usize {
        self.sum(Shard::live_leases)
    }

    /// How many payloads stand behind them or are pinned by requests.
    #[must_use]
    pub fn payloads(&self) -> usize {
        self.sum(Shard::payloads)
    }

    /// How many replies of an application its policy still holds.
    #[must_use]
    pub fn replies_out(&self, application: ApplicationId) -> usize {
        self.sum(|shard| {
            shard.requests().filter(|request| request.application == application && request.reply_out).count()
        })
    }

    /// How many requests are not over.
    #[must_use]
    pub fn open_requests(&self) -> usize {
        self.sum(Shard::open_requests)
    }
}

impl<K: Ord + Clone + Hash, P: Clone> From<Engine<K, P>> for SharedEngine<K, P> {
    /// Shares an engine as it is.
    fn from(engine: Engine<K, P>) -> Self {
        Self { shards: engine.into_shards().map(|shard| Locked(Mutex::new(shard))).collect() }
    }
}

impl<K, P> fmt::Debug for SharedEngine<K, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedEngine").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::vec::Vec;

    use super::*;
    use crate::call::Identity;
    use crate::engine::{Answer, Effect, Payload};
    use crate::{ApplicationId, Millis, Sender};

    #[test]
    fn two_threads_step_one_engine() {
        [0, 3].into_iter().for_each(two_threads);
    }

    fn two_threads(shard_bits: u32) {
        let engine = &SharedEngine::<u8, ()>::new(EngineConfig { shard_bits, ..EngineConfig::default() });
        let application = ApplicationId(1);
        assert!(engine.step(Timestamp(0), Input::Startup { application }).is_ok());
        let ask = |user: u8| {
            let sender = Sender::new(u64::from(user)).unwrap();
            let effects = engine.step(Timestamp(0), Input::AuthorizeUser { application, sender, user }).unwrap();
            assert!(matches!(effects.as_slice(), [Effect::Ask { .. }]));
        };
        thread::scope(|scope| {
            let asking: Vec<_> = [1, 2].map(|user| scope.spawn(move || ask(user))).into_iter().collect();
            assert!(asking.into_iter().all(|thread| thread.join().is_ok()));
        });
        assert_eq!((engine.open_requests(), engine.live_leases(), engine.payloads()), (2, 0, 0));
        assert_eq!((engine.replies_out(application), engine.replies_out(ApplicationId(2))), (2, 0));
        assert_eq!(engine.next_deadline(), None);
    }

    #[test]
    fn a_look_sees_what_the_steps_did() {
        [0, 3].into_iter().for_each(look);
    }

    fn look(shard_bits: u32) {
        let config = EngineConfig { answer_within: Some(Millis(7)), shard_bits, ..EngineConfig::default() };
        let (engine, application) = (SharedEngine::<u8, char>::new(config), ApplicationId(1));
        let step = |input| engine.step(Timestamp(1), input).map(|effects| effects.into_iter().collect::<Vec<_>>());
        assert_eq!(step(Input::Startup { application }), Ok(std::vec![]));
        let contexts = ['p', 'q', 'r'].map(|payload| {
            let sender = Sender::new(payload.into()).unwrap();
            let asked = step(Input::AuthorizeUser { application, sender, user: payload as u8 }).unwrap();
            let [Effect::Ask { request, .. }] = asked[..] else { panic!("{asked:?}") };
            assert_eq!(engine.next_deadline(), Some(Timestamp(8)));
            let (payload, identity) = (Payload::Fresh(payload), Identity::Client);
            let answer = Answer::AllowUser { payload, identity, administrator: false };
            let said = step(Input::Answer { request, answer }).unwrap();
            let [Effect::Complete { completion, .. }] = &said[..] else { panic!("{said:?}") };
            assert_eq!(engine.replies_out(application), 0, "the policy gave it back");
            assert_eq!(step(Input::Completed { request, error: 0 }), Ok(std::vec![]));
            completion.context.unwrap()
        });
        assert_eq!(contexts.map(|context| engine.payload_of(context)), ['p', 'q', 'r'].map(Some));
        assert_eq!((engine.open_requests(), engine.live_leases(), engine.payloads()), (0, 3, 3));
        assert_eq!((engine.next_deadline(), engine.payload_of(Context::new(22).unwrap())), (None, None));
        assert!(step(Input::Startup { application }).is_err());
    }

    #[test]
    fn cl_54_an_application_ends_with_its_last_answer_in_any_shard() {
        let config = EngineConfig { shard_bits: 1, ..EngineConfig::default() };
        let (engine, application) = (SharedEngine::<u8, char>::new(config), ApplicationId(1));
        let step = |input| engine.step(Timestamp(1), input).map(|effects| effects.into_iter().collect::<Vec<_>>());
        assert_eq!(step(Input::Startup { application }), Ok(std::vec![]));
        let asked = [0, 1].map(|user| {
            let sender = Sender::new(u64::from(user) + 1).unwrap();
            let asked = step(Input::AuthorizeUser { application, sender, user }).unwrap();
            let [Effect::Ask { request, .. }] = asked[..] else { panic!("{asked:?}") };
            request
        });
        assert_eq!(asked.map(|request| request.0 % 2), [1, 0], "the two are in different shards");
        let denied = step(Input::Shutdown { application }).unwrap();
        assert!(matches!(denied[..], [Effect::Complete { .. }, Effect::Complete { .. }]), "{denied:?}");
        assert_eq!(step(Input::Completed { request: asked[0], error: 0 }), Ok(std::vec![]));
        let over = Effect::Drained { application, leases: 0, replies: 2 };
        assert_eq!(step(Input::Completed { request: asked[1], error: 0 }), Ok(std::vec![over]));
        assert!(step(Input::Startup { application }).is_ok(), "no shard knows it any more");
    }
}
