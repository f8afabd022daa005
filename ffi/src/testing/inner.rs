//! The plug-in on one side, the stage on the other: calls are made here, with no lock held, and answers arrive here,
//! on any thread.

#![expect(unsafe_code, reason = "entry points take pointers")]

use std::panic::resume_unwind;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread as system;
use std::time::{Duration, Instant};

use wsman_authz_core::call::{Completion, Identity, RequestKind};
use wsman_authz_core::host::{Input, Place};
use wsman_authz_core::sync::{Condvar, Mutex};
use wsman_authz_core::{Call, Context, Sender, Timestamp, Token, UserName};

use super::letter::wide;
use super::library::Library;
use super::log::Log;
use super::said::{Listener, Said};
use super::stage::{Job, Stage, Taken};
use super::{setup, thread};
use crate::Plugin;
use crate::clock::Clock;
use crate::code::ERROR_SUCCESS;

/// How long Shutdown waits for calls that are still inside: far longer than the plug-in itself would.
const LONG: Duration = Duration::from_secs(10);

/// A test host and its plug-in.
pub(crate) struct Inner<P: Plugin> {
    pub(super) library: Library<P>,
    pub(super) stage: Mutex<Stage>,
    pub(super) log: Log,
    news: Condvar,
    /// The clock of the engine, in milliseconds.
    clock: Arc<AtomicU64>,
}

/// Hears what is said to one request.
struct Line<P: Plugin> {
    inner: Weak<Inner<P>>,
    sender: Sender,
}

impl<P: Plugin> Listener for Line<P> {
    fn hear(&self, said: Said) -> u32 {
        self.inner.upgrade().map_or(crate::code::ERROR_INVALID_PARAMETER, |inner| inner.hear(self.sender, said))
    }
}

impl<P: Plugin> Inner<P> {
    pub(super) fn new(setup: &setup::Choices) -> Arc<Self> {
        let clock = Arc::new(AtomicU64::new(0));
        let (dialect, config) = (setup.dialect, setup.config);
        Arc::new_cyclic(|inner: &Weak<Self>| {
            let inner = Weak::clone(inner);
            let ear = move |sender| Arc::new(Line { inner: Weak::clone(&inner), sender }) as Arc<dyn Listener>;
            let library = Library::load(Clock::Virtual(Arc::clone(&clock)));
            let stage = Stage::new(dialect, config, Box::new(ear));
            #[cfg(feature = "faults")]
            let (library, stage) = (library.with_fault(setup.fault), stage.with_fault(setup.fault));
            Self { library, stage: Mutex::new(stage), log: Log::new(), news: Condvar::new(), clock }
        })
    }

    /// Makes the calls that a step asks for, and every call that waits.
    pub(super) fn perform_all(&self, taken: Taken) {
        for (_, job) in taken.jobs {
            self.perform(&job);
        }
        self.settle();
    }

    /// Makes every call that waits.
    pub(super) fn settle(&self) {
        loop {
            let job = self.stage.lock().next_queued();
            let Some(job) = job else { return };
            self.perform(&job);
        }
    }

    /// Makes one call into the plug-in.
    fn perform(&self, job: &Job) {
        if matches!(job.call, Call::Shutdown { .. }) {
            // HA-13: what the host called before has entered, and releases are over.
            self.wait(LONG, |stage| stage.is_clear_before(job.seq));
        }
        let answer = thread::acting_as(job.thread, || self.log.around(|| self.call(job)));
        let mut stage = self.stage.lock();
        stage.returned(job.seq, job.thread, answer);
        if let Call::Shutdown { application, .. } = job.call {
            let taken = stage.take(Input::Stopped { application });
            stage.enqueue(taken.jobs);
        }
        drop(stage);
        self.news.notify_all();
    }

    fn call(&self, job: &Job) -> Option<Call<UserName>> {
        let details = ptr::with_exposed_provenance(job.address);
        match &job.call {
            Call::Startup { application, flags, .. } => {
                let name = self.stage.lock().story.names.applications.get(application).map(|name| wide(name));
                let (error, context) = self.library.startup(*flags, &name, &None);
                let mut stage = self.stage.lock();
                stage.cross(job.thread, Call::StartupReturn { application: *application, error });
                stage.started(*application, error, context);
                None
            }
            Call::Shutdown { application, reason } => {
                let error = self.library.shutdown(job.context, 0, *reason);
                Some(Call::ShutdownReturn { application: *application, error })
            }
            Call::AuthorizeUser { sender, .. } => {
                // SAFETY: HA-01, HA-02, HA-04: the stage wrote the letter, and keeps it until it is answered.
                unsafe { self.library.user(job.context, details, 0) };
                Some(Call::EntryReturn { kind: RequestKind::User, sender: *sender })
            }
            Call::AuthorizeOperation { sender, operation, .. } => {
                let wish = self.stage.lock().wish((*operation)?).cloned()?;
                let (action, resource) = (Some(wide(&wish.action)), Some(wide(&wish.resource)));
                // SAFETY: HA-01, HA-02, HA-04: as above.
                unsafe { self.library.operation(job.context, details, 0, (wish.number, &action, &resource)) };
                Some(Call::EntryReturn { kind: RequestKind::Operation, sender: *sender })
            }
            Call::QueryQuota { sender, .. } => {
                // SAFETY: HA-01, HA-02, HA-04: as above.
                unsafe { self.library.quota(job.context, details, 0) };
                Some(Call::EntryReturn { kind: RequestKind::Quota, sender: *sender })
            }
            Call::Release { context } => {
                self.library.release(context.map_or(0, |context| context.value() as usize));
                Some(Call::ReleaseReturn { context: *context })
            }
            _ => None,
        }
    }

    /// Makes a call on another thread. Joined, because a scope alone does not wait for the end of the thread, and a leak
    /// checker may meet what it has not freed yet.
    fn perform_elsewhere(&self, job: &Job) {
        system::scope(|scope| scope.spawn(|| self.perform(job)).join()).unwrap_or_else(|panic| resume_unwind(panic));
    }

    /// The plug-in says something, on any thread; what the completion function returns.
    fn hear(&self, sender: Sender, said: Said) -> u32 {
        let here = thread::current();
        let mut stage = self.stage.lock();
        let completion = completion(sender, said, stage.token_of(sender));
        let kind = completion.kind;
        let Taken { error, jobs } = stage.hear(completion);
        drop(stage);
        let mut later = Vec::new();
        for (place, job) in jobs {
            match place {
                Place::Inside => self.perform(&job),
                Place::Concurrent => self.perform_elsewhere(&job),
                Place::After | Place::Anywhere => later.push((place, job)),
            }
        }
        let mut stage = self.stage.lock();
        stage.cross(here, Call::CompleteReturn { kind, sender: Some(sender), error });
        stage.enqueue(later);
        drop(stage);
        self.news.notify_all();
        error
    }

    /// Makes calls that come up, until `done` or for `limit`; whether it was in time.
    pub(super) fn wait(&self, limit: Duration, done: impl Fn(&Stage) -> bool) -> bool {
        let deadline = Instant::now() + limit;
        loop {
            self.settle();
            let stage = self.stage.lock();
            let is_done = done(&stage);
            if is_done || Instant::now() >= deadline {
                return is_done;
            }
            // Somebody may have put a call into the queue between the two.
            let nap = Instant::now() + Duration::from_millis(20);
            drop(self.news.wait_until(stage, deadline.min(nap)));
        }
    }

    /// The host releases what it does not hold: to see that the judge looks.
    #[cfg(test)]
    pub(crate) fn release_out_of_turn(&self, context: u64) {
        self.stage.lock().cross(thread::current(), Call::Release { context: Context::new(context) });
    }

    /// Lets time pass, stopping wherever the host has something to do.
    pub(super) fn advance(&self, span: Duration) {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        let target = Timestamp(self.stage.lock().now.0.saturating_add(millis));
        loop {
            let mut stage = self.stage.lock();
            let next = stage.host.next_deadline().filter(|next| *next > stage.now && *next < target);
            stage.now = next.unwrap_or(target);
            let now = stage.now;
            self.clock.store(now.0, Ordering::SeqCst);
            let taken = stage.take(Input::Tick);
            drop(stage);
            self.library.exported().runtime().time_passed();
            self.perform_all(taken);
            if now == target {
                return;
            }
        }
    }
}

/// What was said, in the words of the alphabet. `own_token` is what the host passed with the request.
fn completion(sender: Sender, said: Said, own_token: u64) -> Completion {
    let success = said.error == ERROR_SUCCESS;
    let identity = match said.token as u64 {
        0 if success => Some(Identity::Host),
        0 => None,
        token if token == own_token => Some(Identity::Client),
        token => Some(Identity::Token(Token(token))),
    };
    Completion {
        kind: said.kind,
        sender: Some(sender),
        flags: said.flags,
        context: Context::new(said.context as u64),
        identity: identity.filter(|_| said.kind == RequestKind::User),
        administrator: said.administrator,
        quota: said.quota,
        error: said.error,
        extended: said.text.filter(|_| !success).map(Into::into),
        payload: None,
    }
}
