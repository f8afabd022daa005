//! The same exports as somebody would write them who trusts the host: a context is a pointer, and a release follows it.
//!
//! Twice: one that does not even read who asks, which is the least that can be done, and one that does. (A policy that
//! authorizes operations must, for the host does not pass the user's context.)

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use parking_lot::Mutex;
use windows_sys::Win32::System::RemoteManagement::WSMAN_SENDER_DETAILS;
use wsman_authz_core::UserName;

use super::completions::{WSManPluginAuthzOperationComplete, WSManPluginAuthzUserComplete};
use super::policy::fresh;
use super::{Exports, Library};
use crate::leases::Counted;

/// Reads nothing, checks nothing.
#[derive(Debug)]
pub struct ByHand;

/// Reads who asks, and denies whom it does not know.
#[derive(Debug)]
pub struct Named;

impl Library for ByHand {
    const EXPORTS: Exports = Exports { startup, shutdown, user, operation, release };
}

impl Library for Named {
    const EXPORTS: Exports = Exports { startup, shutdown, user: user_by_name, operation: operation_by_name, release };
}

const ERROR_ACCESS_DENIED: u32 = 5;

/// Whom [`Named`] let in, with how often.
static KNOWN: Mutex<Option<hashbrown::HashMap<UserName, u64, foldhash::fast::FixedState>>> = Mutex::new(None);

fn context() -> *const c_void {
    Counted::leak(fresh()).as_ptr().cast()
}

unsafe extern "system" fn startup(_: u32, _: *const u16, _: *const u16, application: *mut *mut c_void) -> u32 {
    // SAFETY: the host gives a place to write.
    unsafe { application.write(ptr::without_provenance_mut(1)) };
    0
}

unsafe extern "system" fn shutdown(_: *const c_void, _: u32, _: u32) -> u32 {
    0
}

unsafe extern "system" fn user(_: *const c_void, details: *const WSMAN_SENDER_DETAILS, _: u32) {
    WSManPluginAuthzUserComplete(details, 0, context(), ptr::null_mut(), 0, 0, ptr::null());
}

unsafe extern "system" fn operation(
    _: *const c_void,
    details: *const WSMAN_SENDER_DETAILS,
    _: u32,
    _: u32,
    _: *const u16,
    _: *const u16,
) {
    WSManPluginAuthzOperationComplete(details, 0, context(), 0, ptr::null());
}

unsafe extern "system" fn release(context: *const c_void) {
    if let Some(counted) = NonNull::new(context.cast_mut().cast::<Counted>()) {
        // SAFETY: trust: the host releases each context once, and only contexts.
        unsafe { Counted::release(counted) };
    }
}

unsafe extern "system" fn user_by_name(_: *const c_void, details: *const WSMAN_SENDER_DETAILS, _: u32) {
    // SAFETY: the host says who asks, in memory that it keeps until it has its answer.
    let user = unsafe { read_user(details) };
    *KNOWN.lock().get_or_insert_default().entry(user).or_default() += 1;
    WSManPluginAuthzUserComplete(details, 0, context(), ptr::null_mut(), 0, 0, ptr::null());
}

unsafe extern "system" fn operation_by_name(
    _: *const c_void,
    details: *const WSMAN_SENDER_DETAILS,
    _: u32,
    _: u32,
    _: *const u16,
    _: *const u16,
) {
    // SAFETY: as for a user.
    let user = unsafe { read_user(details) };
    let is_known = KNOWN.lock().as_ref().is_some_and(|known| known.contains_key(&user));
    let (context, error) = if is_known { (context(), 0) } else { (ptr::null(), ERROR_ACCESS_DENIED) };
    WSManPluginAuthzOperationComplete(details, 0, context, error, ptr::null());
}

/// Who asks.
///
/// # Safety
/// `details` leads to a sender with two texts.
unsafe fn read_user(details: *const WSMAN_SENDER_DETAILS) -> UserName {
    // SAFETY: the caller's promise.
    let details = unsafe { &*details };
    // SAFETY: the caller's promise.
    let mechanism = unsafe { read(details.authenticationMechanism) };
    // SAFETY: the caller's promise.
    let name = unsafe { read(details.senderName) };
    UserName::new(&mechanism, &name)
}

/// # Safety
/// `text` ends with a NUL.
unsafe fn read(text: *const u16) -> String {
    let mut length = 0;
    // SAFETY: the caller's promise: no NUL came before.
    while unsafe { text.wrapping_add(length).read() } != 0 {
        length += 1;
    }
    // SAFETY: so many units are there.
    String::from_utf16_lossy(unsafe { std::slice::from_raw_parts(text, length) })
}
