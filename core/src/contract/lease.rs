//! The ledger of live leases, by value, and what each stands for.
//!
//! A release names a value and nothing else. Where several leases have that value, those whose release is due come
//! first: the order of [`Standing`] is the order of mercy. Which of them it was may stay open: see `doubt`.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

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

/// All live leases, by value and by what they stand for; those that have both in common sorted. Thousands may have the
/// same value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Leases<K, M>(BTreeMap<(Context, Standing), Vec<Lease<K, M>>>);

/// Where a lease of a value is.
pub(super) type Place = (Standing, usize);

/// What comes first of a value.
const FIRST: Standing = Standing::Due(Due::Renewed);
/// What comes last.
const LAST: Standing = Standing::Operation(OperationId(u64::MAX));

impl<K: Ord, M: Ord> Leases<K, M> {
    pub(super) const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The leases of a value, the most mercifully released first.
    pub(super) fn of(&self, context: Context) -> impl DoubleEndedIterator<Item = &Lease<K, M>> {
        self.0.range((context, FIRST)..=(context, LAST)).flat_map(|(_, leases)| leases)
    }

    /// The leases of a value that stand for no open operation, with their places.
    pub(super) fn but_operations_of(&self, context: Context) -> impl Iterator<Item = (Place, &Lease<K, M>)> {
        let kinds = self.0.range((context, FIRST)..=(context, Standing::Record));
        kinds.flat_map(|((_, standing), leases)| {
            leases.iter().enumerate().map(move |(place, lease)| ((*standing, place), lease))
        })
    }

    /// The lease of the value at a place.
    pub(super) fn at(&self, context: Context, (standing, place): Place) -> Option<&Lease<K, M>> {
        self.0.get(&(context, standing))?.get(place)
    }

    /// The leases of a value, to say what is known of them by now.
    pub(super) fn of_mut(&mut self, context: Context) -> impl Iterator<Item = &mut Lease<K, M>> {
        self.0.range_mut((context, FIRST)..=(context, LAST)).flat_map(|(_, leases)| leases)
    }

    /// The leases of the value that stand for the record of one user.
    pub(super) fn records_of(&self, context: Context, application: ApplicationId, user: &K) -> &[Lease<K, M>] {
        let Some(leases) = self.0.get(&(context, Standing::Record)) else { return &[] };
        &leases[records_of(leases, application, user)]
    }

    /// The same, to say what is known of them by now.
    pub(super) fn records_of_mut(
        &mut self,
        context: Context,
        application: ApplicationId,
        user: &K,
    ) -> &mut [Lease<K, M>] {
        let Some(leases) = self.0.get_mut(&(context, Standing::Record)) else { return &mut [] };
        let place = records_of(leases, application, user);
        &mut leases[place]
    }

    /// Every lease, by value.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Context, &Lease<K, M>)> {
        self.0.iter().flat_map(|((context, _), leases)| leases.iter().map(|lease| (*context, lease)))
    }

    pub(super) fn insert(&mut self, context: Context, lease: Lease<K, M>) {
        let leases = self.0.entry((context, lease.standing)).or_default();
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
        let place = self.0.get(&(context, standing))?.iter().position(wanted)?;
        self.take_at(context, (standing, place))
    }

    /// Takes the first of the leases of the value that stand for the record of one user and satisfy `wanted`.
    pub(super) fn take_record(
        &mut self,
        context: Context,
        application: ApplicationId,
        user: &K,
        wanted: impl Fn(&Lease<K, M>) -> bool,
    ) -> Option<Lease<K, M>> {
        let leases = self.0.get(&(context, Standing::Record))?;
        let place = records_of(leases, application, user).find(|place| wanted(&leases[*place]))?;
        self.take_at(context, (Standing::Record, place))
    }

    /// Takes the lease of the value at a place.
    pub(super) fn take_at(&mut self, context: Context, (standing, place): Place) -> Option<Lease<K, M>> {
        let leases = self.0.get_mut(&(context, standing))?;
        if place >= leases.len() {
            return None;
        }
        let lease = leases.remove(place);
        if leases.is_empty() {
            self.0.remove(&(context, standing));
        }
        Some(lease)
    }

    /// Takes all leases of a value that belong to one application.
    pub(super) fn take_value(&mut self, context: Context, application: ApplicationId) -> Vec<Lease<K, M>> {
        let mut taken = Vec::new();
        for (_, leases) in self.0.range_mut((context, FIRST)..=(context, LAST)) {
            taken.extend(leases.extract_if(.., |lease| lease.application == application));
        }
        for lease in &taken {
            if self.0.get(&(context, lease.standing)).is_some_and(Vec::is_empty) {
                self.0.remove(&(context, lease.standing));
            }
        }
        taken
    }

    /// Takes every lease that satisfies `wanted`, by value.
    pub(super) fn take_all(
        &mut self,
        mut wanted: impl FnMut(Context, &Lease<K, M>) -> bool,
    ) -> Vec<(Context, Lease<K, M>)> {
        let mut taken = Vec::new();
        self.0.retain(|(context, _), leases| {
            let gone = leases.extract_if(.., |lease| wanted(*context, lease));
            taken.extend(gone.map(|lease| (*context, lease)));
            !leases.is_empty()
        });
        taken
    }
}

/// Where the leases of one user are among those of records.
fn records_of<K: Ord, M>(leases: &[Lease<K, M>], application: ApplicationId, user: &K) -> Range<usize> {
    let first = leases.partition_point(|lease| (lease.application, &lease.user) < (application, user));
    let count = leases[first..].partition_point(|lease| (lease.application, &lease.user) == (application, user));
    first..first + count
}
