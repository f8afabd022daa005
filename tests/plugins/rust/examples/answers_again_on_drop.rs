//! Mistake: a guard denies in its destructor, and the yes does not disarm it.
//!
//! Why: "whatever happens, the request is answered" is a good idea; the author forgot that a value is dropped at its
//! end also when all went well.
//! In production: a denial follows each yes, to a request that is over. It may hit somebody else's.

use wsman_authz_test_plugins::{CONTEXT, Entries, Request, export};

struct Guarded(Request);

impl Guarded {
    fn allow(&self) {
        self.0.allow_operation(CONTEXT);
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.0.deny_operation();
    }
}

struct Plugin;

impl Entries for Plugin {
    fn authorize_operation(request: Request) {
        Guarded(request).allow();
    }
}

export!(Plugin);
