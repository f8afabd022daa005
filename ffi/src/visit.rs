//! One call of the host inside an application.

use std::sync::Arc;

use wsman_authz_core::{ApplicationId, Sender};

use crate::boundary::guard;
use crate::gate::OnLane;
use crate::plugin::Plugin;
use crate::runtime::Runtime;

/// One call of the host inside an application: Shutdown waits for it.
pub(crate) struct Visit<'a, P: Plugin> {
    runtime: &'a Runtime<P>,
    application: ApplicationId,
    request: Sender,
    /// That of the application, if there is such an application.
    pub(crate) policy: Option<Arc<OnLane<P>>>,
}

impl<'a, P: Plugin> Visit<'a, P> {
    pub(crate) fn enter(runtime: &'a Runtime<P>, application: ApplicationId, request: Sender) -> Self {
        Self { runtime, application, request, policy: runtime.gates.enter(application, request) }
    }
}

impl<P: Plugin> Drop for Visit<'_, P> {
    fn drop(&mut self) {
        if let Some(policy) = self.policy.take() {
            drop_policy(policy);
            self.runtime.gates.leave(self.application, self.request);
        }
    }
}

pub(crate) fn drop_policy<P>(policy: Arc<P>) {
    guard("destructor of the policy", (), || drop(policy));
}
