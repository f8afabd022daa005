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
        let Some(place) = self.most_due(context) else {
            if !self.take_ticket(context) {
                let why = format!("{context} was released, but is no live lease");
                sight.breaks(Rule::CL11, &[], why);
            }
            return;
        };
        if self.per_value() {
            let Some(application) = self.leases.of(context).get(place).map(|lease| lease.application) else { return };
            for lease in self.leases.take_value(context, application) {
                self.released(context, &lease, false, sight);
            }
        } else {
            let records = self.leases.of(context).iter().filter(|lease| lease.standing == Standing::Record);
            let doubtful = records.take(2).count() > 1;
            if let Some(lease) = self.leases.take_at(context, place) {
                self.released(context, &lease, doubtful, sight);
            }
        }
    }

    pub(super) fn release_return(&mut self, thread: ThreadId) {
        if let Some(depth) = self.releasing.get_mut(&thread) {
            *depth -= 1;
            if *depth == 0 {
                self.releasing.remove(&thread);
            }
        }
    }

    /// Which of several equal values the release is for: where it breaks nothing, if there is such a place.
    fn most_due(&self, context: Context) -> Option<usize> {
        let leases = self.leases.of(context);
        if matches!(leases.first()?.standing, Standing::Due(_) | Standing::Unseen) {
            return Some(0);
        }
        let ticket = self.ticket(context).is_some();
        if ticket && self.dialect.failure_context == FailureContext::Released {
            return None;
        }
        let may_end = |lease: &Lease<K, M>| lease.standing == Standing::Record && !self.is_under_renewal(lease);
        leases.iter().position(may_end).or(if ticket { None } else { Some(0) })
    }

    /// The only lease of a record whose re-authorization is pending.
    fn is_under_renewal(&self, lease: &Lease<K, M>) -> bool {
        let account = self.accounts.get(&(lease.application, lease.user.clone()));
        account.is_some_and(|account| account.renewals > 0 && account.leases.len() == 1)
    }

    /// One release of a context that came with a failure breaks nothing.
    fn take_ticket(&mut self, context: Context) -> bool {
        self.ticket(context).is_some_and(|ticket| self.tickets.forget(&ticket))
    }

    fn ticket(&self, context: Context) -> Option<(ApplicationId, Context)> {
        let mut tickets = self.applications.keys().map(|application| (*application, context));
        tickets.find(|ticket| self.tickets.get(ticket).is_some())
    }

    /// A lease was released. `doubtful` if it may as well have been another record's.
    fn released(&mut self, context: Context, lease: &Lease<K, M>, doubtful: bool, sight: &mut Sight<M>) {
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
        let account = self.account(application, user);
        if lease.standing == Standing::Record && account.leases.is_empty() && !doubtful {
            account.record = None; // its end, without a word
        }
        self.retire(application, user);
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
