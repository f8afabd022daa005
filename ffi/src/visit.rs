//! One call of the host inside an application.

use std::sync::Arc;

use wsman_authz_core::ApplicationId;

use crate::boundary::guard;
use crate::plugin::Plugin;
use crate::runtime::Runtime;

/// One call of the host inside an application: Shutdown waits for it.
pub(crate) struct Visit<'a, P: Plugin> {
    runtime: &'a Runtime<P>,
    application: ApplicationId,
    /// There is such an application.
    pub(crate) entered: bool,
    pub(crate) policy: Option<Arc<P>>,
}

impl<'a, P: Plugin> Visit<'a, P> {
    pub(crate) fn enter(runtime: &'a Runtime<P>, application: ApplicationId) -> Self {
        let entered = runtime.performer.gates.enter(application);
        Self { runtime, application, entered, policy: runtime.policy(application) }
    }
}

impl<P: Plugin> Drop for Visit<'_, P> {
    fn drop(&mut self) {
        if let Some(policy) = self.policy.take() {
            drop_policy(policy);
        }
        if self.entered {
            self.runtime.performer.gates.leave(self.application);
        }
    }
}

pub(crate) fn drop_policy<P>(policy: Arc<P>) {
    guard("destructor of the policy", (), || drop(policy));
}
