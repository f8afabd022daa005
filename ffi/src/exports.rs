//! The six entry points. Only this file turns a call of the host into an input.
//!
//! `export_plugin!` writes the exports themselves into the plug-in's own crate: each ends here, inside the panic guard.

#![expect(unsafe_code, reason = "the host passes pointers")]

use std::ffi::c_void;
use std::ptr;

use windows_sys::Win32::System::RemoteManagement::WSMAN_SENDER_DETAILS;
use wsman_authz_core::code::{ERROR_INTERNAL_ERROR, ERROR_INVALID_PARAMETER, ERROR_SUCCESS};
use wsman_authz_core::{ApplicationId, Context, Sender as SenderId};

use crate::boundary::guard;
use crate::exported::Exported;
use crate::plugin::{ApplicationInfo, Plugin};
use crate::{decode, log};

/// `WSManPluginStartup`. `ERROR_INVALID_PARAMETER` for a NULL `plugin_context` or unreadable text.
///
/// # Safety
/// HA-02 holds for the texts and HA-05 for `plugin_context`.
pub unsafe fn startup<P: Plugin>(
    exported: &Exported<P>,
    flags: u32,
    identification: *const u16,
    extra: *const u16,
    plugin_context: *mut *mut c_void,
) -> u32 {
    guard("Startup", ERROR_INTERNAL_ERROR, || {
        if plugin_context.is_null() {
            log::bad_startup("pluginContext is NULL");
            return ERROR_INVALID_PARAMETER;
        }
        // SAFETY: HA-05: valid for one write; checked for NULL above.
        unsafe { plugin_context.write_unaligned(ptr::null_mut()) };
        // SAFETY: HA-02.
        let identification = unsafe { decode::text(identification) };
        // SAFETY: HA-02.
        let extra = unsafe { decode::text(extra) };
        let (Ok(identification), Ok(extra)) = (identification, extra) else {
            log::bad_startup("unreadable text");
            return ERROR_INVALID_PARAMETER;
        };
        let info = ApplicationInfo { identification: identification.unwrap_or_default(), extra, flags };
        match exported.runtime().startup(&info) {
            Ok(ApplicationId(number)) => {
                // SAFETY: HA-05: still inside Startup; checked for NULL above.
                unsafe { plugin_context.write_unaligned(ptr::without_provenance_mut(number as usize)) };
                ERROR_SUCCESS
            }
            Err(code) => code,
        }
    })
}

/// `WSManPluginShutdown`. `ERROR_INVALID_PARAMETER` for an application that does not run.
pub fn shutdown<P: Plugin>(exported: &Exported<P>, plugin_context: *const c_void, flags: u32, reason: u32) -> u32 {
    guard("Shutdown", ERROR_INTERNAL_ERROR, || {
        note_flags("Shutdown", flags);
        exported.runtime().shutdown(decode::application(plugin_context), reason)
    })
}

/// `WSManPluginAuthzUser`.
///
/// # Safety
/// `details` is NULL, or HA-01, HA-02 and HA-04 hold for it.
pub unsafe fn authorize_user<P: Plugin>(
    exported: &Exported<P>,
    plugin_context: *const c_void,
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
) {
    guard("AuthzUser", (), || {
        note_flags("AuthzUser", flags);
        let Some(id) = request_of(details, "AuthzUser") else { return };
        // SAFETY: HA-01, HA-02, HA-04; checked for NULL above.
        let question = unsafe { decode::sender(details) };
        exported.runtime().authorize_user(decode::application(plugin_context), id, question);
    });
}

/// `WSManPluginAuthzOperation`.
///
/// # Safety
/// `details` is NULL, or HA-01, HA-02 and HA-04 hold for it; HA-02 and HA-03 hold for the texts.
pub unsafe fn authorize_operation<P: Plugin>(
    exported: &Exported<P>,
    plugin_context: *const c_void,
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    operation: u32,
    action: *const u16,
    resource: *const u16,
) {
    guard("AuthzOperation", (), || {
        note_flags("AuthzOperation", flags);
        let Some(id) = request_of(details, "AuthzOperation") else { return };
        // SAFETY: HA-01, HA-02, HA-04; checked for NULL above.
        let sender = unsafe { decode::sender(details) };
        // SAFETY: HA-02, HA-03.
        let operation = unsafe { decode::operation(operation, action, resource) };
        let question = sender.and_then(|sender| Ok((sender, operation?)));
        exported.runtime().authorize_operation(decode::application(plugin_context), id, question);
    });
}

/// `WSManPluginAuthzQueryQuota`.
///
/// # Safety
/// `details` is NULL, or HA-01, HA-02 and HA-04 hold for it.
pub unsafe fn query_quota<P: Plugin>(
    exported: &Exported<P>,
    plugin_context: *const c_void,
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
) {
    guard("AuthzQueryQuota", (), || {
        note_flags("AuthzQueryQuota", flags);
        let Some(id) = request_of(details, "AuthzQueryQuota") else { return };
        // SAFETY: HA-01, HA-02, HA-04; checked for NULL above.
        let question = unsafe { decode::sender(details) };
        exported.runtime().query_quota(decode::application(plugin_context), id, question);
    });
}

/// `WSManPluginAuthzReleaseContext`. Any value is safe: it is looked up, not followed (CL-16).
pub fn release_context<P: Plugin>(exported: &Exported<P>, context: *const c_void) {
    guard("AuthzReleaseContext", (), || {
        exported.runtime().release(Context::new(context.addr() as u64));
    });
}

/// Flags are reserved. A host that sets one is heard all the same: what it means by it, a denial would not answer.
fn note_flags(entry: &'static str, flags: u32) {
    if flags != 0 {
        log::flags(entry, flags);
    }
}

/// The number under which a request is known. Without one it cannot be answered: NULL names no request.
fn request_of(details: *const WSMAN_SENDER_DETAILS, entry: &'static str) -> Option<SenderId> {
    let id = SenderId::new(details.expose_provenance() as u64);
    if id.is_none() {
        log::null_sender(entry);
    }
    id
}

/// Exports a [`Plugin`] type from a library: once, in a crate of type `cdylib`.
///
/// Writes the six undecorated functions that the host looks for. In the crate's own unit tests it writes nothing but
/// a check of the type, because the host's functions do not exist there.
///
/// ```no_run
/// use wsman_authz::{ApplicationInfo, OperationRequest, Plugin, StartError, UserRequest};
///
/// struct NobodyComesIn;
///
/// impl Plugin for NobodyComesIn {
///     type Context = ();
///     fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
///         Ok(Self)
///     }
///     fn authorize_user(&self, request: UserRequest<()>) {
///         request.deny();
///     }
///     fn authorize_operation(&self, request: OperationRequest<()>) {
///         request.deny();
///     }
/// }
///
/// wsman_authz::export_plugin!(NobodyComesIn);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! export_plugin {
    ($Policy:ty) => {
        const _: fn($crate::__private::Completions) -> $crate::__private::Exported<$Policy> =
            $crate::__private::Exported::new;

        #[cfg(not(test))]
        #[allow(non_snake_case, unsafe_code, clippy::missing_safety_doc)]
        const _: () = {
            use $crate::__private::{self as wsman, WSMAN_SENDER_DETAILS, c_void};

            const _: () = assert!(cfg!(panic = "unwind"), "CL-61: a plug-in must be built with panic = \"unwind\"");

            static PLUGIN: wsman::Exported<$Policy> = wsman::Exported::new(wsman::Completions {
                user: wsman::WSManPluginAuthzUserComplete,
                operation: wsman::WSManPluginAuthzOperationComplete,
                quota: wsman::WSManPluginAuthzQueryQuotaComplete,
            });

            #[unsafe(no_mangle)]
            unsafe extern "system" fn WSManPluginStartup(
                flags: u32,
                application_identification: *const u16,
                extra_info: *const u16,
                plugin_context: *mut *mut c_void,
            ) -> u32 {
                // SAFETY: HA-02, HA-05: the host called Startup.
                unsafe { wsman::startup(&PLUGIN, flags, application_identification, extra_info, plugin_context) }
            }

            #[unsafe(no_mangle)]
            extern "system" fn WSManPluginShutdown(plugin_context: *const c_void, flags: u32, reason: u32) -> u32 {
                wsman::shutdown(&PLUGIN, plugin_context, flags, reason)
            }

            #[unsafe(no_mangle)]
            unsafe extern "system" fn WSManPluginAuthzUser(
                plugin_context: *const c_void,
                sender_details: *const WSMAN_SENDER_DETAILS,
                flags: u32,
            ) {
                // SAFETY: HA-01, HA-02, HA-04: the host called AuthzUser.
                unsafe { wsman::authorize_user(&PLUGIN, plugin_context, sender_details, flags) }
            }

            #[unsafe(no_mangle)]
            unsafe extern "system" fn WSManPluginAuthzOperation(
                plugin_context: *const c_void,
                sender_details: *const WSMAN_SENDER_DETAILS,
                flags: u32,
                operation: u32,
                action: *const u16,
                resource_uri: *const u16,
            ) {
                // SAFETY: HA-01, HA-02, HA-03, HA-04: the host called AuthzOperation.
                unsafe {
                    wsman::authorize_operation(
                        &PLUGIN,
                        plugin_context,
                        sender_details,
                        flags,
                        operation,
                        action,
                        resource_uri,
                    )
                }
            }

            #[unsafe(no_mangle)]
            unsafe extern "system" fn WSManPluginAuthzQueryQuota(
                plugin_context: *const c_void,
                sender_details: *const WSMAN_SENDER_DETAILS,
                flags: u32,
            ) {
                // SAFETY: HA-01, HA-02, HA-04: the host called AuthzQueryQuota.
                unsafe { wsman::query_quota(&PLUGIN, plugin_context, sender_details, flags) }
            }

            #[unsafe(no_mangle)]
            extern "system" fn WSManPluginAuthzReleaseContext(context: *const c_void) {
                wsman::release_context(&PLUGIN, context)
            }
        };
    };
}
