//! The test stand: the plug-in on one side, the stage on the other, and the threads in between.
//!
//! Calls into the plug-in are made here, with no lock held; completions arrive here, on any thread. Where a call
//! belongs that a completion brought about, its [`Place`] says: on the completion's own stack, on another thread
//! before the completion returns, or later on any worker.

use std::borrow::Cow;
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use wsman_authz_core::call::{Quota, RequestKind};
use wsman_authz_core::code::ERROR_INVALID_PARAMETER;
use wsman_authz_core::host::Place;
use wsman_authz_core::trace::{application_name, call_name};
use wsman_authz_core::{Call, Context};

use super::library::Plugin;
use super::stage::{Job, Next, Stage};
use super::story::{Story, wide};
use super::user::User;
use super::watch;

/// How long a worker waits for news before it looks again.
const NAP: Duration = Duration::from_millis(2);

/// How long a completion lets calls pass that were on their way before it: one that stands further down on the same
/// stack never gets through.
const LET_PASS: Duration = Duration::from_millis(500);
const GLANCE: Duration = Duration::from_micros(100);

/// The one stand of the process: the completion functions have no other way to find it.
static STAND: OnceLock<Stand> = OnceLock::new();

/// What the plug-in passed to a completion function.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) kind: RequestKind,
    pub(super) sender: usize,
    pub(super) flags: u32,
    pub(super) context: usize,
    pub(super) token: usize,
    pub(super) administrator: bool,
    pub(super) quota: Option<Quota>,
    pub(super) error: u32,
    pub(super) extended: Option<Cow<'static, str>>,
}

impl Said {
    pub(super) const fn new(kind: RequestKind, sender: usize, error: u32) -> Self {
        let (flags, context, token, administrator) = (0, 0, 0, false);
        Self { kind, sender, flags, context, token, administrator, quota: None, error, extended: None }
    }
}

/// Calls for a helper, and how to say that they were made.
type Errand = (Vec<Job>, mpsc::Sender<()>);

/// The stand.
#[derive(Debug)]
pub(super) struct Stand {
    plugin: Plugin,
    pub(super) stage: Mutex<Stage>,
    news: Condvar,
    /// Threads that wait for an errand: calls that must be made elsewhere before a completion returns.
    helpers: Mutex<Vec<mpsc::Sender<Errand>>>,
}

impl Stand {
    /// Sets up the stand of this process. Only the first one stays.
    pub(super) fn set_up(plugin: Plugin, stage: Stage) -> &'static Self {
        STAND.get_or_init(|| Self {
            plugin,
            stage: Mutex::new(stage),
            news: Condvar::new(),
            helpers: Mutex::new(Vec::new()),
        })
    }

    /// Whether the plug-in answers quota queries.
    pub(super) const fn has_quota(&self) -> bool {
        self.plugin.has_quota()
    }

    /// The stand, once it is set up.
    pub(super) fn get() -> Option<&'static Self> {
        STAND.get()
    }

    /// A worker: makes calls and plays the clients until the round is over.
    pub(super) fn work(&'static self) {
        let thread = watch::thread();
        loop {
            let mut stage = self.stage.lock();
            match stage.next(thread) {
                Next::Perform(jobs) => {
                    drop(stage);
                    jobs.into_iter().for_each(|job| self.perform(job));
                }
                Next::Wait => drop(self.news.wait_for(&mut stage, NAP)),
                Next::Leave => return,
            }
        }
    }

    /// Makes one of the calls that wait in the queue; whether there was one.
    pub(super) fn help(&'static self) -> bool {
        let job = self.stage.lock().next_queued();
        let found = job.is_some();
        if let Some(job) = job {
            self.perform(job);
        }
        found
    }

    /// Tells waiting workers to look again.
    pub(super) fn wake(&self) {
        self.news.notify_all();
    }

    /// Makes a call into the plug-in; no lock is held.
    pub(super) fn perform(&'static self, job: Job) {
        let as_announced = watch::adopt(job.thread);
        let under_way = watch::call(call_name(&job.call), job.seq);
        if job.sender.is_some() {
            self.stage.lock().enter(&job);
        }
        let answer = self.call(&job);
        drop(under_way);
        self.stage.lock().returned(&job, answer);
        drop(as_announced);
    }

    fn call(&'static self, job: &Job) -> Option<Call<User>> {
        match (&job.call, job.sender) {
            (Call::Startup { application, .. }, _) => {
                let (error, context) = self.plugin.startup(&wide(&application_name(*application)));
                let mut stage = self.stage.lock();
                stage.returned(job, Some(Call::StartupReturn { application: *application, error }));
                stage.started(job.thread, *application, error, context);
                None
            }
            (Call::Shutdown { application, reason }, _) => {
                let error = self.plugin.shutdown(job.context, *reason);
                Some(Call::ShutdownReturn { application: *application, error })
            }
            (Call::AuthorizeUser { sender, .. }, Some(address)) => {
                self.plugin.authorize_user(job.context, address);
                Some(Call::EntryReturn { kind: RequestKind::User, sender: *sender })
            }
            (Call::AuthorizeOperation { sender, operation, .. }, Some(address)) => {
                let story = Story::of((*operation)?);
                let strings = [wide(story.action), wide(story.resource)];
                let [action, resource] = &strings;
                self.plugin.authorize_operation(job.context, address, story.number, [action, resource]);
                Some(Call::EntryReturn { kind: RequestKind::Operation, sender: *sender })
            }
            (Call::QueryQuota { sender, .. }, Some(address)) => {
                self.plugin.query_quota(job.context, address);
                Some(Call::EntryReturn { kind: RequestKind::Quota, sender: *sender })
            }
            (Call::Release { context }, _) => {
                self.plugin.release_context(job.released.map_or(0, Context::value));
                Some(Call::ReleaseReturn { context: *context })
            }
            _ => None,
        }
    }

    /// Makes calls on another thread and waits for them.
    fn perform_elsewhere(&'static self, jobs: Vec<Job>) {
        let (done, made) = mpsc::channel();
        let idle = self.helpers.lock().pop();
        let helper = idle.unwrap_or_else(|| self.hire());
        if helper.send((jobs, done)).is_ok() {
            // An error means that the helper is gone: it never answers twice.
            let _ = made.recv();
            self.helpers.lock().push(helper);
        }
    }

    fn hire(&'static self) -> mpsc::Sender<Errand> {
        let (helper, errands) = mpsc::channel::<Errand>();
        std::thread::spawn(move || {
            for (jobs, done) in errands {
                let for_a_completion = watch::completion();
                jobs.into_iter().for_each(|job| self.perform(job));
                drop(for_a_completion);
                let _ = done.send(());
            }
        });
        helper
    }

    fn hear(&'static self, said: Said) -> u32 {
        let arrived = Instant::now();
        let _here = watch::completion();
        let thread = watch::thread();
        let mut stage = self.stage.lock();
        while stage.is_ahead_of_a_question(&said) && arrived.elapsed() < LET_PASS {
            self.news.wait_for(&mut stage, GLANCE);
        }
        let heard = stage.hear(thread, said, arrived);
        drop(stage);
        let mut later = Vec::new();
        let nested = heard.taken.jobs.iter().any(|(place, _)| *place == Place::Inside);
        for (place, job) in heard.taken.jobs {
            match place {
                Place::Inside => self.perform(job),
                Place::Concurrent => self.perform_elsewhere(vec![job]),
                Place::After | Place::Anywhere => later.push(job),
            }
        }
        let mut stage = self.stage.lock();
        stage.completion_returns(thread, heard.returning, heard.taken.error, nested);
        later.into_iter().for_each(|job| stage.enqueue(job));
        drop(stage);
        self.wake();
        heard.taken.error
    }
}

/// The plug-in says something. Before the stand is set up nobody listens.
pub(super) fn hear(said: Said) -> u32 {
    Stand::get().map_or(ERROR_INVALID_PARAMETER, |stand| stand.hear(said))
}
