//! Releases: of which lease, and whether it was time.

use alloc::format;
use core::fmt::Debug;

use super::Contract;
use super::lease::{Due, Lease, Standing};
use super::sight::Sight;
use crate::dialect::FailureContext;
use crate::id::{ApplicationId, Context, OperationId, ThreadId};
use crate::rule::Rule;

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// The host releases a value.
    pub(super) fn release(&mut self, context: Option<Context>, sight: &mut Sight<M>) {
        *self.releasing.entry(sight.thread).or_default() += 1;
        for rule in [Rule::CL11, Rule::CL15, Rule::CL52] {
            sight.reach(rule);
        }
        let Some(context) = context else {
            return sight.breaks(Rule::CL15, &[], "NULL was released".into());
        };
        let is_released = self.dialect.failure_context == FailureContext::Released;
        let ticket = if is_released { self.take_ticket(context) } else { None };
        if self.release_one(context, ticket, sight) {
            return;
        }
        let Some(first) = self.leases.of(context).next() else {
            if self.take_ticket(context).is_none() {
                let why = format!("{context} was released, but is no live lease");
                sight.breaks(Rule::CL11, &[], why);
            }
            return;
        };
        let (application, place) = (first.application, (first.standing, 0));
        if self.take_ticket(context).is_some() {
            return;
        }
        // Whichever it was, it was too early.
        self.end_at(context, application, place, sight);
    }

    pub(super) fn release_return(&mut self, thread: ThreadId) {
        if let Some(depth) = self.releasing.get_mut(&thread) {
            *depth -= 1;
            if *depth == 0 {
                self.releasing.remove(&thread);
            }
        }
    }

    /// The only lease of a record whose re-authorization is pending, and which stands on it.
    pub(super) fn is_under_renewal(&self, lease: &Lease<K, M>) -> bool {
        if self.renewing.is_empty() {
            return false;
        }
        let key = (lease.application, lease.user.clone());
        let Some(account) = self.accounts.get(&key).filter(|_| self.renewing.contains(&key)) else { return false };
        account.leases.len() == 1 && account.record.as_ref().is_none_or(|record| !record.bare)
    }

    /// A lease was released.
    pub(super) fn released(&mut self, context: Context, lease: &Lease<K, M>, sight: &mut Sight<M>) {
        let (application, user) = (lease.application, &lease.user);
        match lease.standing {
            Standing::Due(Due::Renewed) => sight.reach(Rule::CL21),
            Standing::Due(Due::Expired) => sight.reach(Rule::CL34),
            Standing::Due(Due::Ended) => {
                sight.reach(Rule::CL40);
                sight.reach(Rule::CL41);
            }
            Standing::Due(Due::Late) | Standing::Unseen => {}
            Standing::Record => {
                if self.is_under_renewal(lease) {
                    let why = format!("{context} of {user:?} was released while its re-authorization is pending");
                    sight.breaks(Rule::CL20, &[lease.mark], why);
                }
            }
            Standing::Operation(operation) => self.released_early(context, lease, operation, sight),
        }
        self.end_lease(context, lease);
        if matches!(lease.standing, Standing::Record | Standing::Due(Due::Renewed | Due::Expired)) {
            self.orphan_operations(application, user, context, sight);
        }
        if lease.standing == Standing::Record {
            self.record_lost_a_lease(application, user);
        }
        self.retire(application, user);
    }

    /// A lease of a record was released: with its last one the record ends, without a word. If completions that have not
    /// returned reported all that are left, the record stands on them.
    fn record_lost_a_lease(&mut self, application: ApplicationId, user: &K) {
        let account = self.account(application, user);
        if account.leases.is_empty() {
            if let Some(record) = &mut account.record
                && record.bare
            {
                record.doubtful = true; // its end, or that of the loser of a race
            } else {
                self.drop_record(application, user);
            }
            return;
        }
        if self.stands_on_unsettled(application, user)
            && let Some(record) = &mut self.account(application, user).record
            && !record.bare
        {
            record.settled = false;
        }
    }

    /// Whether the completions that reported the leases of the user's record have not returned, not one of them.
    fn stands_on_unsettled(&self, application: ApplicationId, user: &K) -> bool {
        let Some(account) = self.accounts.get(&(application, user.clone())) else { return false };
        account.values().into_iter().all(|context| {
            let leases = self.leases.records_of(context, application, user);
            leases.iter().all(|lease| self.is_unsettled(context, lease))
        })
    }

    /// The lease of an open operation was released.
    fn released_early(&self, context: Context, lease: &Lease<K, M>, number: OperationId, sight: &mut Sight<M>) {
        let user = &lease.user;
        if self.operations.get(&number).is_some_and(|operation| operation.orphan) {
            let why = format!("{context} of {user:?} went with its user's lease, while operation {number} was open");
            sight.breaks(Rule::CL24, &[lease.mark], why);
        } else {
            let why = format!("{context} of {user:?} was released before operation {number} had ended");
            sight.breaks(Rule::CL40, &[lease.mark], why);
        }
    }
}
