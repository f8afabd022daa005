//! The one place that names a lock: `parking_lot` in a shipped plug-in, loom and shuttle under the private cfgs
//! `wsman_authz_loom` and `wsman_authz_shuttle`.
//!
//! A panic does not poison these locks: the state behind them changes in one step or not at all.

use core::ops::{Deref, DerefMut};
use std::time::Instant;

#[cfg(wsman_authz_loom)]
use loom::sync as primitive;
#[cfg(not(any(wsman_authz_loom, wsman_authz_shuttle)))]
use parking_lot as primitive;
#[cfg(wsman_authz_shuttle)]
use shuttle::sync as primitive;

#[cfg(wsman_authz_loom)]
pub use loom::thread;
#[cfg(wsman_authz_shuttle)]
pub use shuttle::thread;
/// Threads of the same kind as the locks.
#[cfg(not(any(wsman_authz_loom, wsman_authz_shuttle)))]
pub use std::thread;

/// A lock around a value.
#[derive(Debug, Default)]
pub struct Mutex<T>(primitive::Mutex<T>);

/// The locked value; dropping it unlocks.
#[cfg(not(wsman_authz_planted_race))]
#[derive(Debug)]
#[must_use = "the value is unlocked at once if the guard is dropped"]
pub struct Guard<'a, T>(primitive::MutexGuard<'a, T>);

/// A place to wait for a change behind a [`Mutex`].
#[derive(Debug, Default)]
pub struct Condvar(primitive::Condvar);

impl<T> Mutex<T> {
    /// An unlocked value.
    pub fn new(value: T) -> Self {
        Self(primitive::Mutex::new(value))
    }

    fn lock_primitive(&self) -> primitive::MutexGuard<'_, T> {
        let locked = self.0.lock();
        #[cfg(any(wsman_authz_loom, wsman_authz_shuttle))]
        let locked = locked.unwrap_or_else(std::sync::PoisonError::into_inner);
        locked
    }

    /// Waits until nobody else has the value.
    #[cfg(not(wsman_authz_planted_race))]
    pub fn lock(&self) -> Guard<'_, T> {
        Guard(self.lock_primitive())
    }
}

#[cfg(not(wsman_authz_planted_race))]
impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(not(wsman_authz_planted_race))]
impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

/// The planted race: the value is locked to be copied and locked again to be written back, and what another thread did
/// in between is lost. In no build but that of the check that the checks find it.
#[cfg(wsman_authz_planted_race)]
mod planted {
    use super::{Deref, DerefMut, Mutex};

    #[derive(Debug)]
    pub struct Guard<'a, T: Clone> {
        mutex: &'a Mutex<T>,
        copy: T,
    }

    impl<T: Clone> Mutex<T> {
        pub fn lock(&self) -> Guard<'_, T> {
            let copy = self.lock_primitive().clone();
            Guard { mutex: self, copy }
        }
    }

    impl<T: Clone> Deref for Guard<'_, T> {
        type Target = T;

        fn deref(&self) -> &T {
            &self.copy
        }
    }

    impl<T: Clone> DerefMut for Guard<'_, T> {
        fn deref_mut(&mut self) -> &mut T {
            &mut self.copy
        }
    }

    impl<T: Clone> Drop for Guard<'_, T> {
        fn drop(&mut self) {
            *self.mutex.lock_primitive() = self.copy.clone();
        }
    }
}
#[cfg(wsman_authz_planted_race)]
pub use planted::Guard;

impl Condvar {
    /// Nobody waits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Wakes everybody who waits.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }

    /// Unlocks, waits for a notification or `deadline`, locks again. It may also return for no reason at all.
    #[cfg(not(any(wsman_authz_loom, wsman_authz_shuttle, wsman_authz_planted_race)))]
    pub fn wait_until<'a, T>(&self, mut guard: Guard<'a, T>, deadline: Instant) -> Guard<'a, T> {
        let _ = self.0.wait_until(&mut guard.0, deadline);
        guard
    }

    /// Unlocks, waits for a notification, locks again. Under loom and shuttle no time passes, so no deadline does.
    #[cfg(all(any(wsman_authz_loom, wsman_authz_shuttle), not(wsman_authz_planted_race)))]
    pub fn wait_until<'a, T>(&self, guard: Guard<'a, T>, _deadline: Instant) -> Guard<'a, T> {
        Guard(self.0.wait(guard.0).unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}
