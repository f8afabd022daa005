//! The three functions that the host provides. A thin layer: C values in, [`Said`] out, the host's answer back.
//!
//! A plug-in library finds them as dynamic symbols of this executable (see `build.rs`); on Windows a `wsmsvc.dll`
//! forwards to them.

use std::borrow::Cow;
use std::ffi::c_void;

use wsman_authz_core::call::{Quota, RequestKind};
use wsman_authz_core::code::ERROR_INVALID_PARAMETER;

use super::abi::{AuthzQuota, SenderDetails};
use super::stand::{self, Said};

/// Longest error text that is looked at, in UTF-16 units.
const TEXT: usize = 1 << 12;

/// Host function: the plug-in's answer about a user.
///
/// # Safety
/// As documented for the interface: `extended` is NULL or NUL-terminated, see [`text`].
#[unsafe(no_mangle)]
pub(super) unsafe extern "system" fn WSManPluginAuthzUserComplete(
    sender: *mut SenderDetails,
    flags: u32,
    context: *mut c_void,
    impersonation_token: *mut c_void,
    administrator: i32,
    error: u32,
    extended: *const u16,
) -> u32 {
    let said = Said {
        flags,
        context: context.addr(),
        token: impersonation_token.addr(),
        administrator: administrator != 0,
        // SAFETY: the caller's promise.
        extended: unsafe { text(extended) },
        ..Said::new(RequestKind::User, sender.addr(), error)
    };
    answer(said)
}

/// Host function: the plug-in's answer about an operation.
///
/// # Safety
/// As documented for the interface: `extended` is NULL or NUL-terminated, see [`text`].
#[unsafe(no_mangle)]
pub(super) unsafe extern "system" fn WSManPluginAuthzOperationComplete(
    sender: *mut SenderDetails,
    flags: u32,
    context: *mut c_void,
    error: u32,
    extended: *const u16,
) -> u32 {
    let said = Said {
        flags,
        context: context.addr(),
        // SAFETY: the caller's promise.
        extended: unsafe { text(extended) },
        ..Said::new(RequestKind::Operation, sender.addr(), error)
    };
    answer(said)
}

/// Host function: the plug-in's answer about a quota.
///
/// # Safety
/// As documented for the interface: `extended` is NULL or NUL-terminated, `quota` NULL or a quota.
#[unsafe(no_mangle)]
pub(super) unsafe extern "system" fn WSManPluginAuthzQueryQuotaComplete(
    sender: *mut SenderDetails,
    flags: u32,
    quota: *const AuthzQuota,
    error: u32,
    extended: *const u16,
) -> u32 {
    let said = Said {
        flags,
        // SAFETY: the caller's promise; copied before we return (HA-07).
        quota: unsafe { quota.as_ref() }.map(|quota| Quota {
            shells: quota.max_allowed_concurrent_shells,
            operations: quota.max_allowed_concurrent_operations,
            timeslot_s: quota.timeslot_size,
            per_timeslot: quota.max_allowed_operations_per_timeslot,
        }),
        // SAFETY: the caller's promise.
        extended: unsafe { text(extended) },
        ..Said::new(RequestKind::Quota, sender.addr(), error)
    };
    answer(said)
}

/// A panic must not cross into the plug-in: the panic hook has noted it, and the run is over.
fn answer(said: Said) -> u32 {
    std::panic::catch_unwind(|| stand::hear(said)).unwrap_or(ERROR_INVALID_PARAMETER)
}

/// Copies a text of the plug-in before the completion returns (HA-07); `None` for NULL.
///
/// # Safety
/// `start` is NULL, or readable up to a NUL unit or up to [`TEXT`] units, whichever comes first.
unsafe fn text(start: *const u16) -> Option<Cow<'static, str>> {
    if start.is_null() {
        return None;
    }
    let mut units = Vec::new();
    for offset in 0..TEXT {
        // SAFETY: within what the caller promised; C does not promise alignment, so none is assumed.
        let unit = unsafe { start.wrapping_add(offset).read_unaligned() };
        if unit == 0 {
            break;
        }
        units.push(unit);
    }
    Some(String::from_utf16_lossy(&units).into())
}

/// Keeps the linker from dropping functions that only a library refers to.
pub(super) fn keep() {
    std::hint::black_box([
        WSManPluginAuthzUserComplete as *const (),
        WSManPluginAuthzOperationComplete as *const (),
        WSManPluginAuthzQueryQuotaComplete as *const (),
    ]);
}
