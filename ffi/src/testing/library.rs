//! A plug-in as its library would be, without the library: the six entry points in this process.

#![expect(unsafe_code, reason = "entry points take pointers")]

use std::ffi::c_void;
use std::ptr;

use windows_sys::Win32::System::RemoteManagement::WSMAN_SENDER_DETAILS;
#[cfg(feature = "faults")]
use wsman_authz_core::fault::Fault;

use super::letter::Units;
use super::said::COMPLETIONS;
use crate::Plugin;
use crate::clock::Clock;
use crate::exported::Exported;
use crate::exports;

/// What `export_plugin!` makes of a type, with the test host's completion functions.
pub(crate) struct Library<P: Plugin> {
    exported: Exported<P>,
}

fn start(units: &Units) -> *const u16 {
    units.as_ref().map_or(ptr::null(), |units| units.as_ptr())
}

const fn pointer(context: usize) -> *const c_void {
    ptr::without_provenance(context)
}

impl<P: Plugin> Library<P> {
    /// Nothing runs yet.
    pub(crate) fn load(clock: Clock) -> Self {
        Self { exported: Exported::with_clock(COMPLETIONS, clock) }
    }

    /// The same with a mistake in its engine.
    #[cfg(feature = "faults")]
    pub(crate) fn with_fault(self, fault: Option<Fault>) -> Self {
        Self { exported: self.exported.with_fault(fault) }
    }

    pub(crate) const fn exported(&self) -> &Exported<P> {
        &self.exported
    }

    /// `WSManPluginStartup`: the error, and the plug-in context.
    pub(crate) fn startup(&self, flags: u32, identification: &Units, extra: &Units) -> (u32, usize) {
        let mut context = ptr::dangling_mut();
        // SAFETY: HA-02, HA-05: two texts with a NUL, and a place to write.
        let error =
            unsafe { exports::startup(&self.exported, flags, start(identification), start(extra), &raw mut context) };
        (error, context.addr())
    }

    /// `WSManPluginShutdown`.
    pub(crate) fn shutdown(&self, context: usize, flags: u32, reason: u32) -> u32 {
        exports::shutdown(&self.exported, pointer(context), flags, reason)
    }

    /// `WSManPluginAuthzUser`.
    ///
    /// # Safety
    /// HA-01, HA-02 and HA-04 hold for `details`, or it is NULL.
    pub(crate) unsafe fn user(&self, context: usize, details: *const WSMAN_SENDER_DETAILS, flags: u32) {
        // SAFETY: HA-01, HA-02, HA-04: the caller's promise.
        unsafe { exports::authorize_user(&self.exported, pointer(context), details, flags) };
    }

    /// `WSManPluginAuthzOperation`: number, action, resource.
    ///
    /// # Safety
    /// As for [`Library::user`].
    pub(crate) unsafe fn operation(
        &self,
        context: usize,
        details: *const WSMAN_SENDER_DETAILS,
        flags: u32,
        (number, action, resource): (u32, &Units, &Units),
    ) {
        let (action, resource) = (start(action), start(resource));
        // SAFETY: HA-01, HA-02, HA-04: the caller's promise; HA-03: both texts outlive the call.
        unsafe {
            exports::authorize_operation(&self.exported, pointer(context), details, flags, number, action, resource);
        }
    }

    /// `WSManPluginAuthzQueryQuota`.
    ///
    /// # Safety
    /// As for [`Library::user`].
    pub(crate) unsafe fn quota(&self, context: usize, details: *const WSMAN_SENDER_DETAILS, flags: u32) {
        // SAFETY: HA-01, HA-02, HA-04: the caller's promise.
        unsafe { exports::query_quota(&self.exported, pointer(context), details, flags) };
    }

    /// `WSManPluginAuthzReleaseContext`.
    pub(crate) fn release(&self, context: usize) {
        exports::release_context(&self.exported, pointer(context));
    }
}
