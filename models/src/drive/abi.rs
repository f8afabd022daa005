//! The C interface as the host sees it, written from the documentation and not shared with the plug-in side.

use std::ffi::c_void;

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

const _: () = assert!(size_of::<SenderDetails>() == 40 && size_of::<AuthzQuota>() == 16);

pub(super) type Startup = unsafe extern "system" fn(u32, *const u16, *const u16, *mut *mut c_void) -> u32;
pub(super) type Shutdown = unsafe extern "system" fn(*mut c_void, u32, u32) -> u32;
pub(super) type AuthzUser = unsafe extern "system" fn(*mut c_void, *mut SenderDetails, u32);
pub(super) type AuthzOperation =
    unsafe extern "system" fn(*mut c_void, *mut SenderDetails, u32, u32, *const u16, *const u16);
pub(super) type AuthzQueryQuota = unsafe extern "system" fn(*mut c_void, *mut SenderDetails, u32);
pub(super) type AuthzReleaseContext = unsafe extern "system" fn(*mut c_void);
