//! One dialect from the first Startup to the last Shutdown.

use std::time::{Duration, Instant};

use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::host::{HostConfig, Input};
use wsman_authz_core::{ApplicationId, Call};

use super::stage::Job;
use super::stand::Stand;
use super::watch;

/// Two applications at a time: what one does must not disturb the other.
const APPLICATIONS: [ApplicationId; 2] = [ApplicationId(0), ApplicationId(1)];
/// After how many requests at most an application is stopped and started again; at least five times a round.
const RESTART_EVERY: u64 = 10_000;
/// How long the calls before a Shutdown may take to return.
const CLEAR: Duration = Duration::from_secs(2);
/// How long a plug-in that broke no promise yet may take for all open requests together.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// How long once it let that time pass.
const SHORT_GRACE: Duration = Duration::from_millis(100);
/// How often the director looks.
const GLANCE: Duration = Duration::from_millis(1);

/// What one round is to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) dialect: Dialect,
    pub(super) config: HostConfig,
    pub(super) requests: u64,
    pub(super) threads: u32,
    pub(super) until: Instant,
    pub(super) grace: Duration,
    /// How long to linger after the last Shutdown, for completions that must not come.
    pub(super) linger: Duration,
}

/// Why a round could not begin: Startup of the first application returned this error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartupFailed(pub(super) u32);

/// Plays one round and returns the grace that is left for the next.
pub(super) fn play(stand: &'static Stand, plan: &Plan) -> Result<Duration, StartupFailed> {
    stand.stage.lock().begin_round(plan.dialect, plan.config, plan.requests);
    start(stand, APPLICATIONS[0]);
    if !stand.stage.lock().is_running(APPLICATIONS[0]) {
        return Err(StartupFailed(stand.stage.lock().last_startup_error));
    }
    // A plug-in may serve one application only, and say so.
    start(stand, APPLICATIONS[1]);
    let grace = std::thread::scope(|scope| {
        for _ in 0..plan.threads {
            scope.spawn(|| stand.work());
        }
        direct(stand, plan)
    });
    for application in APPLICATIONS {
        stop(stand, application, 2);
    }
    std::thread::sleep(plan.linger);
    Ok(grace)
}

/// Watches the workers, restarts applications meanwhile, and ends the round.
fn direct(stand: &'static Stand, plan: &Plan) -> Duration {
    let restart_every = RESTART_EVERY.min(plan.requests / 6).max(10);
    let mut restarts = 0;
    let mut last_life = (0, Instant::now());
    loop {
        std::thread::sleep(GLANCE);
        let mut stage = stand.stage.lock();
        if stage.heard != last_life.0 {
            last_life = (stage.heard, Instant::now());
        }
        let is_stuck = stage.clients.is_full() && last_life.1.elapsed() > plan.grace;
        if stage.clients.have_asked_all() || is_stuck || Instant::now() > plan.until {
            stage.clients.closing = true;
            break;
        }
        let is_due = stage.clients.asked > restart_every * (restarts + 1);
        drop(stage);
        if is_due {
            let application = APPLICATIONS[restarts as usize % APPLICATIONS.len()];
            restarts += 1;
            stop(stand, application, 1 + (restarts % 4) as u32);
            start(stand, application);
        }
    }
    stand.wake();
    close(stand, plan.grace)
}

/// Waits until everything is over, or until the grace has passed.
fn close(stand: &'static Stand, grace: Duration) -> Duration {
    let closing = Instant::now();
    while closing.elapsed() < grace {
        if stand.stage.lock().is_quiet() {
            return grace;
        }
        std::thread::sleep(GLANCE);
    }
    stand.stage.lock().abandoned = true;
    stand.wake();
    SHORT_GRACE.min(grace)
}

fn start(stand: &'static Stand, application: ApplicationId) {
    let taken = stand.stage.lock().take(watch::thread(), Input::Start { application });
    taken.jobs.into_iter().for_each(|(_, job)| stand.perform(job));
}

/// Stops an application that runs: releases first, then, when every call before it has returned, Shutdown.
fn stop(stand: &'static Stand, application: ApplicationId, reason: u32) {
    let mut stage = stand.stage.lock();
    if !stage.is_running(application) {
        return;
    }
    let jobs = stage.stop(watch::thread(), application, reason);
    drop(stage);
    for job in jobs {
        if matches!(job.call, Call::Shutdown { .. }) {
            clear(stand, &job);
        }
        stand.perform(job);
    }
    let taken = stand.stage.lock().take(watch::thread(), Input::Stopped { application });
    debug_assert!(taken.jobs.is_empty(), "a stopped application calls nobody");
}

/// Waits for the calls before `job` to return: each has entered the plug-in before Shutdown does (HA-13).
fn clear(stand: &'static Stand, job: &Job) {
    let since = Instant::now();
    while !stand.stage.lock().is_clear_before(job.seq) && since.elapsed() < CLEAR {
        if !stand.help() {
            std::thread::sleep(GLANCE / 10);
        }
    }
}
