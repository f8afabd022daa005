//! `senderDetails` and flags.

use tracing::Level;

use super::NOTHING;
use crate::testing::Client;
use crate::testing::letter::Texts;
use crate::tests::host::{Host, NULL, Request};

#[test]
fn a_null_sender_cannot_be_answered_and_is_logged() {
    let host = Host::start();
    host.user_at(NULL, 0);
    host.operation_at(NULL, 0, &None, &None);
    host.quota_at(NULL, 0);
    let logged: Vec<_> = host.log.events().into_iter().filter(|logged| logged.level == Level::ERROR).collect();
    let entries: Vec<_> = logged.iter().filter_map(|logged| logged.field("entry")).collect();
    assert_eq!(entries, ["AuthzUser", "AuthzOperation", "AuthzQueryQuota"]);
    assert!(logged.iter().all(|logged| logged.message == "NULL senderDetails: the request cannot be answered"));
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn details_full_of_nulls_are_those_of_a_user_without_a_name() {
    let host = Host::start();
    let request = Request::raw(Texts { token: 1, ..Texts::default() });
    host.user(&request);
    assert_eq!((request.verdict().error, request.verdict().token), (0, 1));
    host.release(request.verdict().context);
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn a_certificate_that_is_missing_or_out_of_place_is_not_looked_at() {
    let host = Host::start();
    // By ClientCertificate with garbage for a pointer would break HA-04; with NULL it is a certificate that is missing.
    for mechanism in ["ClientCertificate ", "clientcertificate", "Negotiate"] {
        let request = Request::raw(Texts::from(&Client::new("alice").mechanism(mechanism)));
        host.user(&request); // the pointer is garbage
        assert_eq!(request.verdict().error, 0);
        host.release(request.verdict().context);
    }
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn flags_are_ignored_and_logged() {
    let host = Host::start();
    let [user, operation, quota] = [1, 2, 3].map(|_| Request::of("alice"));
    for flags in [1, u32::MAX] {
        host.user_at(NULL, flags); // nothing comes of it but the events
    }
    host.user(&user);
    host.with_flags(&operation, &quota, 0x8000_0000);
    assert_eq!([&user, &operation, &quota].map(|request| request.verdict().error), [0, 0, 0]);
    host.release(user.verdict().context);
    assert_eq!((host.shutdown_with(4), host.balance()), (0, NOTHING));
    let logged: Vec<_> = host.log.events();
    let logged: Vec<_> = logged.iter().filter(|l| l.message == "reserved flags are not zero; ignored").collect();
    assert!(logged.iter().all(|logged| logged.level == Level::DEBUG));
    let said: Vec<_> = logged.iter().map(|l| (l.field("entry").unwrap(), l.field("flags").unwrap())).collect();
    let (one, high, all) = ("1", "2147483648", "4294967295");
    let asked = [("AuthzUser", one), ("AuthzUser", all), ("AuthzOperation", high), ("AuthzQueryQuota", high)];
    assert_eq!(said, [&asked[..], &[("Shutdown", "4")]].concat());
}
