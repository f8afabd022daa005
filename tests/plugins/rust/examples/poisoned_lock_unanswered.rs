//! Mistake: panics are caught at the boundary, as is right, but nobody answers then; and because the first one
//! poisons a lock, every later request panics too.
//!
//! Why: `catch_unwind` was added so that the process survives; what becomes of the request was not asked.
//! In production: one odd request, and from then on nobody gets an answer.

use std::panic;
use std::sync::Mutex;

use wsman_authz_test_plugins::{CONTEXT, Entries, Request, export};

static SEEN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn decide(request: Request) {
    let number = request.user_number().unwrap_or(0);
    let mut seen = SEEN.lock().expect("nobody panics with the lock");
    seen.push(number);
    assert!(number != 13, "a user of whom the table knows nothing");
    drop(seen);
    request.allow_operation(CONTEXT);
}

struct Plugin;

impl Entries for Plugin {
    fn startup() -> u32 {
        panic::set_hook(Box::new(|_| {})); // It goes to a log.
        0
    }

    fn authorize_operation(request: Request) {
        let _ = panic::catch_unwind(|| decide(request));
    }
}

export!(Plugin);
