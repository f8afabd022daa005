//! The ledger of live leases, by value, and what each stands for.
//!
//! A release names a value and nothing else. Where several leases have that value, those whose release is due come
//! first: the order of [`Standing`] is the order of mercy. Which of them it was may stay open: see `doubt`.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::id::{ApplicationId, Context, OperationId, PayloadId};

/// Why a release is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Due {
    /// Its record's re-authorization is over (CL-21).
    Renewed,
    /// Its record expired (CL-34).
    Expired,
    /// Its operation ended (CL-41).
    Ended,
    /// It was reported after the host had given the request up, and accepted all the same.
    Late,
}

/// What a live lease stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Standing {
    /// Nothing any more.
    Due(Due),
    /// An operation without a number: its end is not seen.
    Unseen,
    /// The live record of its user.
    Record,
    /// An open operation.
    Operation(OperationId),
}

/// One live lease.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Lease<K, M> {
    pub(super) standing: Standing,
    pub(super) application: ApplicationId,
    pub(super) user: K,
    pub(super) payload: Option<PayloadId>,
    /// The completion that reported it.
    pub(super) mark: M,
    /// How many of the undecided releases of its value came too early to be its own.
    pub(super) after: u64,
    /// It may have ended with a release that may as well have been another's, and it will not come out which.
    pub(super) doubtful: bool,
}

impl<K: Ord, M> Lease<K, M> {
    /// Whether the record of the user stands on it.
    pub(super) fn is_record_of(&self, application: ApplicationId, user: &K) -> bool {
        self.standing == Standing::Record && self.application == application && self.user == *user
    }
}

/// All live leases; those of one value sorted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Leases<K, M>(BTreeMap<Context, Vec<Lease<K, M>>>);

impl<K: Ord, M: Ord> Leases<K, M> {
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The leases of a value, the most mercifully released first.
    pub(super) fn of(&self, context: Context) -> &[Lease<K, M>] {
        self.0.get(&context).map_or(&[], Vec::as_slice)
    }

    /// The same, to say what is known of them by now.
    pub(super) fn of_mut(&mut self, context: Context) -> &mut [Lease<K, M>] {
        self.0.get_mut(&context).map_or(&mut [], Vec::as_mut_slice)
    }

    /// The leases of the value that stand for the record of one user.
    pub(super) fn records_of(&mut self, context: Context, application: ApplicationId, user: &K) -> &mut [Lease<K, M>] {
        let leases = self.of_mut(context);
        let wanted = (Standing::Record, application, user);
        let first = leases.partition_point(|lease| (lease.standing, lease.application, &lease.user) < wanted);
        let count = leases[first..].partition_point(|lease| lease.is_record_of(application, user));
        &mut leases[first..first + count]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Context, &[Lease<K, M>])> {
        self.0.iter().map(|(context, leases)| (*context, leases.as_slice()))
    }

    pub(super) fn insert(&mut self, context: Context, lease: Lease<K, M>) {
        let leases = self.0.entry(context).or_default();
        let place = leases.partition_point(|other| *other <= lease);
        leases.insert(place, lease);
    }

    /// Takes the first lease of the value with this standing that satisfies `wanted`.
    pub(super) fn take_standing(
        &mut self,
        context: Context,
        standing: Standing,
        wanted: impl Fn(&Lease<K, M>) -> bool,
    ) -> Option<Lease<K, M>> {
        let leases = self.of(context);
        let first = leases.partition_point(|lease| lease.standing < standing);
        let mut alike = leases.iter().skip(first).take_while(|lease| lease.standing == standing);
        let place = first + alike.position(wanted)?;
        self.take_at(context, place)
    }

    /// Takes the lease at a place in the list of its value.
    pub(super) fn take_at(&mut self, context: Context, place: usize) -> Option<Lease<K, M>> {
        let leases = self.0.get_mut(&context)?;
        if place >= leases.len() {
            return None;
        }
        let lease = leases.remove(place);
        if leases.is_empty() {
            self.0.remove(&context);
        }
        Some(lease)
    }

    /// Takes all leases of a value that belong to one application.
    pub(super) fn take_value(&mut self, context: Context, application: ApplicationId) -> Vec<Lease<K, M>> {
        let Some(leases) = self.0.get_mut(&context) else { return Vec::new() };
        let taken = leases.extract_if(.., |lease| lease.application == application).collect();
        if leases.is_empty() {
            self.0.remove(&context);
        }
        taken
    }

    /// Takes every lease that satisfies `wanted`, by value.
    pub(super) fn take_all(
        &mut self,
        mut wanted: impl FnMut(Context, &Lease<K, M>) -> bool,
    ) -> Vec<(Context, Lease<K, M>)> {
        let mut taken = Vec::new();
        self.0.retain(|context, leases| {
            let gone = leases.extract_if(.., |lease| wanted(*context, lease));
            taken.extend(gone.map(|lease| (*context, lease)));
            !leases.is_empty()
        });
        taken
    }
}
