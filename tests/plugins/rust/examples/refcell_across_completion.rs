//! Mistake: a `RefCell` of the thread is borrowed while the plug-in completes.
//!
//! Why: "one thread, so no lock is needed". But the host may call the next entry point from inside the completion, on
//! the same thread.
//! In production: the second borrow panics, the panic may not leave the library, and the process is aborted.

use std::cell::RefCell;

use wsman_authz_test_plugins::{CONTEXT, Entries, Request, export};

thread_local! {
    static RECENT: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

fn decide(request: Request, answer: impl Fn(Request) -> u32) {
    RECENT.with_borrow_mut(|recent| {
        recent.push(request.user_number().unwrap_or(0));
        answer(request);
    });
}

struct Plugin;

impl Entries for Plugin {
    fn authorize_user(request: Request) {
        decide(request, |request| request.allow_user(CONTEXT));
    }

    fn authorize_operation(request: Request) {
        decide(request, |request| request.allow_operation(CONTEXT));
    }

    fn query_quota(request: Request) {
        decide(request, |request| request.answer_quota());
    }
}

export!(Plugin);
