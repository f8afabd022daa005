//! Leases as the host counts them: one release for each report, or one for each distinct value (C2, C3).

use alloc::collections::BTreeMap;
use core::num::NonZeroU64;

use super::Host;
use super::step::Step;
use crate::dialect::ReleaseCounting;
use crate::fault::Fault;
use crate::id::{ApplicationId, Context};

/// How often each value is in use. Counted only by a host that releases a value once, whatever it was reported.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Leases {
    uses: Option<BTreeMap<(ApplicationId, Context), u32>>,
}

impl Leases {
    pub(super) const fn new(counting: ReleaseCounting) -> Self {
        Self {
            uses: match counting {
                ReleaseCounting::PerReport => None,
                ReleaseCounting::PerValue => Some(BTreeMap::new()),
            },
        }
    }

    /// A report was accepted (CL-10).
    pub(super) fn begin(&mut self, application: ApplicationId, lease: Option<Context>) {
        if let (Some(uses), Some(context)) = (&mut self.uses, lease) {
            let count = uses.entry((application, context)).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Whether a release follows when this lease ends.
    pub(super) fn is_last_use(&self, application: ApplicationId, lease: Option<Context>) -> bool {
        lease.is_some_and(|context| match &self.uses {
            None => true,
            Some(uses) => uses.get(&(application, context)).is_none_or(|count| *count == 1),
        })
    }

    /// The lease ends.
    fn end(&mut self, application: ApplicationId, context: Context) {
        let Some(uses) = &mut self.uses else { return };
        match uses.get_mut(&(application, context)) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                uses.remove(&(application, context));
            }
        }
    }

    /// Forgets what is left of an application.
    pub(super) fn abandon(&mut self, application: ApplicationId) {
        let Some(uses) = &mut self.uses else { return };
        let range = (application, Context(NonZeroU64::MIN))..=(application, Context(NonZeroU64::MAX));
        while let Some((lease, _)) = uses.range(range.clone()).next() {
            let lease = *lease;
            uses.remove(&lease);
        }
    }
}

impl<K: Ord + Clone> Host<K> {
    /// Ends a lease, and releases its value if this was the last use.
    pub(super) fn release(&mut self, application: ApplicationId, lease: Option<Context>, step: &mut Step<K>) {
        let Some(context) = lease else {
            if self.seeded.has(Fault::NullReleased) {
                step.release(None);
            }
            return; // CL-15
        };
        if self.leases.is_last_use(application, lease) {
            step.release(lease); // CL-11
        }
        self.leases.end(application, context);
    }

    /// Ends the lease of a user record. Those of the user's open operations stay (CL-24).
    pub(super) fn release_user_lease(
        &mut self,
        application: ApplicationId,
        user: &K,
        lease: Option<Context>,
        step: &mut Step<K>,
    ) {
        self.release(application, lease, step);
        if lease.is_some() && self.seeded.has(Fault::OperationLeaseReleasedWithUser) {
            for id in self.operations_of(application, user) {
                let lease = self.operations.get_mut(&id).and_then(super::Operation::take_lease);
                self.release(application, lease, step);
            }
        }
    }
}
