//! The six entry points of the host, forwarded by the author's exports.

#![expect(unsafe_code, reason = "the host passes pointers")]

use std::ffi::c_void;

use windows_sys::Win32::System::RemoteManagement::WSMAN_AUTHZ_QUOTA;
use wsman_authz::__private::{self as plugin, WSMAN_SENDER_DETAILS, guard};
use wsman_authz::code::{ERROR_INTERNAL_ERROR, ERROR_INVALID_PARAMETER};

use crate::policy::{LogLevel, Policy};
use crate::question::Unit;
use crate::{engines, log};

/// `DWORD`; in the header `wsman_authz_dword`.
pub type Dword = u32;

/// What the host calls the client of a request.
pub type SenderDetails = WSMAN_SENDER_DETAILS;

/// `WSManPluginAuthzUserComplete`; in the header `wsman_authz_user_complete`.
pub type UserComplete = Option<
    unsafe extern "system" fn(
        *const SenderDetails,
        Dword,
        *const c_void,
        *mut c_void,
        i32,
        Dword,
        *const Unit,
    ) -> Dword,
>;

/// `WSManPluginAuthzOperationComplete`; in the header `wsman_authz_operation_complete`.
pub type OperationComplete =
    Option<unsafe extern "system" fn(*const SenderDetails, Dword, *const c_void, Dword, *const Unit) -> Dword>;

/// `WSManPluginAuthzQueryQuotaComplete`; in the header `wsman_authz_quota_complete`.
pub type QuotaComplete = Option<
    unsafe extern "system" fn(*const SenderDetails, Dword, *const WSMAN_AUTHZ_QUOTA, Dword, *const Unit) -> Dword,
>;

/// The three functions of the host by which a plug-in answers. WSMAN_AUTHZ_EXPORT_PLUGIN fills it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Completions {
    /// WSManPluginAuthzUserComplete.
    pub user: UserComplete,
    /// WSManPluginAuthzOperationComplete.
    pub operation: OperationComplete,
    /// WSManPluginAuthzQueryQuotaComplete.
    pub quota: QuotaComplete,
}

impl Completions {
    /// What the engine calls; `None` if one is missing.
    ///
    /// # Safety
    /// CA-04 holds for `completions`.
    unsafe fn read(completions: *const Self) -> Option<plugin::Completions> {
        // SAFETY: CA-04: NULL, or valid for reads.
        let given = unsafe { completions.as_ref() }?;
        Some(plugin::Completions { user: given.user?, operation: given.operation?, quota: given.quota? })
    }
}

/// WSManPluginStartup: starts an application.
///
/// Returns an error code of Windows: 0; ERROR_INVALID_PARAMETER (87) for a NULL `plugin_context`, an unreadable text,
/// `completions` that lack a function, or a policy that wsman_authz_check_policy refuses; ERROR_ALREADY_EXISTS (183)
/// for an application that runs; ERROR_NOT_ENOUGH_MEMORY (8); ERROR_INTERNAL_ERROR (1359); or what `start` returned.
///
/// # Safety
/// CA-01, CA-02, CA-04, CA-07.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_plugin_startup(
    policy: *const Policy,
    completions: *const Completions,
    flags: Dword,
    application_identification: *const Unit,
    extra_info: *const Unit,
    plugin_context: *mut *mut c_void,
) -> Dword {
    guard("Startup", ERROR_INTERNAL_ERROR, || {
        // SAFETY: CA-01.
        let Ok(table) = (unsafe { Policy::read(policy) }) else { return ERROR_INVALID_PARAMETER };
        // SAFETY: CA-04.
        let Some(completions) = (unsafe { Completions::read(completions) }) else {
            log::tell(table.log, LogLevel::Error, "Startup without the host's completion functions; refused");
            return ERROR_INVALID_PARAMETER;
        };
        engines::start(policy, table, completions).during(|exported| {
            // SAFETY: CA-07, HA-02, HA-05.
            unsafe { plugin::startup(exported, flags, application_identification, extra_info, plugin_context) }
        })
    })
}

/// WSManPluginShutdown: ends an application. Denies what is unanswered, calls `shutdown`, drops every payload, waits
/// until everything is out (at most 2 seconds for a callback that does not return), calls `drop_state`.
///
/// Returns an error code of Windows: 0; ERROR_INVALID_PARAMETER (87) for an application that does not run;
/// ERROR_INTERNAL_ERROR (1359).
#[unsafe(no_mangle)]
pub extern "C" fn wsman_authz_plugin_shutdown(
    policy: *const Policy,
    plugin_context: *mut c_void,
    flags: Dword,
    reason: Dword,
) -> Dword {
    guard("Shutdown", ERROR_INTERNAL_ERROR, || match engines::find(policy) {
        Some(engine) => engine.during(|exported| plugin::shutdown(exported, plugin_context, flags, reason)),
        None => ERROR_INVALID_PARAMETER, // CL-55
    })
}

/// WSManPluginAuthzUser: puts a question to `authorize_user`.
///
/// # Safety
/// CA-07.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_plugin_authorize_user(
    policy: *const Policy,
    plugin_context: *mut c_void,
    sender_details: *mut SenderDetails,
    flags: Dword,
) {
    guard("AuthzUser", (), || {
        let Some(engine) = engines::find(policy) else { return }; // CL-54: no application of it ever ran
        engine.during(|exported| {
            // SAFETY: CA-07, HA-01, HA-02, HA-04.
            unsafe { plugin::authorize_user(exported, plugin_context, sender_details, flags) };
        });
    });
}

/// WSManPluginAuthzOperation: puts a question to `authorize_operation`.
///
/// # Safety
/// CA-07.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_plugin_authorize_operation(
    policy: *const Policy,
    plugin_context: *mut c_void,
    sender_details: *mut SenderDetails,
    flags: Dword,
    operation: Dword,
    action: *const Unit,
    resource_uri: *const Unit,
) {
    guard("AuthzOperation", (), || {
        let Some(engine) = engines::find(policy) else { return }; // CL-54
        engine.during(|exported| {
            let details = sender_details;
            // SAFETY: CA-07, HA-01, HA-02, HA-03, HA-04.
            unsafe {
                plugin::authorize_operation(exported, plugin_context, details, flags, operation, action, resource_uri);
            }
        });
    });
}

/// WSManPluginAuthzQueryQuota: puts a question to `query_quota`.
///
/// # Safety
/// CA-07.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_plugin_query_quota(
    policy: *const Policy,
    plugin_context: *mut c_void,
    sender_details: *mut SenderDetails,
    flags: Dword,
) {
    guard("AuthzQueryQuota", (), || {
        let Some(engine) = engines::find(policy) else { return }; // CL-54
        engine.during(|exported| {
            // SAFETY: CA-07, HA-01, HA-02, HA-04.
            unsafe { plugin::query_quota(exported, plugin_context, sender_details, flags) };
        });
    });
}

/// WSManPluginAuthzReleaseContext: ends a lease, and its payload if it was the last on it. Any value is safe: it is
/// looked up, not followed. One that is no live lease changes nothing and is counted as misuse (CL-16).
#[unsafe(no_mangle)]
pub extern "C" fn wsman_authz_plugin_release_context(policy: *const Policy, context: *mut c_void) {
    guard("AuthzReleaseContext", (), || {
        if let Some(engine) = engines::find(policy) {
            engine.during(|exported| plugin::release_context(exported, context));
        }
    });
}
