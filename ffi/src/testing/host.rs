//! The test host, as the author of a policy uses it.

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tracing::Level;
use wsman_authz_core::ApplicationId;
use wsman_authz_core::dialect::Refusal;
use wsman_authz_core::host::{Input, Phase, Purpose};

use super::ask::Ask;
use super::client::Client;
use super::inner::Inner;
use super::log::Logged;
use super::outcome::{Answer, Entry, Record};
use super::report::Report;
use super::setup::{Choices, Setup};
use super::stage::QuestionId;
use crate::Plugin;

/// How long a call waits for a policy that answers from another thread.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Why the host shuts down: the IIS host stops.
const IIS_HOST: u32 = 3;

/// A WS-Man host in this process, with one plug-in in it.
///
/// [`TestHost::shutdown`] ends it with a report. One that is dropped instead is shut down as well, and panics if its
/// report is not clean. See [the module](super) for what it is good for.
pub struct TestHost<P: Plugin> {
    pub(crate) inner: Arc<Inner<P>>,
    is_over: bool,
}

impl<P: Plugin> TestHost<P> {
    /// A host with the default choices.
    ///
    /// # Panics
    /// If the policy does not start.
    #[track_caller]
    #[must_use]
    pub fn start() -> Self {
        Self::setup().start()
    }

    /// Makes choices before the start.
    pub fn setup() -> Setup<P> {
        Setup::new()
    }

    /// Runs a test under a set of dialects in which every two choices occur together: see [`Setup::each_dialect`].
    ///
    /// # Panics
    /// As the test does, and if a report is not clean.
    #[track_caller]
    pub fn each_dialect(test: impl Fn(&Self)) {
        Self::setup().each_dialect(test);
    }

    pub(super) fn set_up(choices: &Choices) -> Result<Self, u32> {
        let host = Self { inner: Inner::new(choices), is_over: false };
        choices.applications.iter().try_for_each(|name| host.start_application(name))?;
        Ok(host)
    }

    /// Starts one more application in the same process.
    ///
    /// # Errors
    /// The code with which Startup failed.
    ///
    /// # Panics
    /// If an application of this name runs.
    #[track_caller]
    pub fn start_application(&self, identification: &str) -> Result<(), u32> {
        assert!(self.find(identification).is_none(), "{identification} runs already");
        let mut stage = self.inner.stage.lock();
        let names = &mut stage.story.names.applications;
        let application = ApplicationId(u32::try_from(names.len()).map_or(u32::MAX, |number| number + 1));
        names.insert(application, identification.to_owned());
        let taken = stage.take(Input::Start { application });
        drop(stage);
        self.inner.perform_all(taken);
        match self.inner.stage.lock().startup_error {
            0 => Ok(()),
            error => Err(error),
        }
    }

    /// Shuts one application down; the others go on.
    ///
    /// # Panics
    /// If no application of this name runs.
    #[track_caller]
    pub fn stop_application(&self, identification: &str) {
        let application = self.application(identification);
        let taken = self.inner.stage.lock().take(Input::Stop { application, reason: IIS_HOST });
        self.inner.perform_all(taken);
    }

    /// The running application of this name, the latest if there were several.
    fn find(&self, identification: &str) -> Option<ApplicationId> {
        let stage = self.inner.stage.lock();
        let running = |application: &ApplicationId| stage.host.phase(*application) == Some(Phase::Running);
        let mut named = stage.story.names.applications.iter().filter(|(_, name)| *name == identification);
        named.by_ref().map(|(application, _)| *application).rfind(running)
    }

    #[track_caller]
    pub(super) fn application(&self, identification: &str) -> ApplicationId {
        self.find(identification).unwrap_or_else(|| panic!("no application {identification} runs"))
    }

    /// The application that is meant if none is named.
    #[track_caller]
    pub(super) fn first(&self) -> ApplicationId {
        let first = self.inner.stage.lock().host.applications().next().map(|(application, _)| application);
        first.unwrap_or_else(|| panic!("no application runs"))
    }

    /// A request of a client. Say what for, then [`Ask::send`] it.
    #[track_caller]
    pub fn request(&self, client: impl Into<Client>) -> Ask<'_, P> {
        Ask::new(self, self.first(), client.into())
    }

    /// What the host knows of a user of the first application; `None` if it has no user record.
    #[must_use]
    pub fn user(&self, client: impl Into<Client>) -> Option<Record> {
        let (application, user) = (self.first(), client.into().user());
        self.inner.stage.lock().host.record(application, &user).map(Record::of)
    }

    /// Re-authorizes a user of the first application, as when the credentials changed: the policy is asked again
    /// about a user whom it let in. `None` if there is no user record, or a question about the user is open.
    #[track_caller]
    pub fn reauthorize(&self, client: impl Into<Client>) -> Option<Answer<Entry>> {
        let question = self.ask_again(&client.into())?;
        self.inner.wait(PATIENCE, |stage| stage.questions.about_user(question) != Some(Answer::Unanswered));
        self.inner.stage.lock().questions.about_user(question)
    }

    /// The same without waiting for the answer; whether the policy was asked.
    #[track_caller]
    pub fn begin_reauthorizing(&self, client: impl Into<Client>) -> bool {
        self.ask_again(&client.into()).is_some()
    }

    #[track_caller]
    fn ask_again(&self, client: &Client) -> Option<QuestionId> {
        let application = self.first();
        let mut stage = self.inner.stage.lock();
        stage.describe(client);
        let taken = stage.try_to(Input::Reauthorize { application, user: client.user() }).ok()?;
        let sender = stage.host.requests().find(|(_, request)| {
            let is_renewal = matches!(request.purpose, Purpose::Renewal(_));
            is_renewal && request.application == application && request.user == client.user()
        });
        let question = sender.and_then(|(sender, _)| stage.questions.question(sender))?;
        drop(stage);
        self.inner.perform_all(taken);
        Some(question)
    }

    /// Lets time pass for the host and for the engine: records expire, requests are overdue. Real time does not pass.
    pub fn advance(&self, span: Duration) {
        self.inner.advance(span);
    }

    /// Waits, in real time, until every request is answered; whether that came about within the limit.
    #[must_use = "whether the answers came"]
    pub fn wait_for_answers(&self, limit: Duration) -> bool {
        self.inner.wait(limit, super::stage::Stage::is_quiet)
    }

    /// The host refuses the next completions, so many of them. Only in dialects `refusal=refuses` may it do so.
    ///
    /// # Panics
    /// In another dialect.
    #[track_caller]
    pub fn refuse_next(&self, completions: u32) {
        let mut stage = self.inner.stage.lock();
        assert_eq!(stage.host.dialect().refusal, Refusal::Refuses, "this host accepts every completion");
        stage.to_refuse = completions;
    }

    /// Looks at the policy of the first application.
    ///
    /// # Panics
    /// If no application runs.
    #[track_caller]
    pub fn policy<R>(&self, look: impl FnOnce(&P) -> R) -> R {
        let application = self.first();
        let context = self.inner.stage.lock().context_of(application);
        let number = ApplicationId(u32::try_from(context).unwrap_or(0));
        let policy = self.inner.library.exported().runtime().policy(number);
        look(&policy.expect("an application that runs has a policy"))
    }

    /// Contexts that the host holds, values of the policy behind them, open requests: what the engine counts.
    #[must_use]
    pub fn balance(&self) -> (usize, usize, usize) {
        self.inner.library.exported().runtime().balance()
    }

    /// What the engine logged so far on threads of the test. A thread of the policy's own keeps its own subscriber.
    #[must_use]
    pub fn log(&self) -> Vec<Logged> {
        self.inner.log.events()
    }

    /// Everything that crossed the boundary so far, in the form that `wsman-authz judge` reads.
    #[must_use]
    pub fn trace(&self) -> String {
        self.inner.stage.lock().story.trace()
    }

    /// Shuts every application down and says what there is to say.
    pub fn shutdown(mut self) -> Report {
        self.end()
    }

    fn end(&mut self) -> Report {
        self.is_over = true;
        let running = || self.inner.stage.lock().host.applications().next().map(|(application, _)| application);
        while let Some(application) = running() {
            let taken = self.inner.stage.lock().take(Input::Stop { application, reason: IIS_HOST });
            self.inner.perform_all(taken);
        }
        let (live_leases, payloads, held_requests) = self.balance();
        let stage = self.inner.stage.lock();
        let (dialect, broken) = (stage.host.dialect().to_string(), stage.story.broken());
        drop(stage);
        // Whoever starts an application is told why it does not run.
        let grave = |logged: &Logged| logged.level <= Level::WARN && !logged.is_failed_start();
        let log = self.log().into_iter().filter(grave).collect();
        Report { dialect, broken, live_leases, payloads, held_requests, log }
    }
}

impl<P: Plugin> Drop for TestHost<P> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if thread::panicking() {
            let stage = self.inner.stage.lock();
            eprintln!("The test host spoke the dialect {}. The last calls:", stage.host.dialect());
            eprintln!("{}", stage.story.last(20));
        }
        let report = self.end();
        if !thread::panicking() {
            report.assert_clean();
        }
    }
}

impl<P: Plugin> fmt::Debug for TestHost<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestHost").field("balance", &self.balance()).finish_non_exhaustive()
    }
}
