//! Everything that the reference host knows, under one lock: the host, the judge, the clients, the memory.
//!
//! A step of the host and the crossings that it returns are one event: the judge sees them under the same lock, in
//! the order in which the host decided. The calls themselves are made later, with no lock held; [`Job`] is such a
//! call on its way.

mod approach;
mod hearing;
mod job;
mod reports;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;

use hdrhistogram::Histogram;
use wsman_authz_core::call::RequestKind;
use wsman_authz_core::code::ERROR_SUCCESS;
use wsman_authz_core::contract::{Contract, Findings, Vantage};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::host::{Effect, Host, HostConfig, Input, Place};
use wsman_authz_core::{ApplicationId, Call, Context, Crossing, Rule, RuleSet, ThreadId, Timestamp};

use super::clients::Clients;
use super::library::PluginContext;
use super::recorder::Recorder;
use super::sender_pool::SenderPool;
use super::tally::Tally;
use super::user::User;
use super::watch;
use crate::random::Random;
use approach::Approaching;
use job::is_call;
pub(super) use job::{Job, Next, Taken};
use reports::Reports;

/// Longest latency that is told apart, in nanoseconds.
const LONGEST: u64 = 60_000_000_000;

/// The state of a run.
#[derive(Debug)]
pub(super) struct Stage {
    host: Host<User>,
    contract: Contract<User, u64>,
    dialect: String,
    pub(super) tally: Tally,
    pub(super) recorder: Recorder,
    senders: SenderPool,
    pub(super) clients: Clients,
    contexts: BTreeMap<ApplicationId, PluginContext>,
    reports: Reports,
    now: Timestamp,
    random: Random,
    /// Calls that any thread may make.
    queue: VecDeque<Job>,
    /// Calls that crossed and have not returned, by number.
    outstanding: BTreeSet<u64>,
    approaching: Approaching,
    /// Numbers of threads to lend.
    spare: Vec<ThreadId>,
    pub(super) latency: Histogram<u64>,
    /// What Startup returned last.
    pub(super) last_startup_error: u32,
    /// Completions heard: a sign of life.
    pub(super) heard: u64,
    /// Workers go home although not all is done.
    pub(super) abandoned: bool,
}

impl Stage {
    pub(super) fn new(recorder: Recorder, clients: Clients, senders: SenderPool, seed: u64) -> Self {
        let dialect = Dialect::default();
        // A new histogram fails only for bounds that make no sense.
        let latency = Histogram::new_with_bounds(1, LONGEST, 3).or_else(|_| Histogram::new(1));
        Self {
            host: Host::new(dialect, HostConfig::default()),
            contract: Contract::new(dialect, Vantage::Host),
            dialect: dialect.to_string(),
            tally: Tally::default(),
            recorder,
            senders,
            clients,
            contexts: BTreeMap::new(),
            reports: Reports::default(),
            now: Timestamp(0),
            random: Random::new(seed),
            queue: VecDeque::new(),
            outstanding: BTreeSet::new(),
            approaching: Approaching::default(),
            spare: Vec::new(),
            latency: latency.expect("the bounds are valid"),
            last_startup_error: 0,
            heard: 0,
            abandoned: false,
        }
    }

    /// A new host that speaks `dialect` and a new judge; time goes on.
    pub(super) fn begin_round(&mut self, dialect: Dialect, config: HostConfig, limit: u64) {
        self.host = Host::new(dialect, config);
        self.contract = Contract::new(dialect, Vantage::Host);
        self.dialect = dialect.to_string();
        self.recorder.begin_part(&self.dialect);
        self.reports = Reports::new(dialect.release_counting);
        self.senders.begin_round(dialect.sender_pointer);
        self.clients.begin_round(limit);
        self.abandoned = false;
    }

    /// Contexts that are live.
    pub(super) fn live(&self) -> Vec<Context> {
        self.contract.live().map(|number| self.reports.value(number)).collect()
    }

    /// Where the plug-in reads its sender details, and must not write.
    pub(super) fn guarded(&self) -> Range<usize> {
        self.senders.guarded()
    }

    /// The dialect of the round.
    pub(super) fn dialect(&self) -> &str {
        &self.dialect
    }

    /// The rules that the judge or the driver can see at all. The driver's clock never runs backwards, and a
    /// plug-in has none that could be seen (CL-35).
    pub(super) fn observables(&self) -> RuleSet {
        let judged = self.contract.observables();
        judged.iter().filter(|rule| *rule != Rule::CL35).chain([Rule::CL60, Rule::CL62]).collect()
    }

    /// Whether an application runs.
    pub(super) fn is_running(&self, application: ApplicationId) -> bool {
        self.clients.running.contains(&application)
    }

    /// Whether the round is over: every request answered, every operation ended, every call returned.
    pub(super) fn is_quiet(&self) -> bool {
        self.clients.are_content() && self.outstanding.is_empty() && self.host.requests().next().is_none()
    }

    /// Something crosses: it is written down and judged.
    fn cross(&mut self, thread: ThreadId, call: Call<User>) -> (u64, Call<User>) {
        let crossing = Crossing { at: self.now, thread, call };
        let seq = self.recorder.write(&self.reports.plain(&crossing));
        let findings = self.contract.observe(seq, &crossing);
        self.note(findings);
        (seq, crossing.call)
    }

    fn note(&mut self, mut findings: Findings<u64>) {
        for violation in &mut findings.broken {
            violation.why = self.reports.in_words(&violation.why);
        }
        self.tally.add(&self.dialect, findings, |evidence| self.recorder.story_of(evidence));
    }

    /// A step of the host, on behalf of `thread`. A misuse of the host changes nothing: the clients' choice was stale.
    pub(super) fn take(&mut self, thread: ThreadId, input: Input<User>) -> Taken {
        // What time alone brings about belongs to no thread either.
        let from_completion = matches!(input, Input::Complete { .. } | Input::Tick);
        let Ok(outcome) = self.host.step(self.now, input) else { return Taken::default() };
        let mut taken = Taken { error: outcome.error, jobs: Vec::new() };
        let mut entered = false;
        for effect in outcome.effects {
            match effect {
                Effect::Begun(operation) => self.clients.begun(operation),
                Effect::Refused(..) => self.clients.refused(),
                Effect::Cross { place, call } if is_call(&call) => {
                    let is_release = matches!(call, Call::Release { .. });
                    let is_here = place == Place::Inside || (place == Place::Anywhere && !from_completion);
                    let must_wait = self.must_wait(u64::MAX, &call);
                    // A release on this thread must be over before a completion on it can follow (CL-52).
                    let own = is_here && !must_wait && !(is_release && entered);
                    entered |= is_here && !is_release;
                    let job = self.announce(own.then_some(thread), call);
                    if must_wait {
                        self.queue.push_back(job);
                    } else {
                        taken.jobs.push((place, job));
                    }
                }
                Effect::Cross { call, .. } => drop(self.cross(thread, call)),
            }
        }
        taken
    }

    /// A call into the plug-in crosses; it is made later. Without a thread of its own it gets a number on loan.
    fn announce(&mut self, own: Option<ThreadId>, call: Call<User>) -> Job {
        let thread = own.or_else(|| self.spare.pop()).unwrap_or_else(watch::fresh_thread);
        let (application, request) = match &call {
            Call::AuthorizeUser { application, sender, user, .. } => {
                (Some(*application), Some((*sender, RequestKind::User, *user)))
            }
            Call::AuthorizeOperation { application, sender, user, .. } => {
                (Some(*application), Some((*sender, RequestKind::Operation, *user)))
            }
            Call::QueryQuota { application, sender, user } => {
                (Some(*application), Some((*sender, RequestKind::Quota, *user)))
            }
            Call::Shutdown { application, .. } => (Some(*application), None),
            _ => (None, None),
        };
        let context = application.and_then(|application| self.contexts.get(&application)).copied();
        let sender = application.zip(request);
        let sender = sender.map(|(owner, (sender, kind, user))| self.senders.open(owner, sender, kind, user));
        let (seq, call) = self.cross(thread, call);
        self.outstanding.insert(seq);
        self.approaching.announce(seq, &call);
        if let Some(address) = sender {
            self.senders.announce(address, seq);
        }
        let mut released = None;
        if let Call::Release { context: Some(number) } = call {
            released = Some(self.reports.value(number));
            self.reports.released(number);
        }
        Job { seq, thread, lent: own.is_none(), call, context: context.unwrap_or_default(), released, sender }
    }

    /// What a worker does next: a call that waits in the queue, or what the clients want.
    pub(super) fn next(&mut self, thread: ThreadId) -> Next {
        if let Some(job) = self.next_queued() {
            return Next::Perform(vec![job]);
        }
        if self.abandoned || (self.clients.closing && self.is_quiet()) {
            return Next::Leave;
        }
        let Some((pause, input)) = self.clients.next(&mut self.random, &self.host) else { return Next::Wait };
        self.now = self.now.after(pause);
        let taken = self.take(thread, input);
        Next::Perform(taken.jobs.into_iter().map(|(_, job)| job).collect())
    }

    /// The call that waits longest, of those that may be made.
    pub(super) fn next_queued(&mut self) -> Option<Job> {
        let place = self.queue.iter().position(|job| !self.must_wait(job.seq, &job.call))?;
        self.queue.remove(place)
    }

    /// Puts a call where any thread finds it.
    pub(super) fn enqueue(&mut self, job: Job) {
        self.queue.push_back(job);
    }

    /// A call is made now.
    pub(super) fn enter(&mut self, job: &Job) {
        self.approaching.made(job.seq);
        if let Some(sender) = job.sender {
            self.senders.enter(sender);
        }
    }

    /// A call returned.
    pub(super) fn returned(&mut self, job: &Job, answer: Option<Call<User>>) {
        self.outstanding.remove(&job.seq);
        self.approaching.arrived(job.seq);
        if let Some(sender) = job.sender {
            self.senders.leave(sender, job.seq);
        }
        if let Some(call) = answer {
            let (_, call) = self.cross(job.thread, call);
            if let Call::ReleaseReturn { context: Some(number) } = call {
                self.reports.returned(number);
            }
        }
        if job.lent {
            self.spare.push(job.thread);
        }
    }

    /// Whether every call that crossed before number `seq` has returned.
    pub(super) fn is_clear_before(&self, seq: u64) -> bool {
        self.outstanding.first().is_none_or(|first| *first >= seq)
    }

    /// Startup returned.
    pub(super) fn started(&mut self, thread: ThreadId, application: ApplicationId, error: u32, context: PluginContext) {
        self.contexts.insert(application, context);
        self.last_startup_error = error;
        let taken = self.take(thread, Input::Started { application, error });
        self.queue.extend(taken.jobs.into_iter().map(|(_, job)| job));
        if error == ERROR_SUCCESS {
            self.clients.running.push(application);
        }
    }

    /// An application stops; its Shutdown is the last of the calls.
    pub(super) fn stop(&mut self, thread: ThreadId, application: ApplicationId, reason: u32) -> Vec<Job> {
        self.clients.running.retain(|running| *running != application);
        let taken = self.take(thread, Input::Stop { application, reason });
        taken.jobs.into_iter().map(|(_, job)| job).collect()
    }
}
