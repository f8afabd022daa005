//! Grants: which lease speaks for a user when an operation is judged.
//!
//! The host does not pass the user's context to AuthorizeOperation, so the engine must find it by name. A user may
//! have several live leases for a moment: the old and the new one of a re-authorization, or both of two first
//! requests that raced. They form a stack:
//!
//! ```text
//! event                               stack (newest last)
//! ─────────────────────────────────   ──────────────────────────────────────────────────
//! success reported                    push: the newest speaks, before the host can ask
//! lease released or refused           that one leaves, wherever it is; the one below speaks again
//! a later question about the user     those that were live when the question came in are revoked:
//!   ends in a denial                  they wait for their release, but speak no more (CL-23)
//! ```

use alloc::collections::BTreeMap;

use smallvec::{SmallVec, smallvec};

use crate::id::{ApplicationId, Context};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Grant {
    lease: Context,
    revoked: bool,
}

/// Mostly one, which takes no allocation.
type Stack = SmallVec<[Grant; 1]>;

/// The grants of every user that has a live lease. A map in a map: so a user is found without a copy of the name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Grants<K> {
    by_user: BTreeMap<ApplicationId, BTreeMap<K, Stack>>,
}

impl<K> Default for Grants<K> {
    fn default() -> Self {
        Self { by_user: BTreeMap::new() }
    }
}

impl<K: Ord + Clone> Grants<K> {
    pub(super) fn push(&mut self, application: ApplicationId, user: &K, lease: Context) {
        let grant = Grant { lease, revoked: false };
        let users = self.by_user.entry(application).or_default();
        match users.get_mut(user) {
            Some(grants) => grants.push(grant),
            None => drop(users.insert(user.clone(), smallvec![grant])),
        }
    }

    /// The lease that speaks for this user and no other (CL-71).
    pub(super) fn current(&self, application: ApplicationId, user: &K) -> Option<Context> {
        let grants = self.of(application, user);
        grants.iter().rev().find(|grant| !grant.revoked).map(|grant| grant.lease)
    }

    /// The lease of some other user: what `GrantOfAnotherUser` mistakes for the current one.
    pub(super) fn of_another(&self, application: ApplicationId, user: &K) -> Option<Context> {
        let mut others = self.by_user.get(&application)?.iter().filter(|(other, _)| *other != user);
        others.next().and_then(|(_, grants)| Some(grants.last()?.lease))
    }

    /// All live leases of the user: what a question about the user may revoke.
    pub(super) fn live(&self, application: ApplicationId, user: &K) -> SmallVec<[Context; 1]> {
        self.of(application, user).iter().map(|grant| grant.lease).collect()
    }

    /// These leases speak no more (CL-23).
    pub(super) fn revoke(&mut self, application: ApplicationId, user: &K, leases: &[Context]) {
        let grants = self.by_user.get_mut(&application).and_then(|users| users.get_mut(user));
        for grant in grants.into_iter().flatten().filter(|grant| leases.contains(&grant.lease)) {
            grant.revoked = true;
        }
    }

    pub(super) fn remove(&mut self, application: ApplicationId, user: &K, lease: Context) {
        let Some(users) = self.by_user.get_mut(&application) else { return };
        let Some(grants) = users.get_mut(user) else { return };
        grants.retain(|grant| grant.lease != lease);
        if grants.is_empty() {
            users.remove(user);
        }
        if users.is_empty() {
            self.by_user.remove(&application);
        }
    }

    fn of(&self, application: ApplicationId, user: &K) -> &[Grant] {
        self.by_user.get(&application).and_then(|users| users.get(user)).map_or(&[], SmallVec::as_slice)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_user.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ApplicationId = ApplicationId(1);

    fn lease(value: u64) -> Context {
        Context::new(value).expect("not zero")
    }

    #[test]
    fn the_newest_live_grant_speaks() {
        let mut grants = Grants::default();
        grants.push(A, &'u', lease(1));
        grants.push(A, &'u', lease(2));
        assert_eq!(grants.current(A, &'u'), Some(lease(2)));
        assert!(!grants.is_empty());
        grants.remove(A, &'u', lease(2));
        assert_eq!(grants.current(A, &'u'), Some(lease(1)), "the winner of a race speaks again");
        grants.remove(A, &'u', lease(1));
        assert_eq!(grants.current(A, &'u'), None);
        assert!(grants.is_empty());
    }

    #[test]
    fn cl_23_revoked_grants_do_not_speak() {
        let mut grants = Grants::default();
        grants.push(A, &'u', lease(1));
        let known = grants.live(A, &'u');
        grants.push(A, &'u', lease(2));
        grants.revoke(A, &'u', &known);
        assert_eq!(grants.current(A, &'u'), Some(lease(2)), "a grant that came later stands");
        grants.remove(A, &'u', lease(2));
        assert_eq!(grants.current(A, &'u'), None);
    }

    #[test]
    fn cl_71_a_grant_is_for_one_user_of_one_application() {
        let mut grants = Grants::default();
        grants.push(A, &'u', lease(1));
        assert_eq!(grants.current(A, &'v'), None);
        assert_eq!(grants.current(ApplicationId(2), &'u'), None);
    }
}
