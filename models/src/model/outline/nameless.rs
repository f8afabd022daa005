//! States that differ in nothing but names: also in those of users, and in the order in which requests came in.
//!
//! Users have the same budgets and the same policy, so whatever can happen to one can happen to another in the same
//! place. The age of a request decides nothing either: it is told by what it is about. Of all outlines that a state
//! has, under each order of its users, the least one stands for them all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use wsman_authz_core::Sender;
use wsman_authz_core::dialect::SenderPointer;

use super::requests::by_age;
use super::{Outline, World};
use crate::model::{Model, Scenario, User};

/// For so many operations there is room in an outline, which numbers two requests for each.
const MOST: usize = 24;

impl Model {
    /// Whether there is such a text, as far as was looked into (`models/tests/names.rs`). Requests are told apart by
    /// their addresses, operations by bits, and the clock of the engine is not told. Where crossings race, an outline
    /// does not tell to which of several operations a completion belongs that has not returned.
    #[must_use]
    pub fn has_nameless_states(&self) -> bool {
        let Scenario { users, operations, applications, .. } = self.scenario;
        let (all, several) = (usize::from(users) * usize::from(operations) * usize::from(applications), users > 1);
        let is_told = all <= MOST && !(several && applications > 1) && !(self.scenario.racing && all > 1);
        // Of what is overdue at the engine, the first in its own order meets a refusal.
        let overdue = self.scenario.answer_within.is_some();
        let has_clock = overdue && (self.scenario.set_backs > 0 || self.scenario.refusals > 0);
        is_told && !has_clock && self.dialect.sender_pointer == SenderPointer::Unique
    }

    /// A text that two states have in common if they differ in names only.
    ///
    /// It takes an outline for each order of the users: n! of them.
    #[must_use]
    pub fn nameless(&self, world: &World) -> String {
        let mut users: Vec<User> = (0..self.scenario.users).map(User).collect();
        let requests = by_age(world);
        let mut least = self.in_order(world, &users, &requests);
        while next_order(&mut users) {
            least = least.min(self.in_order(world, &users, &requests));
        }
        least
    }

    fn in_order(&self, world: &World, users: &[User], by_age: &[Sender]) -> String {
        let mut outline = Outline { model: self, world, requests: Vec::new(), users, payloads: BTreeMap::new() };
        let mut requests = by_age.to_vec();
        requests.sort_by_cached_key(|sender| outline.subject(*sender)); // those about the same stay in their order
        outline.requests = requests;
        outline.text() + &outline.strays()
    }
}

impl Outline<'_> {
    /// Every lease that no operation holds any more: an outline tells one of a user, which is all there are where the
    /// second model goes.
    fn strays(&mut self) -> String {
        let mut text = String::new();
        for (application, user) in self.visitors() {
            let mut strays: Vec<_> =
                self.stray_leases(application, user).map(|context| (self.place(context, false), context)).collect();
            strays.sort_unstable();
            for ((at, gate), context) in strays {
                let payload = self.payload(self.world.ghost.leases.get(&context).and_then(|lease| lease.payload));
                let _ = write!(text, " S{at},{payload},{gate}");
            }
            text.push(';');
        }
        text
    }
}

/// The next permutation in lexicographic order; `false` after the last.
fn next_order(users: &mut [User]) -> bool {
    let Some(pivot) = users.windows(2).rposition(|pair| pair[0] < pair[1]) else { return false };
    let Some(swap) = users.iter().rposition(|user| *user > users[pivot]) else { return false };
    users.swap(pivot, swap);
    users[pivot + 1..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_comes_once() {
        let mut users = [0, 1, 2].map(User);
        let mut orders = vec![users];
        while next_order(&mut users) {
            orders.push(users);
        }
        assert_eq!(orders.len(), 6);
        assert!(orders.is_sorted_by(|one, next| one < next));
    }
}
