//! A value that is reported again while the host releases equal values as one.
//!
//! A release ends what the host had under the value by then. A report that came later is a lease of its own; one that
//! came before went on with the others and was over with them. When the host takes note of a report is not seen: at
//! its return at the latest. So a report on its way may be of either kind, and may explain a release of its own.

use core::fmt::Debug;

use super::Contract;
use super::doubt::Doubt;
use super::lease::Lease;
use super::slot::Slot;
use crate::id::{ApplicationId, Context};

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// The value is reported again. Where equal values are one lease, the one before may be over, and what stood on it
    /// with it; or it goes on in this one. A report on its way may have come after the release of the others, and been
    /// released itself.
    pub(super) fn joins(&mut self, context: Context, application: ApplicationId) {
        let undecided = self.undecided(context);
        let may_be_over = |slot: &Slot| slot.application == application && slot.after < undecided;
        if undecided == 0 || !self.per_value() || !self.slots(context).iter().any(may_be_over) {
            return;
        }
        let is_its = |lease: &Lease<K, M>| lease.application == application;
        self.may_be_gone(context, 1 + self.beside(context, is_its), is_its);
    }

    /// The report of a value is over: it was accepted, or the host is seen to have it. Where equal values are one lease,
    /// it may have come after an undecided release of those that were there; or they go on in this one.
    pub(super) fn joined(&mut self, context: Context, application: ApplicationId, mark: M) {
        let undecided = self.undecided(context);
        if undecided == 0 || !self.per_value() {
            return;
        }
        let is_other = |lease: &Lease<K, M>| lease.application == application && lease.mark != mark;
        let others = self.leases.of(context).filter(|lease| is_other(lease) && !self.is_beside(context, lease));
        let (mut is_certain, mut may_be_over) = (false, true);
        for other in others {
            is_certain |= !other.doubtful;
            may_be_over &= other.after < undecided && self.may_be_released(other);
        }
        if is_certain && may_be_over {
            self.may_be_gone(context, 1 + self.beside(context, is_other), is_other);
        }
    }

    /// These leases may have ended with so many of the undecided releases, and it will not come out.
    fn may_be_gone(&mut self, context: Context, releases: u64, which: impl Fn(&Lease<K, M>) -> bool) {
        for lease in self.leases.of_mut(context).filter(|lease| which(lease)) {
            lease.doubtful = true;
            self.payloads.unlinked(lease.payload.take(), lease.application);
        }
        if let Some(doubt) = self.doubts.get_mut(&context) {
            doubt.gone += releases;
        }
    }

    /// How many releases of the value no slot needs to explain.
    pub(super) fn spare(&self, context: Context) -> u64 {
        self.doubts.get(&context).map_or(0, Doubt::spare) + self.beside(context, |_| true)
    }

    /// How many of the leases of the value are beside others, and may each explain a release of its own.
    fn beside(&self, context: Context, which: impl Fn(&Lease<K, M>) -> bool) -> u64 {
        if !self.per_value() || self.answers.is_empty() {
            return 0;
        }
        let may_be = |lease: &&Lease<K, M>| which(lease) && !lease.doubtful && self.is_beside(context, lease);
        self.leases.of(context).filter(may_be).count() as u64
    }
}
