//! The limit: the count of an `Arc`, by its pointer.

use std::sync::Arc;

use super::Users;
use crate::payload::{Maker, Payload};

pub(super) struct Arcs(Vec<Arc<Payload>>);

impl Arcs {
    pub(super) fn new(users: usize) -> Self {
        let maker = Maker::new(0);
        Self((0..users).map(|user| Arc::new(maker.make(user as u64))).collect())
    }
}

impl Users for Arcs {
    fn lease_and_release(&self, _: usize, user: usize) {
        let pointer = std::hint::black_box(Arc::as_ptr(&self.0[user]));
        // SAFETY: the pointer is that of an Arc, which the table keeps alive.
        unsafe { Arc::increment_strong_count(pointer) };
        // SAFETY: the count was just incremented.
        unsafe { Arc::decrement_strong_count(pointer) };
    }
}
