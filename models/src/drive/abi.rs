//! The C interface as the host sees it, written from the documentation and not shared with the plug-in side.

use std::ffi::c_void;
use std::mem::offset_of;

use windows_sys::Win32::System::RemoteManagement::{WSMAN_AUTHZ_QUOTA, WSMAN_SENDER_DETAILS};

/// `WSMAN_SENDER_DETAILS`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(super) struct SenderDetails {
    pub(super) sender_name: *const u16,
    pub(super) authentication_mechanism: *const u16,
    pub(super) certificate_details: *const c_void,
    pub(super) client_token: *mut c_void,
    pub(super) http_url: *const u16,
}

/// `WSMAN_AUTHZ_QUOTA`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(super) struct AuthzQuota {
    pub(super) max_allowed_concurrent_shells: u32,
    pub(super) max_allowed_concurrent_operations: u32,
    pub(super) timeslot_size: u32,
    pub(super) max_allowed_operations_per_timeslot: u32,
}

// The headers say the same, as `windows-sys` read them. (Its users are the plug-in side, and mingw-w64's headers are
// compared with it.)
const _: () = {
    assert!(size_of::<SenderDetails>() == 40 && size_of::<AuthzQuota>() == 16);
    assert!(size_of::<WSMAN_SENDER_DETAILS>() == 40 && size_of::<WSMAN_AUTHZ_QUOTA>() == 16);
    assert!(offset_of!(SenderDetails, sender_name) == offset_of!(WSMAN_SENDER_DETAILS, senderName));
    assert!(
        offset_of!(SenderDetails, authentication_mechanism)
            == offset_of!(WSMAN_SENDER_DETAILS, authenticationMechanism)
    );
    assert!(offset_of!(SenderDetails, certificate_details) == offset_of!(WSMAN_SENDER_DETAILS, certificateDetails));
    assert!(offset_of!(SenderDetails, client_token) == offset_of!(WSMAN_SENDER_DETAILS, clientToken));
    assert!(offset_of!(SenderDetails, http_url) == offset_of!(WSMAN_SENDER_DETAILS, httpURL));
    let ours = [
        offset_of!(AuthzQuota, max_allowed_concurrent_shells),
        offset_of!(AuthzQuota, max_allowed_concurrent_operations),
        offset_of!(AuthzQuota, timeslot_size),
        offset_of!(AuthzQuota, max_allowed_operations_per_timeslot),
    ];
    let theirs = [
        offset_of!(WSMAN_AUTHZ_QUOTA, maxAllowedConcurrentShells),
        offset_of!(WSMAN_AUTHZ_QUOTA, maxAllowedConcurrentOperations),
        offset_of!(WSMAN_AUTHZ_QUOTA, timeslotSize),
        offset_of!(WSMAN_AUTHZ_QUOTA, maxAllowedOperationsPerTimeslot),
    ];
    assert!(ours[0] == theirs[0] && ours[1] == theirs[1] && ours[2] == theirs[2] && ours[3] == theirs[3]);
};

/// May unwind as far as the types go, so that a plug-in that does it can be named (CL-61).
pub(super) type Startup = unsafe extern "system-unwind" fn(u32, *const u16, *const u16, *mut *mut c_void) -> u32;
pub(super) type Shutdown = unsafe extern "system-unwind" fn(*mut c_void, u32, u32) -> u32;
pub(super) type AuthzUser = unsafe extern "system-unwind" fn(*mut c_void, *mut SenderDetails, u32);
pub(super) type AuthzOperation =
    unsafe extern "system-unwind" fn(*mut c_void, *mut SenderDetails, u32, u32, *const u16, *const u16);
pub(super) type AuthzQueryQuota = unsafe extern "system-unwind" fn(*mut c_void, *mut SenderDetails, u32);
pub(super) type AuthzReleaseContext = unsafe extern "system-unwind" fn(*mut c_void);
