//! Mistake: a `?` leaves the function before the answer.
//!
//! Why: it reads well, the compiler is content, and the caller has nowhere to report the `None` to.
//! In production: users whose name has an unusual form never get an answer.

use wsman_authz_test_plugins::{CONTEXT, Entries, Request, export};

/// Departments by the first digit of a user's number. User 13 is in none.
fn department(request: Request) -> Option<u32> {
    let number = request.user_number()?;
    (number != 13).then_some(number / 10)
}

fn decide(request: Request) -> Option<()> {
    match department(request)? {
        0 => request.allow_user(CONTEXT),
        _ => request.deny_user(),
    };
    Some(())
}

struct Plugin;

impl Entries for Plugin {
    fn authorize_user(request: Request) {
        decide(request);
    }
}

export!(Plugin);
