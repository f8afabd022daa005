//! Peers: a table or a map that keeps each payload with the count of its leases. Where the table gives out shared
//! references only, the count is atomic.

use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

use super::Users;
use crate::payload::{Maker, Payload};

type Hasher = foldhash::fast::FixedState;

/// A payload with the number of its leases, behind a lock of the table's.
struct Counted {
    leases: u32,
    _payload: Payload,
}

/// The same without a lock.
struct Shared {
    leases: AtomicU32,
    _payload: Payload,
}

fn counted(users: usize) -> impl Iterator<Item = Counted> {
    let maker = Maker::new(0);
    (0..users).map(move |user| Counted { leases: 1, _payload: maker.make(user as u64) })
}

fn shared(users: usize) -> impl Iterator<Item = Shared> {
    let maker = Maker::new(0);
    (0..users).map(move |user| Shared { leases: AtomicU32::new(1), _payload: maker.make(user as u64) })
}

impl Counted {
    fn lease(&mut self) {
        self.leases = self.leases.checked_add(1).expect("few leases");
    }

    /// Whether it was the last.
    fn release(&mut self) -> bool {
        self.leases -= 1;
        self.leases == 0
    }
}

impl Shared {
    fn lease(&self) {
        self.leases.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether it was the last.
    fn release(&self) -> bool {
        self.leases.fetch_sub(1, Ordering::AcqRel) == 1
    }
}

/// A table behind one lock, and the key of each user.
macro_rules! locked {
    ($Name:ident, $Table:ty, $Key:ty) => {
        pub(super) struct $Name {
            table: Mutex<$Table>,
            keys: Vec<$Key>,
        }

        impl $Name {
            pub(super) fn new(users: usize) -> Self {
                let mut table = <$Table>::default();
                let keys = counted(users).map(|counted| table.insert(counted)).collect();
                Self { table: Mutex::new(table), keys }
            }
        }

        impl Users for $Name {
            fn lease_and_release(&self, _: usize, user: usize) {
                let key = self.keys[user];
                self.table.lock().get_mut(key).expect("live").lease();
                let is_last = self.table.lock().get_mut(key).expect("live").release();
                assert!(!is_last, "the user's own lease");
            }
        }
    };
}

locked!(Thunderdome, thunderdome::Arena<Counted>, thunderdome::Index);
locked!(Slab, slab::Slab<Counted>, usize);
locked!(SlotMap, slotmap::SlotMap<slotmap::DefaultKey, Counted>, slotmap::DefaultKey);

pub(super) struct Sharded {
    table: sharded_slab::Slab<Shared>,
    keys: Vec<usize>,
}

impl Sharded {
    pub(super) fn new(users: usize) -> Self {
        let table = sharded_slab::Slab::new();
        let keys = shared(users).map(|shared| table.insert(shared).expect("room")).collect();
        Self { table, keys }
    }
}

impl Users for Sharded {
    fn lease_and_release(&self, _: usize, user: usize) {
        let key = self.keys[user];
        self.table.get(key).expect("live").lease();
        assert!(!self.table.get(key).expect("live").release(), "the user's own lease");
    }
}

pub(super) struct Dash(dashmap::DashMap<u64, Counted, Hasher>);

impl Dash {
    pub(super) fn new(users: usize) -> Self {
        Self((0..).zip(counted(users)).collect())
    }
}

impl Users for Dash {
    fn lease_and_release(&self, _: usize, user: usize) {
        let key = user as u64;
        self.0.get_mut(&key).expect("live").lease();
        assert!(!self.0.get_mut(&key).expect("live").release(), "the user's own lease");
    }
}

pub(super) struct Scc(scc::HashMap<u64, Counted, Hasher>);

impl Scc {
    pub(super) fn new(users: usize) -> Self {
        let map = scc::HashMap::default();
        for (key, counted) in (0..).zip(counted(users)) {
            assert!(map.insert_sync(key, counted).is_ok(), "a fresh key");
        }
        Self(map)
    }
}

impl Users for Scc {
    fn lease_and_release(&self, _: usize, user: usize) {
        let key = user as u64;
        self.0.update_sync(&key, |_, counted| counted.lease()).expect("live");
        let is_last = self.0.update_sync(&key, |_, counted| counted.release());
        assert_eq!(is_last, Some(false), "the user's own lease");
    }
}

pub(super) struct Papaya(papaya::HashMap<u64, Shared, Hasher>);

impl Papaya {
    pub(super) fn new(users: usize) -> Self {
        Self((0..).zip(shared(users)).collect())
    }
}

impl Users for Papaya {
    fn lease_and_release(&self, _: usize, user: usize) {
        let (key, map) = (user as u64, self.0.pin());
        map.get(&key).expect("live").lease();
        assert!(!map.get(&key).expect("live").release(), "the user's own lease");
    }
}
