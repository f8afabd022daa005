//! Completions that the host refuses.

use super::NOTHING;
use crate::code::ERROR_ACCESS_DENIED;
use crate::tests::closed;
use crate::tests::host::{Host, Request};

const GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";
/// Also codes that no page names: any that is not 0 is a refusal.
const CODES: [u32; 5] = [87, 5, 995, 1, u32::MAX];

#[test]
fn cl_17_each_kind_of_yes_is_taken_back_whatever_the_code() {
    for code in CODES {
        let host = Host::start();
        let board = host.board();
        let refuse = |user: &str| Request::of(user).refused(code);
        let refused = refuse("alice");
        host.user(&refused);
        assert_ne!(refused.verdict().context, 0);
        let logged = host.logged("CL-17: the host refused a completion");
        assert_eq!(logged.field("error"), Some(code.to_string().as_str()));
        assert_eq!((board.alive(), host.balance()), (0, NOTHING));

        let user = host.let_in("alice");
        for resource in ["", "share", "fresh"] {
            host.operation(&refuse("alice"), GET, resource);
        }
        host.quota(&refuse("alice"));
        assert_eq!((board.alive(), host.balance()), (1, (1, 1, 0)));

        host.user(&refuse("alice")); // the same value again: kept only by the old lease now
        assert_eq!((board.alive(), host.balance()), (1, (1, 1, 0)));
        let later = Request::of("alice");
        host.operation(&later, GET, "");
        assert_eq!(later.verdict().error, ERROR_ACCESS_DENIED, "CL-23: a refused re-authorization counts as failed");
        host.release(user);
        assert_eq!(
            (board.alive(), host.balance(), host.count("CL-17: the host refused a completion")),
            (0, NOTHING, 6)
        );
    }
}

#[test]
fn cl_17_a_refused_denial_is_over_all_the_same() {
    let host = Host::start();
    for user in ["deny", "redirect", "drop", "panic"] {
        host.user(&Request::of(user).refused(87));
    }
    assert_eq!((host.balance(), host.count("CL-17: the host refused a completion")), (NOTHING, 4));
}

#[test]
fn cl_74_a_refused_token_is_closed_once() {
    let host = Host::start();
    let before = closed(super::super::policy::SPARE_TOKEN);
    for code in CODES {
        host.user(&Request::of("spare-token").refused(code));
    }
    assert_eq!((closed(super::super::policy::SPARE_TOKEN) - before, host.balance()), (CODES.len(), NOTHING));
}
