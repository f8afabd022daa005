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
mod effect;
mod grant;
mod input;
mod lease;
mod misuse;
mod payload;
mod redirect;
mod release;
mod request;
mod shutdown;
#[cfg(test)]
mod tests;
mod view;

use alloc::collections::{BTreeMap, BTreeSet};

use crate::call::{Quota, RequestKind};
#[cfg(feature = "faults")]
use crate::fault::Fault;
use crate::fault::Seeded;
use crate::id::ApplicationId;
use crate::slab::Slab;
use crate::time::{Clock, Millis, Timestamp};

pub use effect::{Effect, Effects, IntoEffects};
use grant::Grants;
pub use input::{Abandoned, Answer, Input, Payload, RequestId};
use lease::LeaseTable;
pub use misuse::Misuse;
use payload::PayloadTable;
pub use redirect::is_redirect_url;
pub use request::Phase;
use request::Request;
pub use view::{LeaseView, RequestView};

/// What can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EngineConfig {
    /// How many leases one slot names before it is retired for good (CL-14); at least 1.
    pub generations: u32,
    /// How long a policy may take. Then the engine denies (CL-70). `None`: for ever.
    pub answer_within: Option<Millis>,
}

impl EngineConfig {
    /// The quota for a policy that has no opinion: the published defaults of the WinRM service (MS-WSMV), and a time
    /// slot that throttles nobody. The pages name a "default quota" without numbers.
    pub const SERVICE_QUOTA: Quota = Quota { shells: 30, operations: 1500, timeslot_s: 1, per_timeslot: u32::MAX };
}

impl Default for EngineConfig {
    /// All generations that a handle has room for; policies may take for ever.
    fn default() -> Self {
        Self { generations: u32::MAX, answer_within: None }
    }
}

/// The state of one application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Application {
    /// Shutdown was called.
    draining: bool,
    /// Requests that the host has not been answered for.
    open: u32,
}

/// The engine of one process. `K` names a user, `P` is a cheap handle on a payload, such as `Arc<T>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Engine<K, P> {
    config: EngineConfig,
    clock: Clock,
    applications: BTreeMap<ApplicationId, Application>,
    leases: LeaseTable<K>,
    payloads: PayloadTable<P>,
    grants: Grants<K>,
    requests: Slab<Request<K>>,
    deadlines: BTreeSet<(Timestamp, RequestId)>,
    seeded: Seeded,
}

impl<K: Ord + Clone, P: Clone> Engine<K, P> {
    /// An engine without applications.
    #[must_use]
    pub fn new(config: EngineConfig) -> Self {
        Self {
            config,
            clock: Clock::default(),
            applications: BTreeMap::new(),
            leases: LeaseTable::new(config.generations),
            payloads: PayloadTable::default(),
            grants: Grants::default(),
            requests: Slab::default(),
            deadlines: BTreeSet::new(),
            seeded: Seeded::NONE,
        }
    }

    /// The same engine with one mistake in it.
    #[cfg(feature = "faults")]
    #[must_use]
    pub fn with_fault(mut self, fault: Fault) -> Self {
        self.seeded = Seeded::with(fault);
        self.leases.seeded = self.seeded;
        self
    }

    /// Takes one input. `now` that runs backwards counts as standing still (CL-35).
    ///
    /// # Errors
    /// The input broke the contract. Nothing changed but the clock, and there is nothing to perform.
    pub fn step(&mut self, now: Timestamp, input: Input<K, P>) -> Result<Effects<P>, Misuse> {
        let now = self.tell_time(now);
        match input {
            Input::Startup { application } => self.startup(application),
            Input::Shutdown { application } => self.shutdown(application),
            Input::AuthorizeUser { application, sender, user } => {
                self.ask(now, RequestKind::User, application, sender, user)
            }
            Input::AuthorizeOperation { application, sender, user } => {
                self.ask(now, RequestKind::Operation, application, sender, user)
            }
            Input::QueryQuota { application, sender, user } => {
                self.ask(now, RequestKind::Quota, application, sender, user)
            }
            Input::Answer { request, answer } => Ok(self.answer(now, request, answer)),
            Input::Abandon { request, why } => self.abandon(request, why),
            Input::Completed { request, error } => self.completed(request, error),
            Input::Release { context } => self.release(context),
            Input::Tick => Ok(self.deny_overdue(now)),
        }
    }

    fn tell_time(&mut self, now: Timestamp) -> Timestamp {
        #[cfg(feature = "faults")]
        if self.seeded.has(Fault::EngineClockRunsBackwards) {
            return self.clock.set_unchecked(now);
        }
        self.clock.advance(now) // CL-35
    }

    fn startup(&mut self, application: ApplicationId) -> Result<Effects<P>, Misuse> {
        if self.applications.contains_key(&application) {
            return Err(Misuse::StartedTwice(application)); // CL-55
        }
        self.applications.insert(application, Application::default());
        Ok(Effects::default())
    }
}
