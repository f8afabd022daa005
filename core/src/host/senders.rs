//! The addresses of `senderDetails`: which value the next request gets (D12).

use alloc::collections::BTreeSet;
use core::num::NonZeroU64;

use crate::dialect::SenderPointer;
use crate::id::Sender;

/// Gives out senders.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Senders {
    /// From here on no value is in use. Where addresses are not reused, none was ever.
    next: NonZeroU64,
    /// Values below `next` that are free again. Always empty unless addresses are reused.
    free: BTreeSet<NonZeroU64>,
    pointer: SenderPointer,
}

impl Senders {
    pub(super) const fn new(pointer: SenderPointer) -> Self {
        Self { next: NonZeroU64::MIN, free: BTreeSet::new(), pointer }
    }

    /// A value that no pending and no timed-out request has; with `reused` the lowest one.
    pub(super) fn take(&mut self) -> Sender {
        if let Some(lowest) = self.free.pop_first() {
            return Sender(lowest);
        }
        let sender = Sender(self.next);
        self.next = self.next.saturating_add(1);
        sender
    }

    /// The request of this value is over.
    pub(super) fn give_back(&mut self, sender: Sender) {
        if self.pointer == SenderPointer::Unique {
            return;
        }
        self.free.insert(sender.0);
        // Equal situations must be equal values: the highest values are unused, not free.
        while let Some(last) = self.free.last().copied().filter(|last| last.saturating_add(1) == self.next) {
            self.free.remove(&last);
            self.next = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reused_gives_the_lowest_free_value_and_forgets_its_past() {
        let fresh = Senders::new(SenderPointer::Reused);
        let mut senders = fresh.clone();
        let [one, two, three] = [senders.take(), senders.take(), senders.take()];
        senders.give_back(one);
        assert_eq!(senders.take(), one);
        senders.give_back(two);
        senders.give_back(one);
        senders.give_back(three);
        assert_eq!(senders, fresh);
    }

    #[test]
    fn unique_never_gives_a_value_twice() {
        let mut senders = Senders::new(SenderPointer::Unique);
        let one = senders.take();
        senders.give_back(one);
        assert_ne!(senders.take(), one);
    }
}
