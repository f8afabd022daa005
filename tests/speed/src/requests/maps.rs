//! Limit and peers: a map from users to records with a deadline and the number of leases.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use wsman_authz_core::UserName;

use super::{IDLE_MS, Records};

type Hasher = foldhash::fast::FixedState;

/// A record, as small as it can be.
#[derive(Clone, Copy, Debug, Default)]
struct Record<T> {
    deadline: T,
    leases: u32,
}

impl<T> Record<T> {
    fn request(&mut self, deadline: T) {
        self.deadline = deadline;
        self.leases += 1;
        black_box(&mut *self).leases -= 1;
    }
}

pub(super) struct Plain(hashbrown::HashMap<UserName, Record<u64>, Hasher>);

impl Plain {
    pub(super) fn new(users: Vec<UserName>) -> Self {
        Self(users.into_iter().map(|user| (user, Record::default())).collect())
    }
}

impl Records for Plain {
    fn request(&mut self, user: &UserName, now: u64) {
        self.0.get_mut(user).expect("a record").request(now + IDLE_MS);
    }
}

pub(super) struct Dash(dashmap::DashMap<UserName, Record<u64>, Hasher>);

impl Dash {
    pub(super) fn new(users: Vec<UserName>) -> Self {
        Self(users.into_iter().map(|user| (user, Record::default())).collect())
    }
}

impl Records for Dash {
    fn request(&mut self, user: &UserName, now: u64) {
        self.0.get_mut(user).expect("a record").request(now + IDLE_MS);
    }
}

pub(super) struct Timed(dashmap::DashMap<UserName, Record<Instant>, Hasher>);

impl Timed {
    pub(super) fn new(users: Vec<UserName>) -> Self {
        let record = Record { deadline: Instant::now(), leases: 0 };
        Self(users.into_iter().map(|user| (user, record)).collect())
    }
}

impl Records for Timed {
    fn request(&mut self, user: &UserName, _: u64) {
        self.0.get_mut(user).expect("a record").request(Instant::now() + Duration::from_millis(IDLE_MS));
    }
}

/// A record that a cache hands out to share.
#[derive(Debug, Default)]
struct Shared {
    deadline: AtomicU64,
    leases: AtomicU32,
}

impl Shared {
    fn lease_and_release(&self) {
        self.leases.fetch_add(1, Ordering::Relaxed);
        self.leases.fetch_sub(1, Ordering::Release);
    }
}

pub(super) struct Quick(quick_cache::sync::Cache<UserName, Arc<Shared>>);

impl Quick {
    pub(super) fn new(users: Vec<UserName>) -> Self {
        // Twice the room, for its shards do not fill up alike; nothing may be evicted.
        let cache = quick_cache::sync::Cache::new(users.len() * 2 + 1024);
        users.into_iter().for_each(|user| cache.insert(user, Arc::default()));
        Self(cache)
    }
}

impl Records for Quick {
    fn request(&mut self, user: &UserName, now: u64) {
        let record = self.0.get(user).expect("a record");
        record.deadline.store(now + IDLE_MS, Ordering::Relaxed);
        record.lease_and_release();
    }
}

pub(super) struct Moka(moka::sync::Cache<UserName, Arc<Shared>>);

impl Moka {
    pub(super) fn new(users: Vec<UserName>) -> Self {
        let cache = moka::sync::Cache::builder().time_to_idle(Duration::from_millis(IDLE_MS)).build();
        users.into_iter().for_each(|user| cache.insert(user, Arc::default()));
        cache.run_pending_tasks();
        Self(cache)
    }
}

impl Records for Moka {
    fn request(&mut self, user: &UserName, _: u64) {
        // The look-up moves the deadline.
        self.0.get(user).expect("a record").lease_and_release();
    }
}
