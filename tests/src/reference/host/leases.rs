//! Which context is released when.

use wsman_authz_core::call::Call;
use wsman_authz_core::dialect::ReleaseCounting;
use wsman_authz_core::{ApplicationId, Context};

use super::{Machine, Stage};

impl Machine {
    /// Whether a release follows the end of a lease that is not on the lists any more: always, or only if no other use
    /// of the same value is left (C2). NULL is never released (CL-15).
    pub(super) fn is_due(&self, application: ApplicationId, lease: Option<Context>) -> bool {
        lease.is_some()
            && (self.dialect.release_counting == ReleaseCounting::PerReport || !self.uses(application, lease))
    }

    fn uses(&self, application: ApplicationId, lease: Option<Context>) -> bool {
        let by_record = self.records.iter().any(|record| record.of.0 == application && record.lease == lease);
        let by_operation = self.operations.iter().any(|operation| {
            operation.of.0 == application && matches!(operation.stage, Stage::Open { lease: used, .. } if used == lease)
        });
        by_record || by_operation
    }

    /// A lease that is not on the lists any more ends (CL-11).
    pub(super) fn release(&mut self, application: ApplicationId, lease: Option<Context>) {
        if self.is_due(application, lease) {
            let place = self.step.releases;
            self.step.cross(place, Call::Release { context: lease });
        }
    }
}
