//! Operations: asked about, open, ended. Only the host knows their end.

use core::fmt::Debug;

use super::Contract;
use super::lease::{Due, Lease, Standing};
use super::sight::Sight;
use crate::id::{ApplicationId, Context, OperationId};
use crate::rule::Rule;

/// Where an operation is. One that ended is forgotten; its lease is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Stage {
    /// The plug-in was asked.
    Asked,
    /// It ended before the plug-in answered: a lease that comes late is due at once.
    GivenUp,
    /// It was authorized.
    Open,
}

/// One operation of a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Operation<K, M> {
    pub(super) application: ApplicationId,
    pub(super) user: K,
    pub(super) stage: Stage,
    pub(super) lease: Option<Context>,
    /// The completion that authorized it was accepted.
    pub(super) settled: bool,
    /// The user's lease under which it began.
    pub(super) under: Option<Context>,
    /// That lease was released (CL-24).
    pub(super) orphan: bool,
    /// The entry point, then the completion.
    pub(super) mark: M,
}

impl<K, M> Operation<K, M> {
    pub(super) const fn asked(application: ApplicationId, user: K, mark: M) -> Self {
        let (stage, lease, under) = (Stage::Asked, None, None);
        Self { application, user, stage, lease, settled: false, under, orphan: false, mark }
    }
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// An authorized operation begins, or has ended already. Returns what its lease stands for.
    pub(super) fn operation_begins(
        &mut self,
        number: OperationId,
        application: ApplicationId,
        user: &K,
        lease: Option<Context>,
        mark: M,
    ) -> Standing {
        if self.operations.get(&number).is_some_and(|operation| operation.stage == Stage::GivenUp) {
            self.operations.remove(&number);
            return Standing::Due(Due::Ended);
        }
        let account = self.account(application, user);
        account.open.insert(number);
        let (under, orphan) = (account.leases.first().copied(), account.record.is_none());
        let begun = Operation::asked(application, user.clone(), mark);
        self.operations.insert(number, Operation { stage: Stage::Open, lease, under, orphan, ..begun });
        Standing::Operation(number)
    }

    /// An operation ended, however it did. That is legal at any time.
    pub(super) fn operation_end(&mut self, number: OperationId, sight: &mut Sight<M>) {
        let Some(operation) = self.operations.get_mut(&number) else { return };
        if operation.stage != Stage::Open {
            operation.stage = Stage::GivenUp;
            return;
        }
        let Some(operation) = self.operations.remove(&number) else { return };
        let (application, user) = (operation.application, operation.user);
        if let Some(context) = operation.lease {
            sight.reach(Rule::CL41);
            let of_application = |lease: &Lease<K, M>| lease.application == application;
            if let Some(lease) = self.leases.take_standing(context, Standing::Operation(number), of_application) {
                self.becomes_due(context, lease, Due::Ended); // CL-41
            }
        }
        self.account(application, &user).open.remove(&number);
        self.unpin(application, &user, sight.at);
    }

    /// A lease of the user was released: the operations that began under it go on without (CL-24).
    pub(super) fn orphan_operations(
        &mut self,
        application: ApplicationId,
        user: &K,
        context: Context,
        sight: &mut Sight<M>,
    ) {
        let Some(account) = self.accounts.get(&(application, user.clone())) else { return };
        for number in &account.open {
            if let Some(operation) = self.operations.get_mut(number)
                && operation.under == Some(context)
            {
                operation.under = None;
                operation.orphan = true;
                sight.reach(Rule::CL24);
            }
        }
    }
}
