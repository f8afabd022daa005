//! The thread that denies overdue requests, for policies that ask for one.

#![cfg(target_os = "linux")] // threads are counted in `/proc`

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::host::{Host, Request};
use crate::code::ERROR_ACCESS_DENIED;
use crate::testing::TestHost;
use crate::{ApplicationInfo, OperationRequest, Plugin, ShutdownReason, StartError, UserRequest};

/// Answers nobody.
struct Silent<const WATCHED: bool>(Mutex<Vec<UserRequest<()>>>);

impl<const WATCHED: bool> Plugin for Silent<WATCHED> {
    type Context = ();
    const ANSWER_WITHIN: Option<Duration> = Some(Duration::from_millis(50));
    const WATCH_OVERDUE: bool = WATCHED;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self(Mutex::default()))
    }

    fn authorize_user(&self, request: UserRequest<()>) {
        self.0.lock().unwrap().push(request);
    }

    fn authorize_operation(&self, request: OperationRequest<()>) {
        request.deny();
    }

    fn shutdown(&self, _: ShutdownReason) {
        self.0.lock().unwrap().clear();
    }
}

/// Waits for a while, at most, until a request is answered.
fn is_answered(request: &Request, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while request.is_open() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    !request.is_open()
}

/// Threads of the process that watch.
fn watchers() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with("wsman-authz ove")).count()
}

/// Whether so many watch, as soon as the system has noticed: a thread names itself, and leaves `/proc` a little late.
fn there_are(expected: usize) -> bool {
    let deadline = Instant::now() + Duration::from_secs(20);
    while watchers() != expected && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(2));
    }
    watchers() == expected
}

/// Threads that have not come to their end, as the engine knows it.
fn awake(host: &Host<Silent<true>>) -> usize {
    host.library.exported().runtime().watch.awake()
}

/// What is logged if Shutdown did not wait for the thread.
const LATE: &str = "CL-62: the thread that denies overdue requests was still inside the host when Shutdown returned";

/// Tests that count threads run one after the other.
static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn cl_70_a_watched_request_is_denied_on_time_without_another_call() {
    let _alone = ALONE.lock();
    let host = Host::<Silent<true>>::load();
    for _ in 0..3 {
        let request = Request::of("alice");
        host.user(&request);
        assert!(request.is_open());
        assert!(is_answered(&request, Duration::from_secs(20)));
        assert_eq!(request.verdict().error, ERROR_ACCESS_DENIED);
    }
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_70_without_a_watch_no_thread_runs_and_the_next_call_denies() {
    let _alone = ALONE.lock();
    let host = Host::<Silent<false>>::load();
    assert!(there_are(0));
    let (request, next) = (Request::of("alice"), Request::of("bob"));
    host.user(&request);
    assert!(!is_answered(&request, Duration::from_millis(200)));
    host.user(&next);
    assert_eq!((request.verdict().error, next.is_open()), (ERROR_ACCESS_DENIED, true));
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_62_one_thread_watches_all_applications_and_ends_with_the_last() {
    let _alone = ALONE.lock();
    let one = Host::<Silent<true>>::load();
    let two = one.other(one.startup("wsman/other").1);
    assert!(there_are(1));
    assert_eq!(one.shutdown(), 0);
    assert_eq!(watchers(), 1, "the other application still needs it");
    let request = Request::of("alice");
    two.user(&request);
    assert!(is_answered(&request, Duration::from_secs(20)));
    assert_eq!((two.shutdown(), awake(&two)), (0, 0), "CL-62: gone when Shutdown returns");
    assert!(there_are(0));
    let again = one.other(one.startup("wsman/test").1);
    let request = Request::of("alice");
    again.user(&request);
    assert!(is_answered(&request, Duration::from_secs(20)), "a new one watches");
    assert_eq!((again.shutdown(), awake(&again)), (0, 0));
    assert!(there_are(0));
    assert_eq!(one.count(LATE), 0, "each Shutdown waited");
}

#[test]
fn cl_60_shutdown_from_inside_a_denial_of_the_watch_does_not_hang() {
    let _alone = ALONE.lock();
    let host = Host::<Silent<true>>::load();
    let inner = host.clone();
    let request = Request::of("alice").inside(move |_| assert_eq!(inner.shutdown(), 0));
    host.user(&request);
    assert!(is_answered(&request, Duration::from_secs(20)));
    assert!(there_are(0), "it goes home as soon as it can");
    assert_eq!(host.count(LATE), 1);
}

#[test]
fn cl_70_the_watch_follows_the_clock_of_the_test_host() {
    let _alone = ALONE.lock();
    let host = TestHost::<Silent<true>>::start();
    let asked = host.request("alice").begin();
    thread::sleep(Duration::from_millis(100));
    assert!(asked.outcome().is_unanswered(), "no time has passed");
    host.advance(Duration::from_millis(50));
    assert!(host.wait_for_answers(Duration::from_secs(20)));
    assert_eq!(asked.outcome().denied(), Some(ERROR_ACCESS_DENIED));
    drop(asked);
    host.shutdown().assert_clean();
}
