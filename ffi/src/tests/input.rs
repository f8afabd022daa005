//! What a host should not pass, and that nobody comes in by it.

use std::ffi::c_void;
use std::ptr;

use super::host::{COMPLETIONS, Host, Request, wide};
use super::policy::Policy;
use crate::code::{ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER};
use crate::decode::MAX_UNITS;
use crate::exports::{self, Exported};

#[test]
fn a_null_sender_is_logged_and_ignored() {
    let host = Host::start();
    let context: *const c_void = ptr::without_provenance(host.application);
    // SAFETY: NULL is allowed.
    unsafe { exports::authorize_user(&host.plugin, context, ptr::null()) };
    // SAFETY: NULL is allowed.
    unsafe { exports::authorize_operation(&host.plugin, context, ptr::null(), 0, ptr::null(), ptr::null()) };
    // SAFETY: NULL is allowed.
    unsafe { exports::query_quota(&host.plugin, context, ptr::null()) };
    assert_eq!(host.balance(), (0, 0, 0));
}

#[test]
fn null_names_are_empty_ones() {
    let host = Host::start();
    let request = Request::of("x").without_names();
    host.user(&request);
    assert_eq!(request.verdict().error, 0);
}

#[test]
fn cl_71_a_user_whose_name_cannot_be_read_is_denied() {
    let host = Host::start();
    let names = [vec![0xD800, 0], vec![0x61, 0xDC00, 0], vec![0x61; MAX_UNITS + 2]];
    for name in names {
        let request = Request::raw(name.clone());
        host.user(&request);
        let said = request.verdict();
        assert_eq!((said.error, said.context, said.token), (ERROR_INVALID_PARAMETER, 0, 0));
        assert!(said.text.is_some());
        let (operation, quota) = (Request::raw(name.clone()), Request::raw(name));
        host.operation(&operation, "", "");
        host.quota(&quota);
        assert_eq!((operation.verdict().error, quota.verdict().error), (ERROR_ACCESS_DENIED, ERROR_ACCESS_DENIED));
    }
    assert_eq!(host.balance(), (0, 0, 0));
}

#[test]
fn cl_55_startup_refuses_what_it_cannot_understand() {
    let plugin = Exported::<Policy>::new(COMPLETIONS);
    let (name, bad) = (wide("wsman/x"), [0xD800, 0]);
    // SAFETY: NULL is allowed for `pluginContext`.
    let error = unsafe { exports::startup(&plugin, 0, name.as_ptr(), ptr::null(), ptr::null_mut()) };
    assert_eq!(error, ERROR_INVALID_PARAMETER);
    for (identification, extra) in [(name.as_ptr(), bad.as_ptr()), (bad.as_ptr(), ptr::null())] {
        let mut context = ptr::dangling_mut();
        // SAFETY: HA-02, HA-05 hold.
        let error = unsafe { exports::startup(&plugin, 0, identification, extra, &raw mut context) };
        assert_eq!((error, context.addr()), (ERROR_INVALID_PARAMETER, 0));
    }
}

#[test]
fn cl_54_before_startup_nothing_happens() {
    let host = Host { plugin: Exported::<Policy>::new(COMPLETIONS).into(), application: 1 };
    let request = Request::of("alice");
    host.user(&request);
    host.release(22);
    assert_eq!((host.shutdown(), request.is_open()), (ERROR_INVALID_PARAMETER, true));
}
