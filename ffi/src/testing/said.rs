//! The three completion functions of the test host: C values in, [`Said`] out, the host's answer back.

#![expect(unsafe_code, reason = "the plug-in passes pointers")]

use std::ffi::c_void;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::RemoteManagement::{WSMAN_AUTHZ_QUOTA, WSMAN_SENDER_DETAILS};
use windows_sys::core::{BOOL, PCWSTR};
use wsman_authz_core::call::{Quota, RequestKind};

use super::letter::hear;
use crate::completions::Completions;

/// What the plug-in said to a completion function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Which function.
    pub kind: RequestKind,
    /// `flags`.
    pub flags: u32,
    /// The context; 0 is NULL.
    pub context: usize,
    /// `impersonationToken`; 0 is NULL.
    pub token: usize,
    /// `userIsAdministrator`.
    pub administrator: bool,
    /// The quota, if it was not NULL.
    pub quota: Option<Quota>,
    /// `errorCode`; 0 is a yes.
    pub error: u32,
    /// `extendedErrorInformation`, if it was not NULL.
    pub text: Option<String>,
}

/// Who hears it.
pub(crate) trait Listener: Send + Sync {
    /// What the completion function returns: 0 if it takes what was said.
    fn hear(&self, said: Said) -> u32;
}

/// What the host's library would export.
pub(crate) const COMPLETIONS: Completions = Completions { user, operation, quota };

unsafe extern "system" fn user(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    context: *const c_void,
    token: HANDLE,
    administrator: BOOL,
    error: u32,
    extended: PCWSTR,
) -> u32 {
    let (kind, context, token, administrator) = (RequestKind::User, context.addr(), token.addr(), administrator != 0);
    // SAFETY: HA-02, in the other direction: the plug-in passes NULL or a text with a NUL.
    let text = unsafe { text(extended) };
    hear(details, Said { kind, flags, context, token, administrator, quota: None, error, text })
}

unsafe extern "system" fn operation(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    context: *const c_void,
    error: u32,
    extended: PCWSTR,
) -> u32 {
    let (kind, context) = (RequestKind::Operation, context.addr());
    // SAFETY: HA-02, in the other direction, as above.
    let text = unsafe { text(extended) };
    hear(details, Said { kind, flags, context, token: 0, administrator: false, quota: None, error, text })
}

unsafe extern "system" fn quota(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    quota: *const WSMAN_AUTHZ_QUOTA,
    error: u32,
    extended: PCWSTR,
) -> u32 {
    // SAFETY: HA-02, in the other direction, as above.
    let text = unsafe { text(extended) };
    // SAFETY: HA-07: the plug-in passes NULL or a quota that is valid until we return; it is copied.
    let quota = unsafe { quota.as_ref() }.map(|quota| Quota {
        shells: quota.maxAllowedConcurrentShells,
        operations: quota.maxAllowedConcurrentOperations,
        timeslot_s: quota.timeslotSize,
        per_timeslot: quota.maxAllowedOperationsPerTimeslot,
    });
    let (kind, context, token, administrator) = (RequestKind::Quota, 0, 0, false);
    hear(details, Said { kind, flags, context, token, administrator, quota, error, text })
}

/// Copies a text of the plug-in (HA-07); `None` for NULL.
///
/// # Safety
/// `start` is NULL or the start of a text that ends with a NUL.
unsafe fn text(start: PCWSTR) -> Option<String> {
    if start.is_null() {
        return None;
    }
    let mut units = Vec::new();
    for index in 0.. {
        // SAFETY: HA-02, in the other direction: no NUL came before `index`.
        match unsafe { start.wrapping_add(index).read() } {
            0 => break,
            unit => units.push(unit),
        }
    }
    Some(String::from_utf16_lossy(&units))
}
