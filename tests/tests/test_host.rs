//! The test host from outside, as the author of a policy has it: random histories under every dialect.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use wsman_authz::testing::{COUNT, Dialect, EndOfOperation, TestHost};
use wsman_authz::{
    Action, ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest, code,
};

/// Lets users of CORP in, who may do everything but delete.
struct Staff;

impl Plugin for Staff {
    type Context = String;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<String>) {
        match request.sender().name().strip_prefix("CORP\\").map(str::to_owned) {
            Some(name) => request.allow(UserGrant::new(Identity::Client).context(name)),
            None => request.deny(),
        }
    }

    fn authorize_operation(&self, request: OperationRequest<String>) {
        match request.action() {
            Action::Delete => request.deny(),
            Action::Create => request.allow_with_context("shell".to_owned()),
            _ => request.allow_sharing_context(),
        }
    }
}

const USERS: [&str; 3] = ["CORP\\alice", "CORP\\bob", "EVIL\\mallory"];

/// What may happen next.
#[derive(Clone, Debug)]
enum Step {
    Ask(usize, Action<'static>),
    Begin(usize, Action<'static>),
    End(EndOfOperation),
    Reauthorize(usize),
    Refuse,
    Wait(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let user = || 0..USERS.len();
    let action = || prop_oneof![Just(Action::Get), Just(Action::Enumerate), Just(Action::Create), Just(Action::Delete)];
    let how = prop_oneof![Just(EndOfOperation::Completed), Just(EndOfOperation::TimedOut)];
    let step = prop_oneof![
        3 => (user(), action()).prop_map(|(user, action)| Step::Ask(user, action)),
        3 => (user(), action()).prop_map(|(user, action)| Step::Begin(user, action)),
        2 => how.prop_map(Step::End),
        1 => user().prop_map(Step::Reauthorize),
        1 => Just(Step::Refuse),
        1 => (1..1200_u64).prop_map(Step::Wait),
    ];
    vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_policy_says_the_same_in_every_history(dialect in 0..COUNT, steps in steps()) {
        let dialect = Dialect::nth(dialect).expect("a dialect");
        let refuses = dialect.to_string().contains("refusal=refuses");
        let host = TestHost::<Staff>::setup().dialect(dialect).start();
        let mut open = Vec::new();
        for step in steps {
            match step {
                Step::Ask(user, action) => {
                    let outcome = host.request(USERS[user]).action(action).send();
                    let is_staff = USERS[user].starts_with("CORP");
                    let denied = outcome.denied();
                    prop_assert_eq!(outcome.user.is_some_and(|user| user.code().is_some()), !is_staff);
                    prop_assert!(!outcome.operation.is_some_and(|said| said.is_allowed()) || is_staff);
                    prop_assert!(denied.is_none_or(|denied| denied == code::ERROR_ACCESS_DENIED));
                }
                Step::Begin(user, action) => open.push(host.request(USERS[user]).action(action).begin()),
                Step::End(how) => drop(open.pop().map(|operation| operation.end(how))),
                Step::Reauthorize(user) => drop(host.reauthorize(USERS[user])),
                Step::Refuse if refuses => host.refuse_next(1),
                Step::Refuse => {}
                Step::Wait(seconds) => host.advance(Duration::from_secs(seconds)),
            }
        }
        drop(open);
        host.shutdown().assert_clean();
    }
}

#[test]
fn all_dialects_can_be_gone_through() {
    let seen = std::cell::RefCell::new(BTreeSet::new());
    TestHost::<Staff>::setup().under(Dialect::all(), |host| {
        assert!(host.request(USERS[0]).send().is_allowed());
        seen.borrow_mut().insert(host.trace().lines().next().map(str::to_owned));
    });
    assert_eq!(seen.into_inner().len(), COUNT);
}
