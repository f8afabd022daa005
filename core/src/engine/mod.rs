//! The plug-in's side: which contexts the host holds, what stands behind them, which questions are open.
//!
//! Feed every call of the host, every answer of the policy and the outcome of every effect to [`Engine::step`], and
//! perform the effects it returns, in order, with no lock held. There is no other way in, and the engine never calls
//! anybody. Three rules carry the rest:
//!
//! - **A lease for each report.** Every context that the host gets is a fresh number, also when one payload stands
//!   behind several. So each release names one report, whether the host counts reports or distinct values.
//! - **Counted before published.** A lease exists from the step that returns [`Effect::Complete`]; the host may
//!   release it before the completion function has returned. If the host refuses, the lease is taken back (CL-17).
//! - **Dropping is an effect.** A payload leaves in [`Effect::Drop`], so its destructor runs outside (CL-60).
//!
//! Users are spread over shards, which share nothing but the applications ([`EngineConfig::shard_bits`]).
//!
//! Time is passed in. Requests beyond their deadline are denied by [`Input::Tick`], and an answer that comes later does
//! not count; [`Engine::next_deadline`] says when the next one is due.
//!
//! ```
//! use wsman_authz_core::call::Identity;
//! use wsman_authz_core::engine::{Answer, Effect, Engine, EngineConfig, Input, Payload};
//! use wsman_authz_core::{ApplicationId, Sender, Timestamp};
//!
//! let mut engine = Engine::new(EngineConfig::default());
//! let application = ApplicationId(1);
//! let mut step = |input| engine.step(Timestamp(0), input).map(|effects| effects.as_slice().to_vec());
//!
//! assert_eq!(step(Input::Startup { application }), Ok(vec![]));
//! let sender = Sender::new(0x1000).unwrap();
//! let asked = step(Input::AuthorizeUser { application, sender, user: "alice" }).unwrap();
//! let [Effect::Ask { request, .. }] = asked[..] else { panic!() };
//!
//! let payload = Payload::Fresh("what the policy knows about alice");
//! let answer = Answer::AllowUser { payload, identity: Identity::Client, administrator: false };
//! let said = step(Input::Answer { request, answer }).unwrap();
//! let [Effect::Complete { ref completion, .. }] = said[..] else { panic!() };
//! let context = completion.context;
//!
//! assert_eq!(step(Input::Completed { request, error: 0 }), Ok(vec![]));
//! let released = step(Input::Release { context }).unwrap();
//! assert_eq!(released, [Effect::Drop("what the policy knows about alice")]);
//! assert!(step(Input::Release { context }).is_err(), "CL-16: a second release changes nothing");
//! ```

mod allow;
mod answer;
mod ask;
mod close;
mod conduct;
mod effect;
mod grant;
mod input;
mod lease;
mod misuse;
mod payload;
mod place;
mod redirect;
mod release;
mod request;
mod shard;
mod shutdown;
mod tables;
#[cfg(test)]
mod tests;
mod view;

use core::hash::Hash;

use smallvec::SmallVec;

use crate::call::Quota;
#[cfg(feature = "faults")]
use crate::fault::Fault;
use crate::time::{Millis, Timestamp};

#[cfg(feature = "std")]
pub(crate) use conduct::concerns;
pub(crate) use conduct::conduct;
pub use effect::{Effect, Effects, IntoEffects};
pub use input::{Abandoned, Answer, Input, Payload, RequestId};
pub use misuse::Misuse;
use place::Place;
#[cfg(feature = "std")]
pub(crate) use place::shard_of_context;
pub use redirect::is_redirect_url;
pub use request::Phase;
pub(crate) use shard::Shard;
pub use tables::LEASE_TABLE;
pub use view::{LeaseView, RequestView};

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EngineConfig {
    /// How many leases one slot names before it is retired for good (CL-14); at least 1.
    pub generations: u32,
    /// How long a policy may take. Then the engine denies (CL-70). `None`: for ever.
    pub answer_within: Option<Millis>,
    /// Users are spread over 2^`shard_bits` shards, at most 1,024. What happens to a user happens in one of them, so
    /// threads that are busy with different users do not wait for each other, if each shard has its lock (`shared`).
    pub shard_bits: u32,
}

impl EngineConfig {
    /// The quota for a policy that has no opinion: the published defaults of the WinRM service (MS-WSMV), and a time
    /// slot that throttles nobody. The pages name a "default quota" without numbers.
    pub const SERVICE_QUOTA: Quota = Quota { shells: 30, operations: 1500, timeslot_s: 1, per_timeslot: u32::MAX };
}

impl Default for EngineConfig {
    /// All generations that a handle has room for; policies may take for ever; one shard.
    fn default() -> Self {
        Self { generations: u32::MAX, answer_within: None, shard_bits: 0 }
    }
}

/// The engine of one process. `K` names a user, `P` is a cheap handle on a payload, such as `Arc<T>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Engine<K, P> {
    shards: SmallVec<[Shard<K, P>; 1]>,
}

impl<K: Ord + Clone + Hash, P: Clone> Engine<K, P> {
    /// An engine without applications.
    #[must_use]
    pub fn new(config: EngineConfig) -> Self {
        let bits = config.shard_bits.min(place::MOST_BITS);
        Self { shards: (0..1 << bits).map(|index| Shard::new(config, Place { index, bits })).collect() }
    }

    /// The same engine with one mistake in it.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.shards.iter_mut().for_each(|shard| shard.seed(fault));
        self
    }

    /// Takes one input. `now` that runs backwards counts as standing still (CL-35), for each shard by itself.
    ///
    /// # Errors
    /// The input broke the contract. Nothing changed but the clock, and there is nothing to perform.
    pub fn step(&mut self, now: Timestamp, input: Input<K, P>) -> Result<Effects<P>, Misuse> {
        let mut shards: SmallVec<[&mut Shard<K, P>; 1]> = self.shards.iter_mut().collect();
        conduct(&mut shards, now, input)
    }

    #[cfg(feature = "std")]
    pub(crate) fn into_shards(self) -> impl Iterator<Item = Shard<K, P>> {
        self.shards.into_iter()
    }
}
