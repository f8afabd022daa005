//! The applications of one plug-in, from Startup to Shutdown, and the way of a question to its policy.

use std::sync::Arc;
use std::time::Duration;

use wsman_authz_core::call::{Call, RequestKind};
use wsman_authz_core::code::{ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY, ERROR_SUCCESS};
use wsman_authz_core::engine::Input;
use wsman_authz_core::sync::Mutex;
use wsman_authz_core::{ApplicationId, Context, Sender as SenderId, UserName};

use crate::action::Operation;
use crate::applications::Applications;
use crate::boundary::guard;
use crate::decode::Undecodable;
use crate::gate::Gates;
use crate::log;
use crate::performer::Performer;
use crate::plugin::{ApplicationInfo, Plugin, ShutdownReason, StartError};
use crate::reply::Reply;
use crate::request::{OperationRequest, QuotaRequest, UserRequest};
use crate::sender::Sender;
use crate::source::Source;
use crate::trace::{Inside, Names};
use crate::visit::{Visit, drop_policy};
use crate::watch::Watch;

/// `ERROR_ALREADY_EXISTS`: Startup of an application that runs.
pub(crate) const ERROR_ALREADY_EXISTS: u32 = 183;

/// In a trace the name stands for an application; during Startup it has no number yet.
const NOT_NUMBERED: ApplicationId = ApplicationId(0);

/// How long Shutdown waits for calls that are inside.
const GRACE: Duration = Duration::from_secs(2);

/// Everything of one plug-in type in one process. Release names no application, so there is one engine for all.
pub(crate) struct Runtime<P: Plugin> {
    pub(crate) performer: Arc<Performer<P::Context>>,
    source: Source<P>,
    pub(crate) applications: Mutex<Applications<P>>,
    pub(crate) gates: Gates<P>,
    pub(crate) watch: Arc<Watch>,
}

impl<P: Plugin> Runtime<P> {
    pub(crate) fn new(performer: Performer<P::Context>, source: Source<P>) -> Self {
        let performer = Arc::new(performer);
        let gates = Gates::new(Arc::clone(&performer.bell));
        Self { performer, source, applications: Mutex::default(), gates, watch: Arc::default() }
    }

    /// Starts an application. The error is the code for the host.
    pub(crate) fn startup(&self, info: &ApplicationInfo) -> Result<ApplicationId, u32> {
        let trace = &self.performer.trace;
        if !trace.is_on() {
            return self.start(info);
        }
        let names = Names { application: &info.identification, operation: None };
        let application = NOT_NUMBERED;
        trace.write(Call::Startup { application, flags: info.flags, idle: None }, &names);
        let started = self.start(info);
        let error = started.err().unwrap_or(ERROR_SUCCESS);
        trace.write(Call::StartupReturn { application, error }, &names);
        started
    }

    fn start(&self, info: &ApplicationInfo) -> Result<ApplicationId, u32> {
        let name = info.identification.clone();
        let reserved = self.applications.lock().reserve(&name);
        if !reserved {
            log::already_running(&name);
            return Err(ERROR_ALREADY_EXISTS); // CL-55
        }
        let panicked = Err(StartError::new("it panicked"));
        let policy = guard("start of the policy", panicked, || self.source.start(info));
        let policy = policy.map_err(|error| {
            log::not_started(&name, &error);
            error.code()
        });
        let started = policy.and_then(|policy| self.open(name.clone(), policy));
        match started {
            Ok(application) => log::started(application, &name),
            Err(_) => self.applications.lock().free(&name),
        }
        started
    }

    fn open(&self, name: String, policy: P) -> Result<ApplicationId, u32> {
        let policy = Arc::new(policy);
        let number = self.applications.lock().number();
        let Some(application) = number else {
            log::no_number();
            drop_policy(policy);
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        };
        if self.watches()
            && let Err(error) = self.watch.begin(&self.performer)
        {
            log::no_watch(&error);
            drop_policy(policy);
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        }
        self.gates.open(application, &policy);
        self.applications.lock().run(application, name, policy);
        let _ = self.performer.take(Input::Startup { application });
        Ok(application)
    }

    /// Shuts an application down: denies what is open, tells the policy, waits until everything is out (CL-54).
    pub(crate) fn shutdown(&self, application: ApplicationId, reason: u32) -> u32 {
        let trace = &self.performer.trace;
        if !trace.is_on() {
            return self.stop(application, ShutdownReason::from(reason));
        }
        let name = self.name_of(application);
        let names = Names { application: &name, operation: None };
        trace.write(Call::Shutdown { application, reason }, &names);
        let error = self.stop(application, ShutdownReason::from(reason));
        trace.write(Call::ShutdownReturn { application, error }, &names);
        error
    }

    fn stop(&self, application: ApplicationId, reason: ShutdownReason) -> u32 {
        if self.performer.take(Input::Shutdown { application }).is_err() {
            return ERROR_INVALID_PARAMETER; // CL-55
        }
        if let Some(policy) = self.policy(application) {
            guard("shutdown of the policy", (), || policy.shutdown(reason));
            drop_policy(policy);
        }
        let inside = self.gates.close(application, GRACE);
        log::shut_down(application, self.performer.engine().replies_out(application), inside);
        let gone = self.applications.lock().forget(application);
        if let Some(policy) = gone {
            drop_policy(policy);
        }
        if self.watches() && !self.watch.end(GRACE) {
            log::watch_overdue(); // CL-62
        }
        0
    }

    /// Whether a thread watches the clock.
    const fn watches(&self) -> bool {
        self.source.watch_overdue() && self.source.answer_within().is_some()
    }

    /// The test says that time has passed.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn time_passed(&self) {
        self.watch.look();
    }

    pub(crate) fn authorize_user(
        &self,
        application: ApplicationId,
        sender: SenderId,
        question: Result<Sender, Undecodable>,
    ) {
        let question = question.map(|sender| (sender, None));
        self.ask(RequestKind::User, application, sender, question, |policy, reply, sender, _| {
            policy.authorize_user(UserRequest::new(reply, sender));
        });
    }

    pub(crate) fn authorize_operation(
        &self,
        application: ApplicationId,
        sender: SenderId,
        question: Result<(Sender, Operation), Undecodable>,
    ) {
        let question = question.map(|(sender, operation)| (sender, Some(operation)));
        self.ask(RequestKind::Operation, application, sender, question, |policy, reply, sender, operation| {
            if let Some(operation) = operation {
                policy.authorize_operation(OperationRequest::new(reply, sender, operation));
            }
        });
    }

    pub(crate) fn query_quota(
        &self,
        application: ApplicationId,
        sender: SenderId,
        question: Result<Sender, Undecodable>,
    ) {
        let question = question.map(|sender| (sender, None));
        self.ask(RequestKind::Quota, application, sender, question, |policy, reply, sender, _| {
            policy.query_quota(QuotaRequest::new(reply, sender));
        });
    }

    pub(crate) fn release(&self, context: Option<Context>) {
        let _inside = self.gates.enter_release(context); // CL-62: the destructor may run now
        let trace = &self.performer.trace;
        let back = Call::ReleaseReturn { context };
        let _traced = trace.is_on().then(|| trace.enter(Call::Release { context }, &Names::default(), back));
        let _ = self.performer.take(Input::Release { context });
    }

    /// Puts a question to the policy, if the engine says so. A question that cannot be read is asked about nobody,
    /// and denied.
    fn ask(
        &self,
        kind: RequestKind,
        application: ApplicationId,
        sender: SenderId,
        question: Result<(Sender, Option<Operation>), Undecodable>,
        put: impl FnOnce(&P, Reply<P::Context>, Sender, Option<Operation>),
    ) {
        let visit = Visit::enter(self, application, sender);
        let user = question.as_ref().map_or_else(|_| nobody(), |(sender, _)| sender.user.clone());
        let _traced = self.performer.trace.is_on().then(|| {
            let operation = question.as_ref().ok().and_then(|(_, operation)| operation.as_ref());
            self.trace_entry(kind, application, sender, &user, operation)
        });
        if self.source.answer_within().is_some() {
            self.performer.look_at_the_clock(); // CL-70
        }
        if let Err(why) = &question {
            log::undecodable(*why);
        }
        let input = match kind {
            RequestKind::User => Input::AuthorizeUser { application, sender, user },
            RequestKind::Operation => Input::AuthorizeOperation { application, sender, user },
            RequestKind::Quota => Input::QueryQuota { application, sender, user },
        };
        let asked = match self.performer.take(input) {
            Ok(Some(asked)) => asked,
            Ok(None) => return,
            Err(_) => {
                // Shutdown drained the application after we came in, and waits for us: this request is still owed
                // an answer (CL-50). One that came before Startup or after Shutdown is not (CL-54).
                if visit.policy.is_some() {
                    self.performer.turn_away(kind, sender);
                }
                return;
            }
        };
        if self.watches() {
            self.watch.look();
        }
        let client_token = question.as_ref().ok().and_then(|(sender, _)| sender.client_token);
        let reply = Reply::new(Arc::clone(&self.performer), asked, client_token);
        match (question, visit.policy.as_deref().map(|known| &*known.0)) {
            (Ok((sender, operation)), Some(policy)) => guard("policy", (), || put(policy, reply, sender, operation)),
            (Err(why), _) => reply.deny(ERROR_INVALID_PARAMETER, Some(why.to_string())), // CL-71
            (Ok(_), None) => drop(reply),                                                // CL-70
        }
    }

    /// An entry point into the trace, and its return when the value is dropped.
    fn trace_entry(
        &self,
        kind: RequestKind,
        application: ApplicationId,
        sender: SenderId,
        user: &UserName,
        operation: Option<&Operation>,
    ) -> Inside<'_> {
        let user = user.clone();
        let entry = match kind {
            RequestKind::User => Call::AuthorizeUser { application, sender, user, reauthorization: None },
            RequestKind::Operation => Call::AuthorizeOperation { application, sender, user, operation: None },
            RequestKind::Quota => Call::QueryQuota { application, sender, user },
        };
        let name = self.name_of(application);
        let names = Names { application: &name, operation };
        self.performer.trace.enter(entry, &names, Call::EntryReturn { kind, sender })
    }

    /// What a trace calls an application: its identification, while it runs.
    fn name_of(&self, application: ApplicationId) -> String {
        let applications = self.applications.lock();
        applications.name(application).map_or_else(|| application.to_string(), str::to_owned)
    }

    /// How many applications run.
    pub(crate) fn applications(&self) -> usize {
        self.applications.lock().len()
    }

    pub(crate) fn policy(&self, application: ApplicationId) -> Option<Arc<P>> {
        self.applications.lock().policy(application)
    }

    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn balance(&self) -> (usize, usize, usize) {
        let engine = self.performer.engine();
        (engine.live_leases(), engine.payloads(), engine.open_requests())
    }
}

/// The user of a question that cannot be read. No text of the host decodes to a name with a NUL, so nobody else is
/// called so, and nobody so called was ever let in (CL-71).
fn nobody() -> UserName {
    UserName::new("\0", "\0")
}
