//! One engine for each policy of the process, found by the address of the policy.
//!
//! An engine is never taken down: handles and application numbers of an earlier life must stay strangers (CL-14).
//! The table of callbacks is read again at each Startup, for libraries that were unloaded and loaded in between.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use wsman_authz::__private::{Completions, Exported, Source};
use wsman_authz_core::sync::Mutex;

use crate::application::Application;
use crate::log::Log;
use crate::policy::Policy;

static ENGINES: LazyLock<Mutex<BTreeMap<usize, &'static Engine>>> = LazyLock::new(Mutex::default);

/// The engine of one policy.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) exported: Exported<Application>,
    pub(crate) author: Arc<Author>,
}

/// A policy as it was read last, and the way to its log.
#[derive(Debug)]
pub(crate) struct Author {
    policy: Mutex<Policy>,
    pub(crate) log: Log,
}

impl Author {
    pub(crate) fn policy(&self) -> Policy {
        *self.policy.lock()
    }
}

impl Engine {
    fn new(policy: Policy, completions: Completions) -> Self {
        let author = Arc::new(Author { policy: Mutex::new(policy), log: Log::new() });
        let starter = Arc::clone(&author);
        let start = Arc::new(move |info: &_| Application::start(&starter, info));
        let source =
            Source::Function { start, answer_within: policy.answer_within(), watch_overdue: policy.watch_overdue != 0 };
        Self { exported: Exported::new(completions).with_source(source), author }
    }

    /// Runs `body` with the engine; what happens is told to the policy's log.
    pub(crate) fn during<R>(&self, body: impl FnOnce(&Exported<Application>) -> R) -> R {
        self.author.log.during(|| body(&self.exported))
    }
}

/// The engine of the policy at this address, if it was ever started.
pub(crate) fn find(policy: *const Policy) -> Option<&'static Engine> {
    ENGINES.lock().get(&policy.addr()).copied()
}

/// The engine of the policy at this address, where `policy` was read just now.
pub(crate) fn start(address: *const Policy, policy: Policy, completions: Completions) -> &'static Engine {
    let mut engines = ENGINES.lock();
    let engine = engines.entry(address.addr()).or_insert_with(|| Box::leak(Box::new(Engine::new(policy, completions))));
    *engine.author.policy.lock() = policy;
    engine.author.log.to(policy.log);
    engine
}
