//! Mistake: a lock is held across the completion, and the source does not show it.
//!
//! Why: the guard in the head of a `match` is a temporary value, and lives to the end of the whole `match`.
//! In production: a release from inside the completion waits for the lock that its own thread holds.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use wsman_authz_test_plugins::{CONTEXT, Entries, Request, export};

static BANNED: LazyLock<Mutex<HashMap<u32, bool>>> = LazyLock::new(Mutex::default);

struct Plugin;

impl Entries for Plugin {
    fn authorize_user(request: Request) {
        let number = request.user_number().unwrap_or(0);
        match BANNED.lock().expect("no panic").get(&number) {
            Some(true) => request.deny_user(),
            _ => request.allow_user(CONTEXT),
        };
    }

    fn release(_: usize) {
        BANNED.lock().expect("no panic").retain(|_, banned| *banned);
    }
}

export!(Plugin);
