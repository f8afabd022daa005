//! Contexts that came with a failure: one release of each breaks nothing.
//!
//! A release names no application. Where several have such a context of one value, it stays open whose was released,
//! and the end of an application takes away what none of these releases needs.

use alloc::collections::BTreeMap;
use core::fmt::Debug;

use super::Contract;
use crate::id::{ApplicationId, Context};

/// Such contexts of one value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Tickets {
    given: BTreeMap<ApplicationId, u32>,
    /// How many of them were released, if they are of several applications.
    spent: u32,
}

impl Tickets {
    fn give(&mut self, application: ApplicationId) {
        let count = self.given.entry(application).or_default();
        *count = count.saturating_add(1);
    }

    /// Takes one of whatever application; of none if there is none left.
    fn take(&mut self) -> Option<ApplicationId> {
        let application = *self.given.keys().next()?;
        self.spent += 1;
        self.settle();
        Some(application)
    }

    /// Nothing of the application is left. As many releases as can be were of its contexts.
    fn forget(&mut self, application: ApplicationId) {
        let count = self.given.remove(&application).unwrap_or(0);
        self.spent = self.spent.saturating_sub(count);
        self.settle();
    }

    /// Forgets what is certainly spent.
    fn settle(&mut self) {
        let all: u64 = self.given.values().map(|count| u64::from(*count)).sum();
        if all <= u64::from(self.spent) {
            *self = Self::default();
        } else if let (1, Some(mut only)) = (self.given.len(), self.given.first_entry()) {
            *only.get_mut() -= core::mem::take(&mut self.spent);
        }
    }

    fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    pub(super) fn applications(&self) -> impl Iterator<Item = ApplicationId> {
        self.given.keys().copied()
    }
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// A context came with a failure.
    pub(super) fn give_ticket(&mut self, application: ApplicationId, context: Context) {
        let mut tickets = self.tickets.get(&context).cloned().unwrap_or_default();
        tickets.give(application);
        self.tickets.remember(context, tickets);
    }

    /// Takes a ticket for the value, of whatever application.
    pub(super) fn take_ticket(&mut self, context: Context) -> Option<ApplicationId> {
        let mut tickets = self.tickets.get(&context)?.clone();
        let application = tickets.take()?;
        if tickets.is_empty() {
            self.tickets.forget(&context);
        } else {
            self.tickets.remember(context, tickets);
        }
        Some(application)
    }

    /// Nothing of the application is left.
    pub(super) fn forget_tickets(&mut self, application: ApplicationId) {
        self.tickets.retain(|_, tickets| {
            tickets.forget(application);
            !tickets.is_empty()
        });
    }
}
