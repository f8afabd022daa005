//! Leases that are pointers: the limit, and what an unchecked plug-in in Rust would use.

use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering, fence};

use super::Leases;
use crate::payload::Payload;

/// A payload with the count of those who use it.
#[derive(Debug)]
pub struct Counted {
    count: AtomicUsize,
    _payload: Payload,
}

impl Counted {
    /// With a count of one; the pointer is the lease.
    pub fn leak(payload: Payload) -> NonNull<Self> {
        NonNull::from(Box::leak(Box::new(Self { count: AtomicUsize::new(1), _payload: payload })))
    }

    /// Ends one use; with the last one the payload is dropped.
    ///
    /// # Safety
    /// `counted` came from [`Counted::leak`], and is used for the last time.
    pub unsafe fn release(counted: NonNull<Self>) {
        // SAFETY: the caller's promise: its own use keeps it alive until here.
        let count = unsafe { &counted.as_ref().count };
        if count.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
            // SAFETY: this was the last use, and `leak` took it out of a box.
            drop(unsafe { Box::from_raw(counted.as_ptr()) });
        }
    }
}

/// A handle that may go to another thread.
pub(super) struct Handle<T>(NonNull<T>);

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

// SAFETY: what is behind it is `Send` and `Sync`, and whoever has the handle owns the lease.
unsafe impl<T: Send + Sync> Send for Handle<T> {}

/// `Box::into_raw` with a count in the box.
#[derive(Default)]
pub(super) struct Boxes;

impl Leases for Boxes {
    type Handle = Handle<Counted>;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> Self::Handle {
        Handle(Counted::leak(make()))
    }

    fn release(&self, _: usize, handle: Self::Handle) {
        // SAFETY: each handle that was reported is released once.
        unsafe { Counted::release(handle.0) };
    }
}

/// `Arc::into_raw`.
#[derive(Default)]
pub(super) struct Arcs;

impl Leases for Arcs {
    type Handle = Handle<Payload>;

    fn report(&self, _: usize, make: impl FnOnce() -> Payload) -> Self::Handle {
        let raw = Arc::into_raw(Arc::new(make())).cast_mut();
        Handle(NonNull::new(raw).expect("an Arc is somewhere"))
    }

    fn release(&self, _: usize, handle: Self::Handle) {
        // SAFETY: the pointer came from `into_raw`, and each handle is released once.
        drop(unsafe { Arc::from_raw(handle.0.as_ptr()) });
    }
}
