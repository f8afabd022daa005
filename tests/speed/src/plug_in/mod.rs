//! The C boundary: one host, and the exports of three plug-ins in this process.
//!
//! ```text
//! host side ──▶ WSManPluginAuthzOperation ──▶ policy says yes, with a fresh payload
//!     ▲                                            │
//!     └── WSManPluginAuthzOperationComplete ◀──────┘     the letter takes down the context
//! host side ──▶ WSManPluginAuthzReleaseContext ──▶ the payload is dropped
//! ```

mod by_hand;
mod completions;
mod host;
mod policy;
mod shipped;

pub use by_hand::{ByHand, Named};
pub use host::HostSide;
pub use shipped::Shipped;

use std::ffi::c_void;

use windows_sys::Win32::System::RemoteManagement::WSMAN_SENDER_DETAILS;

/// The entry points of a plug-in that a host calls here, as it finds them in a library.
#[derive(Clone, Copy, Debug)]
pub struct Exports {
    /// `WSManPluginStartup`.
    pub startup: unsafe extern "system" fn(u32, *const u16, *const u16, *mut *mut c_void) -> u32,
    /// `WSManPluginShutdown`.
    pub shutdown: unsafe extern "system" fn(*const c_void, u32, u32) -> u32,
    /// `WSManPluginAuthzUser`.
    pub user: unsafe extern "system" fn(*const c_void, *const WSMAN_SENDER_DETAILS, u32),
    /// `WSManPluginAuthzOperation`.
    pub operation:
        unsafe extern "system" fn(*const c_void, *const WSMAN_SENDER_DETAILS, u32, u32, *const u16, *const u16),
    /// `WSManPluginAuthzReleaseContext`.
    pub release: unsafe extern "system" fn(*const c_void),
}

/// A plug-in of this process.
pub trait Library {
    /// Its entry points.
    const EXPORTS: Exports;
}
