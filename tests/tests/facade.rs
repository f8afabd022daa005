//! Locks and threads come from one file, so that loom and shuttle can take their place: what names others is on a list.

use wsman_authz_tests::functions::code_only;
use wsman_authz_tests::tree::rust_files;

/// The one file that names locks.
const FACADE: &str = "core/src/sync.rs";

/// What loom and shuttle do not see.
const PRIMITIVES: &[&str] = &[
    "parking_lot",
    "Mutex",
    "RwLock",
    "Condvar",
    "Once",
    "LazyLock",
    "Barrier",
    "mpsc",
    "atomic",
    "std::thread",
    "thread_local",
];

/// Where one is named all the same, each with the reason.
const NAMED: &[(&str, &str, &str)] = &[
    ("ffi/src/exported.rs", "Once", "one plug-in in one process: made once, before the first call goes on"),
    ("ffi/src/statistics.rs", "atomic", "counters that only grow, read by nobody who decides anything"),
    ("ffi/src/trace.rs", "atomic", "numbers for threads in a trace"),
    ("ffi/src/trace.rs", "thread_local", "numbers for threads in a trace"),
    ("ffi/src/clock.rs", "atomic", "the clock of tests"),
    ("ffi/src/performer.rs", "atomic", "when the clock was looked at: nothing is ordered by it"),
    ("ffi/src/reply.rs", "std::thread", "asks whether its own thread panics"),
    ("ffi/src/source.rs", "std::thread", "asks how many threads can run at a time"),
];

/// Names that come from the facade itself.
fn from_facade(code: &str) -> String {
    let uses = |line: &&str| !line.trim_start().starts_with("use wsman_authz_core::sync::");
    let facade = code.lines().any(|line| !uses(&line));
    let rest: String = code.lines().filter(uses).map(|line| format!("{line}\n")).collect();
    if facade { rest.replace("Mutex", "").replace("Condvar", "") } else { rest }
}

#[test]
fn locks_and_threads_come_from_the_facade() {
    let mut found = Vec::new();
    let shipped = |path: &str| path.starts_with("core/src/") || path.starts_with("ffi/src/");
    let files = rust_files().into_iter().filter(|file| shipped(&file.path) && !file.is_test());
    for file in files.filter(|file| file.path != FACADE && !file.path.starts_with("ffi/src/testing/")) {
        let code = from_facade(
            &code_only(file.without_unit_tests())
                .replace("FnOnce", "") // a closure, no lock
                .replace("use crate::sync::", "use wsman_authz_core::sync::"),
        );
        for primitive in PRIMITIVES.iter().filter(|primitive| code.contains(**primitive)) {
            found.push((file.path.clone(), *primitive));
        }
    }
    let listed =
        |path: &str, primitive: &str| NAMED.iter().any(|(file, named, _)| *file == path && *named == primitive);
    let beyond: Vec<_> = found.iter().filter(|(path, primitive)| !listed(path, primitive)).collect();
    assert!(beyond.is_empty(), "loom does not see these; use `wsman_authz_core::sync`: {beyond:?}");
    let stale = NAMED.iter().find(|(file, named, _)| !found.iter().any(|(path, what)| path == file && what == named));
    assert_eq!(stale, None, "needs no exception any more");
}
