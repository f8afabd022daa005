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
/// How long a Shutdown waits for the calls before it to return: until the watchdog has ended one that does not.
const CLEAR: Duration = watch::PATIENCE.saturating_add(watch::LEAD).saturating_add(Duration::from_secs(1));
/// How long an application stays stopped at most while the others go on.
const ABSENCE: Duration = Duration::from_millis(50);
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
    let mut restarts = Restarts::new(plan);
    let mut pulse = Pulse::default();
    // The last eighth is for one application alone: the other's end must not matter to it (CL-55).
    let left = plan.until.saturating_duration_since(Instant::now());
    let (requests, until) = (plan.requests - plan.requests / 8, plan.until - left / 8);
    while goes_on(stand, plan, &mut pulse, requests, until) {
        restarts.go_on(stand);
    }
    restarts.leave_one(stand);
    while goes_on(stand, plan, &mut pulse, plan.requests, plan.until) {}
    stand.stage.lock().clients.closing = true;
    stand.wake();
    close(stand, plan.grace)
}

/// When the plug-in said something last.
#[derive(Debug, Default)]
struct Pulse {
    heard: u64,
    at: Option<Instant>,
}

/// Waits a moment; whether there is still something to ask and somebody who answers.
fn goes_on(stand: &Stand, plan: &Plan, pulse: &mut Pulse, requests: u64, until: Instant) -> bool {
    let mut stage = stand.stage.lock();
    stage.clients.limit = requests;
    if stage.clients.have_asked_all() {
        return false;
    }
    drop(stage);
    stand.wake();
    std::thread::sleep(GLANCE);
    let (heard, is_full) = {
        let stage = stand.stage.lock();
        (stage.heard, stage.clients.is_full())
    };
    let now = Instant::now();
    if pulse.heard != heard || pulse.at.is_none() {
        *pulse = Pulse { heard, at: Some(now) };
    }
    let is_stuck = is_full && pulse.at.is_some_and(|at| at.elapsed() > plan.grace);
    !is_stuck && now < until
}

/// Stops an application now and then and starts it again a while later: the other one must not notice (CL-55).
#[derive(Debug)]
struct Restarts {
    every: u64,
    made: u64,
    /// The one that is stopped, since which request and when.
    absent: Option<(ApplicationId, u64, Instant)>,
}

impl Restarts {
    fn new(plan: &Plan) -> Self {
        Self { every: RESTART_EVERY.min(plan.requests / 6).max(10), made: 0, absent: None }
    }

    /// Stops one, or starts the one that was stopped, if it is time.
    fn go_on(&mut self, stand: &'static Stand) {
        let asked = stand.stage.lock().clients.asked;
        match self.absent {
            Some((application, since, when)) => {
                let alone = stand.stage.lock().clients.running.is_empty();
                if alone || asked > since + self.every / 2 || when.elapsed() > ABSENCE {
                    start(stand, application);
                    self.absent = None;
                }
            }
            None if asked > self.every * (self.made + 1) => self.stop_next(stand, asked),
            None => {}
        }
    }

    /// Leaves one of them running for good.
    fn leave_one(&mut self, stand: &'static Stand) {
        let running = stand.stage.lock().clients.running.len();
        match self.absent {
            Some((application, ..)) if running == 0 => start(stand, application),
            None if running == APPLICATIONS.len() => self.stop_next(stand, 0),
            _ => {}
        }
    }

    fn stop_next(&mut self, stand: &'static Stand, asked: u64) {
        let application = APPLICATIONS[self.made as usize % APPLICATIONS.len()];
        self.made += 1;
        stop(stand, application, 1 + (self.made % 4) as u32);
        self.absent = Some((application, asked, Instant::now()));
    }
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
