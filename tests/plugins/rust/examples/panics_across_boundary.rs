//! Mistake: a panic leaves the library, as an exception of C++ would that nobody catches.
//!
//! Why: the entry points were declared so that they may unwind, to get rid of an abort.
//! In production: what happens in the host's frames is undefined. At best the process ends at once.

use wsman_authz_test_plugins::{CONTEXT, Entries, Request, export};

struct Plugin;

impl Entries for Plugin {
    fn authorize_operation(request: Request) {
        let number = request.user_number().unwrap_or(0);
        assert!(number % 10 != 3, "a user of whom the table knows nothing");
        request.allow_operation(CONTEXT);
    }
}

export!(Plugin, "system-unwind");
