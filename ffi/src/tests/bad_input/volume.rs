//! Very many.

use std::time::{Duration, Instant};

use super::NOTHING;
use crate::code::ERROR_NOT_ENOUGH_MEMORY;
use crate::tests::host::{Host, Request};
use crate::{ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest};

/// Remembers a number for everybody.
struct Generous;

impl Plugin for Generous {
    type Context = u32;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<u32>) {
        request.allow(UserGrant::new(Identity::Client).context(7));
    }

    fn authorize_operation(&self, request: OperationRequest<u32>) {
        request.allow_with_context(7);
    }
}

#[test]
fn a_million_contexts_live_at_a_time_and_all_are_released() {
    const MANY: usize = 1 << 20;
    let host = Host::<Generous>::load();
    let began = Instant::now();
    let user = Request::of("alice");
    host.user(&user);
    let mut contexts = vec![user.verdict().context];
    let operation = Request::of("alice");
    while contexts.len() < MANY {
        host.operation(&operation, "", ""); // one address after the other serves every request
        contexts.push(operation.take().context);
    }
    assert_eq!(host.balance(), (MANY, MANY, 0));
    // Not in the order in which they came.
    let (even, odd): (Vec<_>, Vec<_>) = contexts.into_iter().partition(|context| context % 2 == 0);
    odd.into_iter().rev().chain(even).for_each(|context| host.release(context));
    assert_eq!(host.balance(), NOTHING);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}: something is not linear", began.elapsed());
}

#[test]
fn shutdown_frees_a_hundred_thousand_contexts_that_were_left() {
    let host = Host::<Generous>::load();
    let (user, operation) = (Request::of("alice"), Request::of("alice"));
    host.user(&user);
    for _ in 1..100_000 {
        host.operation(&operation, "", "");
        let _ = operation.take();
    }
    assert_eq!((host.shutdown(), host.balance()), (0, NOTHING));
    let logged = host.logged("application drained: contexts not released, replies still held");
    assert_eq!((logged.field("leases"), logged.field("replies")), (Some("100000"), Some("0")));
}

#[test]
fn out_of_numbers_no_application_starts() {
    let host = Host::<Generous>::load();
    host.library.exported().runtime().applications.lock().skip_to(u32::MAX);
    assert_eq!(host.startup("wsman/other"), (ERROR_NOT_ENOUGH_MEMORY, 0));
    assert_eq!(host.count("no number is left for another application"), 1);
    assert_eq!(host.startup("wsman/other"), (ERROR_NOT_ENOUGH_MEMORY, 0), "its name is free again");
    assert_eq!(host.shutdown(), 0);
}
