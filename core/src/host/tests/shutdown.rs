//! Startup and Shutdown: CL-11, CL-41, CL-54, CL-55.

use super::*;
use Place::Anywhere;

const B: ApplicationId = ApplicationId(2);

#[test]
fn cl_55_no_shutdown_follows_a_failed_startup() {
    let mut host: Host<u8> = Host::new(Dialect::default(), CONFIG);
    let fresh = host.clone();
    let now = Timestamp(0);
    let startup = Call::Startup { application: A, flags: 0, idle: Some(CONFIG.idle) };
    for _ in 0..2 {
        let outcome = host.step(now, Input::Start { application: A }).expect("no misuse");
        assert_eq!(outcome.effects, [crossing(Anywhere, startup.clone())]);
        let outcome = host.step(now, Input::Started { application: A, error: 5 }).expect("no misuse");
        assert_eq!(outcome, Outcome::default());
        assert_eq!(host, fresh);
    }
}

#[test]
fn cl_11_all_leases_are_released_before_shutdown() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1);
    bench.request(ANN, 2);
    bench.request(BOB, 3);
    assert_eq!(
        bench.stop(),
        [
            ends(Anywhere, 1, EndOfOperation::Cancelled),
            refuses(2, Refused::NotRunning),
            refuses(3, Refused::NotRunning),
            releases(Anywhere, 20),
            releases(Anywhere, 10),
            shuts_down(),
        ]
    );
    // CL-55: not twice.
    assert_eq!(bench.try_step(Input::Stop { application: A, reason: 3 }), Err(Misuse::NotRunning(A)));
    assert_eq!(bench.host.next_deadline(), None);
}

#[test]
fn leases_may_be_abandoned_at_shutdown() {
    let mut bench = Bench::new("shutdown=abandoned,release_counting=per-value");
    bench.open(ANN, 1);
    bench.request(ANN, 2);
    assert_eq!(
        bench.stop(),
        [ends(Anywhere, 1, EndOfOperation::Cancelled), refuses(2, Refused::NotRunning), shuts_down()]
    );
    // It is accepted, and nobody releases it.
    assert_eq!(bench.complete(allow_operation(3, 21)), [ends(Anywhere, 2, EndOfOperation::Cancelled)]);
    assert!(!bench.host.is_empty());
    assert_eq!(bench.step(Input::Stopped { application: A }), []);
    assert!(bench.host.is_empty());
    assert_eq!(bench.host.leases, Leases::new(bench.host.dialect.release_counting));
}

#[test]
fn cl_11_from_shutdown_on_a_lease_is_refused() {
    let mut bench = Bench::new("");
    bench.open(ANN, 1);
    for number in 2..=4 {
        bench.request(ANN, number);
    }
    bench.request(BOB, 5);
    bench.stop();
    assert_eq!(bench.refused(allow_operation(3, 21), false), (995, Vec::new()));
    assert_eq!(bench.refused(allow_user(6, 11), false), (995, Vec::new()));
    assert_eq!(bench.complete(deny(RequestKind::Operation, 4)), []);
    // Without a context there is nothing to release: CL-41.
    assert_eq!(bench.complete(allow_operation(5, 0)), [ends(Anywhere, 4, EndOfOperation::Cancelled)]);
    assert_eq!((bench.host.operations().count(), bench.host.requests().count()), (0, 0));
}

#[test]
fn cl_54_no_entry_point_is_called_from_shutdown_on() {
    let mut bench = Bench::new("failure_context=released");
    bench.request(ANN, 1);
    bench.stop();
    assert_eq!(bench.request(ANN, 2), [refuses(2, Refused::NotRunning)]);
    let odd = Completion { context: context(66), ..deny(RequestKind::User, 1) };
    assert_eq!(bench.complete(odd), []);
    assert_eq!(bench.step(Input::Stopped { application: A }), []);
    assert_eq!(bench.request(ANN, 2), [refuses(2, Refused::NotRunning)]);
}

#[test]
fn cl_54_before_startup_returned_no_entry_point_is_called() {
    let mut host: Host<u8> = Host::new(Dialect::default(), CONFIG);
    let _startup = host.step(Timestamp(0), Input::Start { application: A }).expect("no misuse");
    let request = Input::Request { application: A, user: ANN, operation: op(1), shape: Shape::Simple };
    let outcome = host.step(Timestamp(0), request).expect("no misuse");
    assert_eq!(outcome.effects, [refuses(1, Refused::NotRunning)]);
}

#[test]
fn cl_55_applications_do_not_disturb_each_other() {
    let mut bench = Bench::new("");
    bench.step(Input::Start { application: B });
    bench.step(Input::Started { application: B, error: 0 });
    bench.open(ANN, 1);
    let other = Input::Request { application: B, user: ANN, operation: op(2), shape: Shape::Simple };
    // The same user of another application is another record.
    let asks = Call::AuthorizeUser { application: B, sender: sender(3), user: ANN, reauthorization: Some(false) };
    assert_eq!(bench.step(other), [crossing(Anywhere, asks)]);
    bench.step(Input::Stop { application: B, reason: 3 });
    bench.step(Input::Stopped { application: B });
    assert_eq!(bench.respond(1), [ends(Anywhere, 1, EndOfOperation::Completed), releases(Anywhere, 20)]);
    assert_eq!(bench.request(ANN, 3), [asks_operation(Anywhere, 4, ANN, 3)]);
}

#[test]
fn cl_20_shutdown_waits_for_no_reauthorization_and_releases_the_old_lease() {
    let mut bench = Bench::new("overdue=times-out");
    bench.open(ANN, 1).respond(1);
    bench.reauthorize(ANN);
    let timed_out = crossing(Anywhere, Call::RequestTimedOut { sender: sender(3) });
    assert_eq!(bench.stop(), [timed_out, releases(Anywhere, 10), shuts_down()]);
    assert_eq!(bench.host.next_deadline(), None, "not twice");
    assert_eq!(bench.refused(deny(RequestKind::User, 3), false), (87, Vec::new()), "it comes too late");

    // Where nothing is released, nothing is held back.
    let mut bench = Bench::new("shutdown=abandoned");
    bench.open(ANN, 1).respond(1);
    bench.reauthorize(ANN);
    assert_eq!(bench.stop(), [shuts_down()]);
    assert_eq!(bench.complete(allow_user(3, 11)), []);
}

#[test]
fn cl_80_during_shutdown_a_quota_is_taken_and_null_with_success_is_refused() {
    let [told, null] = [tell_quota(2, Some(DEFAULT_QUOTA)), tell_quota(2, None)];
    for (answer, error) in [(told, 0), (null, 87), (deny(RequestKind::Quota, 2), 0)] {
        let mut bench = Bench::with("", HostConfig { quota: true, ..CONFIG });
        bench.request(ANN, 1);
        bench.complete(allow_user(1, 10));
        assert_eq!(bench.stop(), [refuses(1, Refused::NotRunning), releases(Anywhere, 10), shuts_down()]);
        assert_eq!(bench.refused(answer, false), (error, Vec::new()));
        assert_eq!(bench.host.requests().count(), 0, "it is over all the same");
    }
}

#[test]
fn what_was_not_completed_is_forgotten_when_shutdown_returned() {
    let mut bench = Bench::new("sender_pointer=reused,overdue=times-out");
    let before = Host::<u8>::new(bench.host.dialect, CONFIG);
    bench.request(ANN, 1);
    bench.request(BOB, 2);
    bench.stop();
    assert_eq!(bench.step(Input::Stopped { application: A }), []);
    assert_eq!(bench.host, before);
    assert_eq!(bench.refused(allow_user(1, 10), false), (87, Vec::new()));
}

#[test]
fn a_request_times_out_during_shutdown_too() {
    let mut bench = Bench::new("overdue=times-out");
    bench.request(ANN, 1);
    bench.complete(allow_user(1, 10));
    bench.stop();
    let timed_out = crossing(Anywhere, Call::RequestTimedOut { sender: sender(2) });
    assert_eq!(bench.at(30), [timed_out]);
    assert_eq!(bench.host.operations().count(), 0);
}
