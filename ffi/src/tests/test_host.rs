//! The test host itself: what an author can see of a policy with it, and that it finds what is wrong.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use crate::code::{ERROR_ACCESS_DENIED, ERROR_OPERATION_ABORTED};
use crate::testing::dialect::{self, Dialect};
use crate::testing::{Answer, Client, EndOfOperation, Entry, Refused, RunsAs, TestHost};
use crate::{
    Action, ApplicationInfo, DEFAULT_QUOTA, Identity, OperationRequest, Plugin, Quota, QuotaRequest, ShutdownReason,
    StartError, UserGrant, UserRequest,
};

/// Does what the name of the user, or the resource, says.
#[derive(Default)]
struct Obedient {
    held: Mutex<Vec<UserRequest<String>>>,
    threads: Mutex<Vec<thread::JoinHandle<()>>>,
}

impl Plugin for Obedient {
    type Context = String;
    const ANSWER_WITHIN: Option<Duration> = Some(Duration::from_secs(30));

    fn start(application: &ApplicationInfo) -> Result<Self, StartError> {
        if application.identification == "wsman/bad" {
            return Err(StartError::new("bad").with_code(1234));
        }
        Ok(Self::default())
    }

    fn authorize_user(&self, request: UserRequest<String>) {
        let name = request.sender().name().to_owned();
        match name.as_str() {
            "deny" => request.deny_with(1326, "who?"),
            "elsewhere" => request.redirect("https://b.example/wsman"),
            "hold" => self.held.lock().unwrap().push(request),
            "panic" => panic!("in the policy"),
            "thread" => {
                let thread = thread::spawn(move || request.allow(UserGrant::new(Identity::Client)));
                self.threads.lock().unwrap().push(thread);
            }
            "host" => request.allow(UserGrant::new(Identity::HostProcess).administrator(true)),
            _ if request.user_context().is_some() => request.allow(UserGrant::new(Identity::Client).keep_context()),
            _ => request.allow(UserGrant::new(Identity::Client).context(name)),
        }
    }

    fn authorize_operation(&self, request: OperationRequest<String>) {
        let text = format!("{} {} {:?}", request.number(), request.action(), request.user_context());
        match (request.resource_uri(), request.action()) {
            ("deny", _) => request.deny_with(5, text),
            ("panic", _) => panic!("in the policy"),
            (_, Action::Enumerate) => request.allow_sharing_context(),
            (_, Action::Create) => request.allow_with_context("shell".to_owned()),
            _ => request.allow(),
        }
    }

    fn query_quota(&self, request: QuotaRequest<String>) {
        if request.sender().name() == "one" {
            return request.answer(Quota { operations: 1, ..DEFAULT_QUOTA });
        }
        request.answer(DEFAULT_QUOTA);
    }

    fn shutdown(&self, _: ShutdownReason) {
        self.held.lock().unwrap().clear();
        for thread in self.threads.lock().unwrap().drain(..) {
            thread.join().unwrap();
        }
    }
}

#[test]
fn an_outcome_says_what_was_asked_and_what_was_answered() {
    let host = TestHost::<Obedient>::start();
    let first = host.request("alice").send();
    let entry = Entry { identity: RunsAs::Client, administrator: false };
    assert_eq!((&first.user, &first.quota), (&Some(Answer::Allowed(entry)), &Some(Answer::Allowed(DEFAULT_QUOTA))));
    assert!(first.is_allowed() && first.refused.is_none() && first.denied().is_none() && !first.is_unanswered());
    let second = host.request("alice").action(Action::Put).number(7).resource("deny").send();
    assert_eq!((&second.user, &second.quota), (&None, &None), "the record lives");
    let text = format!("7 {} Some(\"alice\")", Action::Put);
    assert_eq!(second.operation, Some(Answer::Denied { code: 5, text: Some(text) }));
    assert_eq!((second.denied(), second.refused), (Some(5), Some(Refused::Operation(5))));
    let denied = host.request("deny").send();
    assert_eq!(denied.user, Some(Answer::Denied { code: 1326, text: Some("who?".to_owned()) }));
    assert_eq!((denied.operation.as_ref(), denied.refused), (None, Some(Refused::User(1326))));
    assert_eq!(host.request("elsewhere").send().redirected(), Some("https://b.example/wsman"));
    let record = host.user("alice").unwrap();
    assert_eq!((record.entry, record.quota), (entry, Some(DEFAULT_QUOTA)));
    assert_eq!(host.user("deny"), None);
    host.shutdown().assert_clean();
}

#[test]
fn who_a_client_is_depends_on_mechanism_and_token() {
    let host = TestHost::<Obedient>::start();
    assert!(host.request("host").send().is_allowed());
    assert_eq!(
        host.user("host").map(|record| record.entry),
        Some(Entry { identity: RunsAs::HostProcess, administrator: true })
    );
    let bob = Client::new("bob").mechanism("Basic").without_token();
    assert_eq!(host.request(&bob).send().denied(), Some(ERROR_ACCESS_DENIED), "CL-72: no token to act under");
    assert!(host.log().iter().any(|logged| logged.field("user") == Some("bob")), "{:?}", host.log());
    assert!(host.request("bob").send().is_allowed());
    assert_eq!(host.user(&bob), None);
}

#[test]
fn every_dialect_ends_clean() {
    TestHost::<Obedient>::setup().idle(Duration::from_secs(60)).under(Dialect::all().step_by(7), |host| {
        let listing = host.request("alice").action(Action::Enumerate).begin();
        let shell = host.request("alice").action(Action::Create).begin();
        shell.respond();
        assert!(listing.is_open());
        assert!(host.reauthorize("alice").unwrap().is_allowed());
        listing.end(EndOfOperation::Disconnected);
        shell.end(EndOfOperation::TimedOut);
    });
}

#[test]
fn the_covering_set_is_a_short_way_through_all_dialects() {
    let spoken = Mutex::new(Vec::new());
    TestHost::<Obedient>::each_dialect(|host| {
        assert!(host.request("alice").send().is_allowed());
        spoken.lock().unwrap().push(host.trace().lines().next().unwrap_or_default().to_owned());
    });
    let spoken = spoken.into_inner().unwrap();
    assert_eq!(spoken.len(), dialect::covering_set().len());
    assert!(spoken[0].contains("\"dialect\":\"default\"") && spoken[1].contains('='), "{spoken:?}");
}

#[test]
fn answers_from_other_threads_are_waited_for() {
    let host = TestHost::<Obedient>::start();
    assert!(host.request("thread").send().is_allowed());
    let held = host.request("hold").begin();
    assert!(held.outcome().is_unanswered() && !held.is_open());
    assert!(!host.wait_for_answers(Duration::from_millis(10)));
    let answer = || host.policy(|policy| policy.held.lock().unwrap().pop().unwrap());
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_millis(20));
            answer().allow(UserGrant::new(Identity::Client));
        });
        assert!(host.wait_for_answers(Duration::from_secs(10)));
    });
    assert!(held.is_open() && held.outcome().is_allowed());
    drop(held);
    host.shutdown().assert_clean();
}

#[test]
fn cl_70_virtual_time_reaches_the_deadline_of_the_engine() {
    let host = TestHost::<Obedient>::start();
    let held = host.request("hold").begin();
    host.advance(Duration::from_secs(29));
    assert!(host.request("alice").send().is_allowed());
    assert!(held.outcome().is_unanswered());
    host.advance(Duration::from_secs(1));
    assert!(held.outcome().is_unanswered(), "no thread watches: denied at the next call");
    assert!(host.request("alice").send().is_allowed());
    assert_eq!(held.outcome().denied(), Some(ERROR_ACCESS_DENIED));
    drop(held);
}

#[test]
fn cl_34_a_record_expires_and_the_user_is_asked_about_again() {
    let host = TestHost::<Obedient>::setup().idle(Duration::from_secs(60)).quota(false).start();
    assert!(host.request("alice").send().is_allowed());
    host.advance(Duration::from_secs(59));
    assert!(host.user("alice").is_some());
    host.advance(Duration::from_secs(1));
    assert_eq!((host.user("alice"), host.balance()), (None, (0, 0, 0)));
    let again = host.request("alice").send();
    assert!(again.user.is_some() && again.quota.is_none() && again.is_allowed());
}

#[test]
fn the_host_enforces_the_quota_and_asks_again() {
    let refresh = Some(Duration::from_secs(60));
    let host = TestHost::<Obedient>::setup().refresh(refresh).idle(Duration::from_secs(600)).start();
    let only = host.request("one").action(Action::Enumerate).begin();
    assert!(only.is_open());
    assert_eq!(host.request("one").send().refused, Some(Refused::OverQuota));
    drop(only);
    assert_eq!(host.request("one").send().quota, None);
    host.advance(Duration::from_secs(60));
    assert!(host.request("one").send().quota.is_some_and(|quota| quota.is_allowed()));
}

#[test]
fn cl_55_applications_have_policies_of_their_own() {
    let host = TestHost::<Obedient>::setup().application("wsman/a").application("wsman/b").start();
    assert!(host.request("alice").send().is_allowed());
    assert!(host.request("alice").application("wsman/b").send().user.is_some(), "asked about in each");
    assert_eq!(host.start_application("wsman/bad"), Err(1234));
    host.stop_application("wsman/a");
    assert_eq!(host.balance(), (1, 1, 0));
    assert_eq!(host.start_application("wsman/a"), Ok(()));
    assert!(host.request("alice").application("wsman/a").send().user.is_some());
    assert_eq!(TestHost::<Obedient>::setup().application("wsman/bad").try_start().err(), Some(1234));
    host.shutdown().assert_clean();
}

#[test]
fn cl_17_a_completion_can_be_refused() {
    let refuses = Dialect::parse("refusal=refuses").unwrap();
    let host = TestHost::<Obedient>::setup().dialect(refuses).start();
    host.refuse_next(1);
    let refused = host.request("alice").send();
    assert_eq!((refused.refused, host.user("alice")), (Some(Refused::CompletionRefused), None));
    assert!(refused.user.is_some_and(|user| user.is_allowed()), "the policy had said yes");
    assert!(host.request("alice").send().is_allowed());
    host.shutdown().assert_clean();
}

#[test]
fn what_a_policy_leaves_behind_is_reported() {
    let host = TestHost::<Obedient>::start();
    let held = host.request("hold").begin();
    let kept = host.policy(|policy| policy.held.lock().unwrap().pop().unwrap());
    held.end(EndOfOperation::Cancelled);
    let report = host.shutdown();
    assert_eq!((report.held_requests, report.is_clean()), (1, false));
    let left = report.log.iter().find(|logged| logged.message.contains("the policy still holds requests"));
    assert_eq!(left.and_then(|left| left.field("replies")), Some("1"), "{:?}", report.log);
    kept.deny();
}

#[test]
fn cl_61_a_panic_of_the_policy_is_no_clean_end() {
    let host = TestHost::<Obedient>::start();
    assert_eq!(host.request("panic").send().denied(), Some(ERROR_ACCESS_DENIED));
    let report = host.shutdown();
    assert!(!report.is_clean() && report.broken.is_empty());
    assert!(report.to_string().contains("CL-61: panic stopped at the boundary"), "{report}");
}

#[test]
fn a_broken_rule_is_reported_with_the_calls_that_show_it() {
    let host = TestHost::<Obedient>::start();
    assert!(host.request("alice").send().is_allowed());
    host.inner.release_out_of_turn(0x16);
    let report = host.shutdown();
    assert_eq!(report.broken.iter().map(|broken| broken.rule.id()).collect::<Vec<_>>(), ["CL-11"]);
    assert!(report.to_string().contains("\"call\":\"release_context\",\"context\":\"0x16\""), "{report}");
}

#[test]
fn a_host_that_is_dropped_checks_too() {
    let dropped = thread::spawn(|| {
        let host = TestHost::<Obedient>::start();
        host.inner.release_out_of_turn(0x16);
    });
    let panic = dropped.join().unwrap_err();
    assert!(panic.downcast_ref::<String>().is_some_and(|text| text.contains("CL-11")));
}

#[test]
fn shutdown_denies_what_is_open() {
    let host = TestHost::<Obedient>::start();
    let held = host.request("hold").begin();
    host.stop_application("wsman/test");
    assert_eq!(held.outcome().denied(), Some(ERROR_OPERATION_ABORTED));
}
