//! What a step leaves behind besides the next state: witnesses always, the story only when somebody listens.

use std::fmt;

use wsman_authz_core::contract::Violation;
use wsman_authz_core::{Crossing, Rule, RuleSet};

use super::User;
use super::world::World;

macro_rules! witnesses {
    ($( $Name:ident = $id:literal, $title:literal; )+) => {
        /// A place that the models must have been: a rule that holds because nothing happened is a defect.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Witness {
            $( #[doc = $title] $Name, )+
        }

        impl Witness {
            /// Every witness, in order.
            pub const ALL: &[Self] = &[ $( Self::$Name, )+ ];

            /// The permanent name.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $( Self::$Name => $id, )+ }
            }

            /// What is witnessed.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $( Self::$Name => $title, )+ }
            }
        }
    };
}

witnesses! {
    ReauthorizationSucceeds = "CW-01", "re-authorization succeeds";
    ReauthorizationFails = "CW-02", "re-authorization fails";
    ReauthorizationFailsUnderOperation = "CW-03", "re-authorization fails with operations open";
    SharedPayload = "CW-04", "user and operation share a payload";
    PayloadReportedAgain = "CW-05", "the same payload is reported again at re-authorization";
    ReleaseInsideCompletion = "CW-06", "a release arrives inside a completion";
    SlotReused = "CW-07", "a slot is reused";
    ExpiryRacesRequest = "CW-08", "expiry races a new request";
    FirstRequestsRace = "CW-09", "two first requests race";
    ShutdownFindsRequests = "CW-10", "Shutdown finds requests in flight";
    RefusedCompletionRolledBack = "CW-11", "a refused completion is rolled back";
    SlotRetired = "CW-12", "a slot runs out of generations and is retired";
    OverdueDenied = "CW-13", "a request is denied because it is overdue";
    LateAnswer = "CW-14", "a late answer meets a finished request";
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// One line of the story: what happened, and who holds what after it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The crossing, or `None` for something inside the environment.
    pub crossing: Option<Crossing<User>>,
    /// The environment's part in words.
    pub what: String,
    /// Live leases after it, in words.
    pub holds: String,
    /// Why it broke a rule.
    pub violations: Vec<Violation<()>>,
}

/// What a step leaves behind.
#[derive(Debug, Default)]
pub struct Tape {
    /// Witnesses met.
    pub witnesses: u32,
    /// Rules of the contract whose premise was reached.
    pub reached: RuleSet,
    /// The story, if it is recorded.
    pub story: Option<Vec<Line>>,
}

impl Tape {
    /// A tape that records the story.
    #[must_use]
    pub fn recording() -> Self {
        Self { story: Some(Vec::new()), ..Self::default() }
    }

    /// Notes that a rule of the ledger could have been broken.
    pub const fn reach(&mut self, rule: Rule) {
        self.reached.insert(rule);
    }

    /// Notes a witness.
    pub const fn witness(&mut self, witness: Witness) {
        self.witnesses |= 1 << witness as u32;
    }

    /// Notes something inside the environment.
    pub(super) fn say(&mut self, world: &World, what: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push(Line { crossing: None, what: what(), holds: world.holds(), violations: Vec::new() });
        }
    }

    pub(super) fn cross(&mut self, world: &World, crossing: Crossing<User>, violations: Vec<Violation<()>>) {
        if let Some(story) = &mut self.story {
            let line = Line { crossing: Some(crossing), what: String::new(), holds: world.holds(), violations };
            story.push(line);
        }
    }
}

impl World {
    /// Why the ledger says that a rule is broken, where the contract has no words for it.
    #[must_use]
    pub fn complaint(&self, rule: Rule) -> String {
        let what = match rule {
            Rule::CL10 => "the engine keeps a lease that nobody reported, or lost one that the host holds",
            Rule::CL12 => "a payload was dropped while a lease or a request in flight stands on it",
            Rule::CL13 => "a payload was dropped twice, or nothing holds it and it was not dropped",
            Rule::CL14 => "a handle value was given out twice",
            Rule::CL15 => "releasing NULL was not refused, or changed the engine",
            Rule::CL16 => "releasing a value that is no live lease was not refused, or changed the engine",
            Rule::CL17 => "the engine keeps the lease of a completion that the host refused",
            Rule::CL22 => "the payload that was reported again was dropped with the old lease",
            Rule::CL23 => "an operation gets to the policy under a grant that was taken back",
            Rule::CL24 => "the lease of an open operation went with the user's",
            Rule::CL35 => "a machine's time ran backwards",
            Rule::CL50 => "the engine forgot a request, or answers one twice",
            Rule::CL54 => "Shutdown returned while a completion was on its way",
            Rule::CL55 => "the shutdown of one application took leases of another along",
            Rule::CL61 => "a panic about one request took another along",
            Rule::CL70 => "the host is told yes although the policy did not say so",
            Rule::CL71 => "the policy is shown the payload of another user",
            Rule::CL74 => "a token was closed twice, or never, or after it was handed over",
            _ => "the ghost ledger disagrees",
        };
        what.to_owned()
    }

    /// The live leases as the ledger knows them: `user0: 0x100000000→p1`.
    fn holds(&self) -> String {
        let lease = |(context, lease): (&wsman_authz_core::Context, &super::ghost::Lease)| {
            let whose = if lease.is_user { "user" } else { "operation" };
            let payload = lease.payload.map_or_else(|| "nothing".to_owned(), |payload| payload.to_string());
            let revoked = if lease.revoked { " revoked" } else { "" };
            format!("{context} {whose} of {} → {payload}{revoked}", lease.user)
        };
        self.ghost.leases.iter().map(lease).collect::<Vec<_>>().join("; ")
    }
}
