//! The error codes of the interface, under the names of the Windows headers.
//!
//! Values: `winerror.h` and `wsman.h`, as in windows-sys 0.61.

/// Success.
pub const ERROR_SUCCESS: u32 = 0;
/// The one code for "no": the user or the operation is denied (page `WSMAN_PLUGIN_AUTHORIZE_USER`).
pub const ERROR_ACCESS_DENIED: u32 = 5;
/// No room for another lease.
pub const ERROR_NOT_ENOUGH_MEMORY: u32 = 8;
/// The only documented error return of the completion functions.
pub const ERROR_INVALID_PARAMETER: u32 = 87;
/// The call belongs to an application that is shutting down.
pub const ERROR_OPERATION_ABORTED: u32 = 995;
/// Something that must not happen in the plug-in happened.
pub const ERROR_INTERNAL_ERROR: u32 = 1359;
/// Redirect: the text of the completion carries the new URL (CL-73). The pages call it
/// `ERROR_WSMAN_REDIRECT_REQUIRED`, a name that no header defines.
pub const ERROR_WSMAN_REDIRECT_REQUESTED: u32 = 0x8033_8199;
/// The policy asked for a redirect to something that is not an absolute http(s) URL (CL-73).
pub const ERROR_REDIRECT_LOCATION_INVALID: u32 = 0x8033_81B7;
