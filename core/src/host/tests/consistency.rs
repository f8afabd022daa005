//! What must be true of the machine's own state after every step.

use super::*;
use crate::dialect::{Expiry, ReleaseCounting, SenderPointer};

pub(super) fn check(host: &Host<u8>) {
    indexes(host);
    for (&application, entry) in &host.applications {
        for (&user, visitor) in &entry.visitors {
            check_visitor(host, application, user, visitor);
        }
    }
    for (&id, operation) in &host.operations {
        let stopping = host.phase(operation.application) == Some(Phase::Stopping);
        let visitor = host.visitor(operation.application, &operation.user);
        assert!(stopping || visitor.is_some_and(|visitor| visitor.operations.contains(&id)));
        if let OperationPhase::Waiting(sender) = operation.phase {
            let mut purpose = host.requests[&sender].purpose.clone();
            assert!(purpose.waiting_mut().is_some_and(|waiting| waiting.contains(&id)));
        }
    }
    if host.dialect.sender_pointer == SenderPointer::Reused {
        let mut fresh = Senders::new(SenderPointer::Reused);
        let last = host.requests.last_key_value().map_or(0, |(sender, _)| sender.0.get());
        let all: Vec<_> = (0..last).map(|_| fresh.take()).collect();
        for free in all.into_iter().filter(|sender| !host.requests.contains_key(sender)) {
            fresh.give_back(free);
        }
        assert_eq!(host.senders, fresh);
    }
    leases(host);
}

fn indexes(host: &Host<u8>) {
    let overdue = host.requests.iter().filter_map(|(sender, request)| Some((request.deadline?, *sender)));
    assert_eq!(host.overdue, overdue.collect());
    let idle = host.records().filter_map(|view| Some((view.record.deadline?, view.application, *view.user)));
    assert_eq!(host.idle, idle.collect());
}

fn check_visitor(host: &Host<u8>, application: ApplicationId, user: u8, visitor: &record::Visitor) {
    let of = |wanted: fn(&Purpose) -> bool| {
        host.requests()
            .filter(move |(_, r)| (r.application, r.user) == (application, user) && wanted(&r.purpose))
            .map(|(sender, _)| sender)
    };
    assert_eq!(visitor.asking, of(|purpose| matches!(purpose, Purpose::User(_))).collect());
    assert!(visitor.renewal.into_iter().eq(of(|purpose| matches!(purpose, Purpose::Renewal(_)))));
    assert!(visitor.quota_query.into_iter().eq(of(|purpose| matches!(purpose, Purpose::Quota(_)))));
    let counted = |is_shell: bool| {
        let operations = visitor.operations.iter().filter_map(|id| host.operation(*id));
        operations.filter(|o| o.is_shell() == is_shell && !matches!(o.phase, OperationPhase::Waiting(_))).count()
    };
    assert_eq!((visitor.top_level as usize, visitor.shells as usize), (counted(false), counted(true)));
    let busy = visitor.is_asked_about() || visitor.quota_query.is_some() || !visitor.operations.is_empty();
    assert!(busy || visitor.record.is_some(), "kept while there is anything");
    let pinned = if host.dialect.expiry == Expiry::Pinned { busy } else { visitor.renewal.is_some() };
    if let Some(record) = &visitor.record {
        assert_eq!(record.deadline.is_none(), pinned);
    }
}

fn leases(host: &Host<u8>) {
    let mut expected = Leases::new(host.dialect.release_counting);
    if host.dialect.release_counting == ReleaseCounting::PerValue {
        for view in host.records() {
            expected.begin(view.application, view.record.lease);
        }
        for operation in host.operations.values() {
            if let OperationPhase::Open { lease, .. } = operation.phase {
                expected.begin(operation.application, lease);
            }
        }
    }
    assert_eq!(host.leases, expected);
}
