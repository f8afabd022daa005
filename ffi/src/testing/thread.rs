//! Threads as the judge tells them apart: each call into the plug-in has a number of its own for as long as it lasts,
//! so that a completion made from inside of it carries the same (CL-52).

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use wsman_authz_core::ThreadId;

thread_local! {
    static CURRENT: Cell<Option<ThreadId>> = const { Cell::new(None) };
}

/// A number that nobody has.
pub(super) fn fresh() -> ThreadId {
    static LAST: AtomicU32 = AtomicU32::new(0);
    ThreadId(LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
}

/// The number under which this thread acts.
pub(super) fn current() -> ThreadId {
    CURRENT.get().unwrap_or_else(|| {
        let thread = fresh();
        CURRENT.set(Some(thread));
        thread
    })
}

/// Runs `body` under another number.
pub(super) fn acting_as<R>(thread: ThreadId, body: impl FnOnce() -> R) -> R {
    /// Goes back to the own number, also if `body` panics.
    struct Back(Option<ThreadId>);
    impl Drop for Back {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _back = Back(CURRENT.replace(Some(thread)));
    body()
}
