//! Scenarios: what the environment of the two machines may do, and how much of it.
//!
//! Clients, the clock and the policy are the environment. Everything it may do at a moment is explored; the budgets
//! below are what makes the whole finite. A scenario is data: the step function knows none of them by name.

use wsman_authz_core::call::EndOfOperation;
use wsman_authz_core::host::Shape;

/// What a policy does with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// Yes, with a payload of its own.
    Fresh,
    /// Yes, with the user's payload once more.
    Shared,
    /// Yes, with nothing behind it.
    Bare,
    /// Yes, under a token of the policy's own. Only for users.
    Token,
    /// Yes, under a NULL token, by name. Only for users.
    HostProcess,
    /// No.
    Deny,
    /// No, with the code of success.
    DenyWithZero,
    /// Elsewhere, with a good URL.
    Redirect,
    /// Elsewhere, with a URL that is none.
    BadRedirect,
    /// The reply is dropped.
    Drop,
    /// The policy panics.
    Panic,
    /// A quota with a time slot of zero; an ordinary quota is [`Choice::Bare`].
    ZeroTimeslot,
}

/// Under which dialects `verify --full` explores a scenario. `--quick` takes the covering set for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// All 9,216 of them.
    All,
    /// A set in which every pair of choices occurs.
    Covering,
}

/// What the environment may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Its name on the command line and in the pins.
    pub name: &'static str,
    /// What it is about, in a few words.
    pub about: &'static str,
    /// Under which dialects it is explored in full.
    pub breadth: Breadth,
    /// Users of each application.
    pub users: u8,
    /// Operations that each user asks for.
    pub operations: u8,
    /// Applications in the process.
    pub applications: u8,
    /// Whether a crossing may be decided on one side and seen on the other much later, in any order.
    pub racing: bool,
    /// Whether the policy answers each question before anything else happens.
    pub prompt: bool,
    /// The shape of the first, second, … operation of a user; the last one stands for all further.
    pub shapes: &'static [Shape],
    /// How an open operation may end, besides by its response.
    pub ends: &'static [EndOfOperation],
    /// What the policy may say about users.
    pub on_user: &'static [Choice],
    /// What the policy may say about operations.
    pub on_operation: &'static [Choice],
    /// What the policy may say about quotas. If empty, the host does not ask for quotas.
    pub on_quota: &'static [Choice],
    /// How often credentials change.
    pub reauthorizations: u8,
    /// How often the clock moves on by one.
    pub waits: u8,
    /// How often the clock is set back by one.
    pub set_backs: u8,
    /// How often the host refuses a completion (dialect `refusal`).
    pub refusals: u8,
    /// How often each application may be started.
    pub starts: u8,
    /// Whether applications run from the beginning; the first start is then spent.
    pub started: bool,
    /// Whether Startup may fail.
    pub start_fails: bool,
    /// Whether applications may be stopped.
    pub stops: bool,
    /// Whether every state is probed with misuse: NULL, forged and stale releases, a question without a grant.
    pub probes: bool,
    /// Idle time-out of user records.
    pub idle: u64,
    /// Refresh interval of quotas and authorizations.
    pub refresh: Option<u64>,
    /// How long the host waits for a completion (dialect `overdue`).
    pub request_timeout: u64,
    /// How long the engine waits for the policy.
    pub answer_within: Option<u64>,
    /// Leases that one slot names before it is retired.
    pub generations: u32,
}

impl Scenario {
    /// The scenario of this name, as `verify` explores it.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }
}

/// The scenario that the others are written as differences from: two users, two simple operations each, a policy
/// that says yes or no.
pub const BASE: Scenario = Scenario {
    name: "base",
    about: "",
    breadth: Breadth::Covering,
    users: 2,
    operations: 2,
    applications: 1,
    racing: false,
    prompt: false,
    shapes: &[Shape::Simple],
    ends: &[],
    on_user: &[Choice::Fresh],
    on_operation: &[Choice::Shared],
    on_quota: &[],
    reauthorizations: 0,
    waits: 0,
    set_backs: 0,
    refusals: 0,
    starts: 1,
    started: true,
    start_fails: false,
    stops: false,
    probes: false,
    idle: 2,
    refresh: None,
    request_timeout: 1,
    answer_within: None,
    generations: u32::MAX,
};

use Choice::{
    BadRedirect, Bare, Deny, DenyWithZero, Drop, Fresh, HostProcess, Panic, Redirect, Shared, Token, ZeroTimeslot,
};
use EndOfOperation::{Cancelled, Disconnected, TimedOut};

/// Every scenario of `verify`: each explored under each dialect.
pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "pairs",
        about: "two users, two operations each, one of them long; shutdown at any time",
        breadth: Breadth::All,
        prompt: true,
        shapes: &[Shape::Object, Shape::Simple],
        on_user: &[Fresh, Deny],
        stops: true,
        ..BASE
    },
    Scenario {
        name: "visits",
        about: "one user, two operations: answers at any time, re-authorization, expiry, shutdown",
        breadth: Breadth::All,
        users: 1,
        shapes: &[Shape::Object, Shape::Simple],
        on_user: &[Fresh, Deny],
        reauthorizations: 1,
        waits: 2,
        stops: true,
        ..BASE
    },
    Scenario {
        name: "verdicts",
        about: "everything a policy can say, to one user; refused completions; misuse tried in every state",
        breadth: Breadth::All,
        users: 1,
        operations: 1,
        on_user: &[Fresh, Shared, Bare, Token, HostProcess, Deny, DenyWithZero, Redirect, BadRedirect, Drop, Panic],
        on_operation: &[Fresh, Shared, Bare, Deny, DenyWithZero, Drop, Panic],
        on_quota: &[Bare, ZeroTimeslot, Deny, Drop, Panic],
        reauthorizations: 1,
        refusals: 1,
        stops: true,
        probes: true,
        ..BASE
    },
    Scenario {
        name: "traffic",
        about: "two users, two operations each, answers at any time and in any order; shutdown",
        on_user: &[Fresh, Deny],
        stops: true,
        ..BASE
    },
    Scenario {
        name: "idle",
        about: "records expire, at their deadline and not before, with operations open and against new requests",
        users: 1,
        shapes: &[Shape::Enumeration, Shape::Simple],
        ends: &[Cancelled],
        on_user: &[Fresh],
        on_operation: &[Shared],
        waits: 5,
        set_backs: 1,
        stops: true,
        ..BASE
    },
    Scenario {
        name: "reauth",
        about: "re-authorization with every outcome while operations are open",
        users: 1,
        shapes: &[Shape::Object, Shape::Simple],
        ends: &[Disconnected],
        on_user: &[Fresh, Shared, Bare, Deny, Panic],
        on_operation: &[Fresh, Shared],
        reauthorizations: 2,
        refusals: 1,
        stops: true,
        probes: true,
        ..BASE
    },
    Scenario {
        name: "refresh",
        about: "quotas, their refresh, and what is asked again with them",
        users: 1,
        on_user: &[Fresh, Deny],
        on_quota: &[Bare, Deny],
        waits: 3,
        refresh: Some(1),
        idle: 4,
        stops: true,
        ..BASE
    },
    Scenario {
        name: "overdue",
        about: "a policy that answers late or never; host and engine both give up waiting",
        users: 1,
        on_user: &[Token, Deny],
        on_operation: &[Fresh],
        reauthorizations: 1,
        waits: 3,
        answer_within: Some(2),
        idle: 2,
        stops: true,
        ..BASE
    },
    Scenario {
        name: "races",
        about: "crossings overtake one another: release against completion, expiry against request, shutdown",
        users: 1,
        operations: 1,
        racing: true,
        on_user: &[Fresh, Shared, Deny],
        on_operation: &[Shared],
        reauthorizations: 1,
        waits: 1,
        refusals: 1,
        idle: 1,
        stops: true,
        ..BASE
    },
    Scenario {
        name: "lifecycle",
        about: "two applications start, fail to start, stop and start again beside each other",
        users: 1,
        operations: 1,
        applications: 2,
        starts: 2,
        started: false,
        start_fails: true,
        stops: true,
        generations: 1,
        probes: true,
        ends: &[TimedOut],
        ..BASE
    },
];
