//! One state of the model.

use wsman_authz_core::call::Call;
use wsman_authz_core::contract::{Contract, Vantage};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::engine::{Engine, EngineConfig};
use wsman_authz_core::fault::Fault;
use wsman_authz_core::host::{Host, HostConfig, Phase};
use wsman_authz_core::{ApplicationId, Millis, PayloadId, RuleSet, Side, ThreadId, Timestamp};

use super::User;
use super::flight::Flight;
use super::ghost::Ghost;
use super::scenario::Scenario;
use super::tape::Tape;

/// A scenario under a dialect, with at most one fault: what is explored.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the environment may do.
    pub scenario: Scenario,
    /// How the host behaves.
    pub dialect: Dialect,
    /// The mistake in one of the machines.
    pub fault: Option<Fault>,
    /// Into how many shards the engine spreads the users: 2 to this power.
    pub shard_bits: u32,
}

/// One state: the three machines, the ledger, what is on its way, and what of the budgets is spent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// The shipped host.
    pub host: Host<User>,
    /// The shipped engine.
    pub engine: Engine<User, PayloadId>,
    pub(super) contract: Contract<User, ()>,
    pub(super) ghost: Ghost,
    /// Crossings on their way, sorted.
    pub flights: Vec<Flight>,
    /// The clock of the world. The machines see it when they step.
    pub now: u64,
    /// How long the policy may take.
    pub(super) answer_within: Option<u64>,
    pub(super) set_back_unnoticed: bool,
    pub(super) waits: u8,
    pub(super) set_backs: u8,
    pub(super) refusals: u8,
    pub(super) reauthorizations: u8,
    /// Starts of each application.
    pub(super) starts: Vec<u8>,
    /// Operations asked for, by application and user.
    pub(super) requested: Vec<u8>,
    /// Rules that the last step broke. Nothing happens after that.
    pub broken: RuleSet,
}

impl Model {
    /// A model without faults.
    #[must_use]
    pub const fn new(scenario: Scenario, dialect: Dialect) -> Self {
        Self { scenario, dialect, fault: None, shard_bits: 0 }
    }

    pub(super) fn applications(&self) -> impl Iterator<Item = ApplicationId> + use<> {
        (1..=u32::from(self.scenario.applications)).map(ApplicationId)
    }

    /// The place of a user in the table of operations asked for.
    pub(super) fn index(&self, application: ApplicationId, user: User) -> usize {
        (application.0 as usize - 1) * usize::from(self.scenario.users) + usize::from(user.0)
    }

    /// The state in which everything begins.
    #[must_use]
    pub fn initial(&self) -> World {
        let scenario = &self.scenario;
        let host = Host::new(
            self.dialect,
            HostConfig {
                idle: Millis(scenario.idle),
                refresh: scenario.refresh.map(Millis),
                request_timeout: Millis(scenario.request_timeout),
                quota: !scenario.on_quota.is_empty(),
                enforce_quota: false,
            },
        );
        let engine = Engine::new(EngineConfig {
            generations: scenario.generations,
            answer_within: scenario.answer_within.map(Millis),
            shard_bits: self.shard_bits,
        });
        let (host, engine) = match self.fault {
            Some(fault) if fault.side() == Side::Host => (host.with_fault(fault), engine),
            Some(fault) => (host, engine.with_fault(fault)),
            None => (host, engine),
        };
        let mut world = World {
            host,
            engine,
            contract: Contract::new(self.dialect, Vantage::Both).with_memory(0),
            ghost: Ghost::default(),
            flights: Vec::new(),
            now: 0,
            answer_within: scenario.answer_within,
            set_back_unnoticed: false,
            waits: 0,
            set_backs: 0,
            refusals: 0,
            reauthorizations: 0,
            starts: vec![0; usize::from(scenario.applications)],
            requested: vec![0; usize::from(scenario.applications * scenario.users)],
            broken: RuleSet::EMPTY,
        };
        if scenario.started {
            for application in self.applications() {
                world.start(application, false, &mut Tape::default());
            }
        }
        world
    }
}

impl World {
    /// Whether the host lets requests of the application in.
    pub(super) fn runs(&self, application: ApplicationId) -> bool {
        self.host.phase(application) == Some(Phase::Running)
    }

    /// Nothing is left and nothing is on its way.
    #[must_use]
    pub fn at_rest(&self) -> bool {
        self.flights.is_empty() && self.engine.is_empty() && self.host.is_empty() && self.ghost.is_empty()
    }

    pub(super) const fn time(&self) -> Timestamp {
        Timestamp(self.now)
    }

    /// The contract sees a crossing.
    pub(super) fn observe(&mut self, thread: ThreadId, call: &Call<User>, tape: &mut Tape) {
        let crossing = wsman_authz_core::Crossing { at: self.time(), thread, call: call.clone() };
        let findings = self.contract.observe((), &crossing);
        tape.reached = tape.reached.union(findings.reached);
        for violation in &findings.broken {
            self.broken.insert(violation.rule);
        }
        tape.cross(self, crossing, findings.broken);
    }
}
