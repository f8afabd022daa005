//! The applications of one process: their numbers, their names, their policies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wsman_authz_core::ApplicationId;

/// Everything that runs, and the names of what is about to.
#[derive(Debug)]
pub(crate) struct Applications<P> {
    /// Numbers are never used again, so that a stale plug-in context names nothing.
    last: u32,
    /// Identifications in use, also of applications that are just starting.
    names: BTreeSet<String>,
    running: BTreeMap<ApplicationId, Running<P>>,
}

#[derive(Debug)]
struct Running<P> {
    name: String,
    policy: Arc<P>,
}

impl<P> Default for Applications<P> {
    fn default() -> Self {
        Self { last: 0, names: BTreeSet::new(), running: BTreeMap::new() }
    }
}

impl<P> Applications<P> {
    /// Takes a name; `false` if it is taken (CL-55).
    pub(crate) fn reserve(&mut self, name: &str) -> bool {
        self.names.insert(name.to_owned())
    }

    pub(crate) fn free(&mut self, name: &str) {
        self.names.remove(name);
    }

    /// The next number; `None` if there is none left.
    pub(crate) fn number(&mut self) -> Option<ApplicationId> {
        self.last = self.last.checked_add(1)?;
        Some(ApplicationId(self.last))
    }

    pub(crate) fn run(&mut self, application: ApplicationId, name: String, policy: Arc<P>) {
        self.running.insert(application, Running { name, policy });
    }

    pub(crate) fn forget(&mut self, application: ApplicationId) -> Option<Arc<P>> {
        let Running { name, policy } = self.running.remove(&application)?;
        self.free(&name);
        Some(policy)
    }

    pub(crate) fn policy(&self, application: ApplicationId) -> Option<Arc<P>> {
        self.running.get(&application).map(|running| Arc::clone(&running.policy))
    }

    pub(crate) fn name(&self, application: ApplicationId) -> Option<&str> {
        self.running.get(&application).map(|running| running.name.as_str())
    }

    /// How many run.
    pub(crate) fn len(&self) -> usize {
        self.running.len()
    }

    /// As if so many had been started.
    #[cfg(test)]
    pub(crate) const fn skip_to(&mut self, last: u32) {
        self.last = last;
    }
}
