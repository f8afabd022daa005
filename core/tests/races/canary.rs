//! Canaries: a race and a leak that loom must find. If it does not, it sees nothing, and the other results mean nothing.

#![cfg(wsman_authz_loom)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use wsman_authz_core::sync::{Mutex, thread};

use crate::explore::every_schedule;

/// What loom says of an execution; `None` if it has nothing to say.
fn complaint(execution: impl Fn() + Send + Sync + 'static) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(|| every_schedule(execution))).err()?;
    let text = panic.downcast_ref::<String>().cloned();
    Some(text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default())
}

/// Counts on two threads, with the facade's lock; `torn` takes it once to read and once to write.
fn count(torn: bool) {
    let number = Arc::new(Mutex::new(0));
    let other = Arc::clone(&number);
    let add = move |number: &Mutex<u32>| {
        if torn {
            let seen = *number.lock();
            *number.lock() = seen + 1;
        } else {
            *number.lock() += 1;
        }
    };
    let beside = thread::spawn(move || add(&other));
    add(&number);
    beside.join().expect("it only adds");
    assert_eq!(*number.lock(), 2, "an addition was lost");
}

#[test]
fn a_race_through_the_facade_is_found() {
    assert_eq!(complaint(|| count(false)), None);
    let found = complaint(|| count(true)).expect("loom sees the facade's lock");
    assert!(found.contains("an addition was lost"), "{found}");
}

#[test]
fn two_locks_taken_in_opposite_order_are_found() {
    let found = complaint(|| {
        let locks = Arc::new((Mutex::new(()), Mutex::new(())));
        let other = Arc::clone(&locks);
        let beside = thread::spawn(move || {
            let _second = other.1.lock();
            drop(other.0.lock());
        });
        let first = locks.0.lock();
        drop(locks.1.lock());
        drop(first);
        beside.join().expect("it only locks");
    });
    assert!(found.as_deref().is_some_and(|found| found.contains("deadlock")), "{found:?}");
}

#[test]
fn a_leak_is_found() {
    let found = complaint(|| std::mem::forget(loom::alloc::Track::new(())));
    assert!(found.is_some_and(|found| found.contains("leaked")));
}
