//! Runs a scenario: on every schedule under loom, once on the system's own threads otherwise.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};

use std::collections::BTreeSet;

use crate::pins::Seen;
use crate::stage::Stage;

/// Variables that make loom look at less and still say yes.
const LIMITS: [&str; 5] =
    ["LOOM_MAX_PREEMPTIONS", "LOOM_MAX_PERMUTATIONS", "LOOM_MAX_DURATION", "LOOM_MAX_BRANCHES", "LOOM_CHECKPOINT_FILE"];

/// Runs a scenario to its end on every schedule. What was seen on the way.
pub(crate) fn explore(play: fn() -> Stage) -> Seen {
    let executions = Arc::new(AtomicU64::new(0));
    let threads = Arc::new(AtomicU8::new(0));
    let words = Arc::new(Mutex::new(BTreeSet::new()));
    let (count, most, all) = (Arc::clone(&executions), Arc::clone(&threads), Arc::clone(&words));
    every_schedule(move || {
        count.fetch_add(1, SeqCst);
        let (threads, words) = play().end();
        most.fetch_max(threads, SeqCst);
        all.lock().unwrap_or_else(PoisonError::into_inner).extend(words);
    });
    let words = words.lock().unwrap_or_else(PoisonError::into_inner);
    Seen { threads: threads.load(SeqCst), executions: executions.load(SeqCst), words: words.iter().cloned().collect() }
}

/// Runs one execution after the other until loom knows no further schedule; it must have no reason to stop before.
#[cfg(wsman_authz_loom)]
pub(crate) fn every_schedule(execution: impl Fn() + Send + Sync + 'static) {
    let limited = LIMITS.iter().find(|name| std::env::var_os(name).is_some());
    assert_eq!(limited, None, "with a limit, a green run says nothing");
    let builder = loom::model::Builder::new();
    assert_eq!((builder.preemption_bound, builder.max_permutations, builder.max_duration), (None, None, None));
    builder.check(execution);
}

/// Runs one execution.
#[cfg(not(wsman_authz_loom))]
pub(crate) fn every_schedule(execution: impl Fn() + Send + Sync + 'static) {
    let _ = LIMITS;
    execution();
}
