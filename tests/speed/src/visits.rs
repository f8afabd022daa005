//! The shipped host with a plug-in that always says yes: the steps of a user's first request and of a later one.

use wsman_authz_core::call::{Call, Completion, Identity, RequestKind};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::host::{Effect, Host, HostConfig, Input, Outcome, Shape};
use wsman_authz_core::{ApplicationId, Context, Millis, OperationId, Sender, Timestamp};

const APPLICATION: ApplicationId = ApplicationId(1);

/// A host with one application, in the default dialect, without quotas and refresh.
#[derive(Debug)]
pub struct Visits<K> {
    host: Host<K>,
    contexts: u64,
    operations: u64,
}

impl<K: Ord + Clone + std::fmt::Debug> Visits<K> {
    /// The application runs; records may be idle for so long.
    ///
    /// # Panics
    /// If the host does not start it.
    #[must_use]
    pub fn new(idle_ms: u64) -> Self {
        let config = HostConfig { idle: Millis(idle_ms), refresh: None, quota: false, ..HostConfig::default() };
        let mut visits = Self { host: Host::new(Dialect::default(), config), contexts: 0, operations: 0 };
        assert_eq!(visits.step(0, Input::Start { application: APPLICATION }).len(), 1, "Startup is called");
        assert!(visits.step(0, Input::Started { application: APPLICATION, error: 0 }).is_empty());
        visits
    }

    fn step(&mut self, now: u64, input: Input<K>) -> Vec<Effect<K>> {
        let outcome = self.host.step(Timestamp(now), input);
        let Ok(Outcome { error: 0, effects }) = outcome else { panic!("a lawful plug-in, not {outcome:?}") };
        effects
    }

    /// The first request of a user: may the user come in, may this be done, and the response.
    pub fn first(&mut self, user: K, now: u64) {
        let sender = self.ask(user, RequestKind::User, now);
        let effects = self.complete(sender, RequestKind::User, now);
        let sender = question(&effects, RequestKind::Operation);
        self.finish(sender, now);
    }

    /// A later request of the user: may this be done, and the response.
    pub fn again(&mut self, user: K, now: u64) {
        let sender = self.ask(user, RequestKind::Operation, now);
        self.finish(sender, now);
    }

    /// A client asks; the question that the host puts to the plug-in.
    ///
    /// # Panics
    /// If the host puts another one, or something expires.
    pub fn ask(&mut self, user: K, kind: RequestKind, now: u64) -> Sender {
        self.operations += 1;
        let (operation, shape) = (OperationId(self.operations), Shape::Simple);
        let effects = self.step(now, Input::Request { application: APPLICATION, user, operation, shape });
        question(&effects, kind)
    }

    fn complete(&mut self, sender: Sender, kind: RequestKind, now: u64) -> Vec<Effect<K>> {
        self.contexts += 1;
        let identity = Some(Identity::Client).filter(|_| kind == RequestKind::User);
        let said = Completion::failure(kind, sender, 0);
        let completion = Completion { context: Context::new(self.contexts), identity, ..said };
        self.step(now, Input::Complete { completion, refuse: false })
    }

    fn finish(&mut self, sender: Sender, now: u64) {
        let operation = OperationId(self.operations);
        let begun = self.complete(sender, RequestKind::Operation, now);
        assert!(matches!(begun[..], [Effect::Begun(id)] if id == operation), "it begins, not {begun:?}");
        let over = self.step(now, Input::Respond { operation });
        let [Effect::Cross { .. }, Effect::Cross { call: Call::Release { .. }, .. }] = over[..] else {
            panic!("it ends and its lease is released, not {over:?}")
        };
    }

    /// Everything that is due expires; how many records did.
    pub fn expire(&mut self, now: u64) -> usize {
        let effects = self.step(now, Input::Tick);
        let is_record = |effect: &&Effect<K>| matches!(effect, Effect::Cross { call: Call::RecordExpired { .. }, .. });
        effects.iter().filter(is_record).count()
    }
}

fn question<K: std::fmt::Debug>(effects: &[Effect<K>], kind: RequestKind) -> Sender {
    match (effects, kind) {
        ([Effect::Cross { call: Call::AuthorizeUser { sender, .. }, .. }], RequestKind::User)
        | ([Effect::Cross { call: Call::AuthorizeOperation { sender, .. }, .. }], RequestKind::Operation) => *sender,
        _ => panic!("the plug-in is asked, not {effects:?}"),
    }
}
