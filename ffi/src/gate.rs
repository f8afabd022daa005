//! Who is inside: Shutdown waits until an application is drained and the host's calls have left it (CL-54, CL-62).

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use wsman_authz_core::ApplicationId;
use wsman_authz_core::sync::{Condvar, Mutex};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Gate {
    /// Calls of the host that are inside.
    inside: usize,
    /// The engine has nothing left of the application.
    drained: bool,
}

#[derive(Debug, Default)]
struct Inside {
    gates: BTreeMap<ApplicationId, Gate>,
    /// Releases that are inside. They name no application, so every Shutdown waits for all of them.
    releases: usize,
}

/// One gate for each application that runs, and one for releases.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    inside: Mutex<Inside>,
    changed: Condvar,
}

/// A release that is inside, until it is dropped.
#[derive(Debug)]
pub(crate) struct ReleaseInside<'a>(&'a Gates);

impl Drop for ReleaseInside<'_> {
    fn drop(&mut self) {
        let mut inside = self.0.inside.lock();
        inside.releases = inside.releases.saturating_sub(1);
        drop(inside);
        self.0.changed.notify_all();
    }
}

impl Gates {
    pub(crate) fn open(&self, application: ApplicationId) {
        self.inside.lock().gates.insert(application, Gate::default());
    }

    /// Counts one call in. Whether there is such an application: only then it is to [`Gates::leave`].
    pub(crate) fn enter(&self, application: ApplicationId) -> bool {
        self.inside.lock().gates.get_mut(&application).map(|gate| gate.inside += 1).is_some()
    }

    /// Counts one release in, until the value is dropped.
    pub(crate) fn enter_release(&self) -> ReleaseInside<'_> {
        self.inside.lock().releases += 1;
        ReleaseInside(self)
    }

    pub(crate) fn leave(&self, application: ApplicationId) {
        if let Some(gate) = self.inside.lock().gates.get_mut(&application) {
            gate.inside = gate.inside.saturating_sub(1);
        }
        self.changed.notify_all();
    }

    pub(crate) fn drained(&self, application: ApplicationId) {
        if let Some(gate) = self.inside.lock().gates.get_mut(&application) {
            gate.drained = true;
        }
        self.changed.notify_all();
    }

    /// Waits until the application is drained and empty, at most `limit`; then closes its gate. Returns how many calls
    /// are still inside, a last completion among them: a host that calls Shutdown from inside one of our calls, or a
    /// policy that does not come back from its own, must not hang the process.
    pub(crate) fn close(&self, application: ApplicationId, limit: Duration) -> usize {
        let deadline = Instant::now() + limit;
        let mut inside = self.inside.lock();
        loop {
            let gate = inside.gates.get(&application).copied();
            let calls = gate.map_or(0, |gate| gate.inside.max(usize::from(!gate.drained))) + inside.releases;
            // HA-13: no call of the host is still on its way here, so none comes after the count.
            if calls == 0 || Instant::now() >= deadline {
                inside.gates.remove(&application);
                return calls;
            }
            inside = self.changed.wait_until(inside, deadline);
        }
    }
}
