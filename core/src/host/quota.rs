//! The quota of a user, where the host enforces it.

use super::Host;
use super::record::{Record, Visitor};
use crate::call::Quota;
use crate::id::ApplicationId;
use crate::time::{Millis, Timestamp};

/// The quota of a user whose plug-in answered NULL with success. The documentation mentions a default and gives no
/// numbers; these are the defaults of the service's plug-ins and of the IIS system quota.
pub const DEFAULT_QUOTA: Quota = Quota { shells: 5, operations: 15, timeslot_s: 2, per_timeslot: 1000 };

/// A time slot: a fixed window that begins with the first operation after the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    ends: Timestamp,
    used: u32,
}

impl Visitor {
    /// Whether one more of its kind would be more at a time than `quota` allows.
    const fn is_full(&self, quota: Quota, is_shell: bool) -> bool {
        if is_shell { self.shells >= quota.shells } else { self.top_level >= quota.operations }
    }
}

impl Record {
    /// Counts one more operation in the time slot; `false` if there is no room. A slot of no length has no limit.
    fn take_slot(&mut self, quota: Quota, now: Timestamp) -> bool {
        if quota.timeslot_s == 0 {
            return true;
        }
        let length = Millis(u64::from(quota.timeslot_s) * 1000);
        let current = self.slot.filter(|slot| now < slot.ends);
        let mut slot = current.unwrap_or_else(|| Slot { ends: now.after(length), used: 0 });
        let has_room = slot.used < quota.per_timeslot;
        slot.used = slot.used.saturating_add(u32::from(has_room));
        self.slot = Some(slot);
        has_room
    }
}

impl<K: Ord + Clone> Host<K> {
    /// Counts an operation that is handed to the plug-in; `false` if the quota has no room for it.
    pub(super) fn count(&mut self, application: ApplicationId, user: &K, is_shell: bool, now: Timestamp) -> bool {
        let enforced = self.config.enforce_quota;
        let Some(visitor) = self.visitor_mut(application, user) else { return false };
        let quota = visitor.record.as_ref().and_then(|record| record.quota).filter(|_| enforced);
        let is_full = quota.is_some_and(|quota| visitor.is_full(quota, is_shell));
        let count = if is_shell { &mut visitor.shells } else { &mut visitor.top_level };
        *count = count.saturating_add(1);
        match (quota, &mut visitor.record) {
            (Some(quota), Some(record)) => !is_full && record.take_slot(quota, now),
            _ => true,
        }
    }
}
