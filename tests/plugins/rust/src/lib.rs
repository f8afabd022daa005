//! What the plug-ins in Rust share: the C interface as it is, and an ordinary way to do each thing.
//!
//! There is no engine in it: no leases, no check of anything. A plug-in implements of [`Entries`] what it does
//! differently and calls [`export!`]. The rest is in the manner of Microsoft's sample: everybody may do everything, the
//! context is 22 for everyone, and the release does nothing.

use std::ffi::c_void;
use std::ptr;

use windows_sys::Win32::System::RemoteManagement::{
    WSMAN_AUTHZ_QUOTA, WSMAN_SENDER_DETAILS, WSManPluginAuthzOperationComplete, WSManPluginAuthzQueryQuotaComplete,
    WSManPluginAuthzUserComplete,
};

/// `ERROR_ACCESS_DENIED`.
const DENIED: u32 = 5;
/// The context of everybody. Opaque to the host.
pub const CONTEXT: usize = 22;

/// One request: the `senderDetails` pointer, which may go to another thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Request(*mut WSMAN_SENDER_DETAILS);

// SAFETY: HA-11: a request may be completed on any thread.
unsafe impl Send for Request {}

impl Request {
    /// The request behind the pointer that an entry point was given.
    #[must_use]
    pub const fn new(sender: *mut WSMAN_SENDER_DETAILS) -> Self {
        Self(sender)
    }

    /// The number at the end of a name such as `CORP\user12`; `None` if there is none. Only before the completion.
    #[must_use]
    pub fn user_number(self) -> Option<u32> {
        // SAFETY: HA-01: the host's structure, until the completion.
        let mut unit = unsafe { (*self.0).senderName };
        let mut digits = String::new();
        while !unit.is_null() {
            // SAFETY: HA-02: the string ends in NUL, where this loop ends too.
            let value = unsafe { unit.read() };
            match char::from_u32(value.into()) {
                Some('\0') | None => break,
                Some(digit) if digit.is_ascii_digit() => digits.push(digit),
                Some(_) => digits.clear(),
            }
            unit = unit.wrapping_add(1);
        }
        digits.parse().ok()
    }

    /// Yes to a user, as the client. Returns what the host returned.
    #[expect(clippy::must_use_candidate, reason = "few plug-ins look at it")]
    pub fn allow_user(self, context: usize) -> u32 {
        let context = ptr::with_exposed_provenance_mut(context);
        // SAFETY: HA-01: the host's structure, until the completion.
        let token = unsafe { (*self.0).clientToken };
        // SAFETY: HA-11: on any thread.
        unsafe { WSManPluginAuthzUserComplete(self.0, 0, context, token, 0, 0, ptr::null()) }
    }

    /// No to a user.
    #[expect(clippy::must_use_candidate, reason = "few plug-ins look at it")]
    pub fn deny_user(self) -> u32 {
        // SAFETY: HA-11: on any thread.
        unsafe { WSManPluginAuthzUserComplete(self.0, 0, ptr::null_mut(), ptr::null_mut(), 0, DENIED, ptr::null()) }
    }

    /// Yes to an operation.
    #[expect(clippy::must_use_candidate, reason = "few plug-ins look at it")]
    pub fn allow_operation(self, context: usize) -> u32 {
        let context = ptr::with_exposed_provenance_mut(context);
        // SAFETY: HA-11: on any thread.
        unsafe { WSManPluginAuthzOperationComplete(self.0, 0, context, 0, ptr::null()) }
    }

    /// No to an operation.
    #[expect(clippy::must_use_candidate, reason = "few plug-ins look at it")]
    pub fn deny_operation(self) -> u32 {
        // SAFETY: HA-11: on any thread.
        unsafe { WSManPluginAuthzOperationComplete(self.0, 0, ptr::null_mut(), DENIED, ptr::null()) }
    }

    /// The quota of the sample.
    #[expect(clippy::must_use_candidate, reason = "few plug-ins look at it")]
    pub fn answer_quota(self) -> u32 {
        let quota = WSMAN_AUTHZ_QUOTA {
            maxAllowedConcurrentShells: 2,
            maxAllowedConcurrentOperations: 2,
            timeslotSize: 60,
            maxAllowedOperationsPerTimeslot: 10,
        };
        // SAFETY: HA-07: the host copies the quota before it returns.
        unsafe { WSManPluginAuthzQueryQuotaComplete(self.0, 0, &raw const quota, 0, ptr::null()) }
    }
}

/// The six entry points. A plug-in writes those that it does in its own way.
pub trait Entries {
    /// `WSManPluginStartup`.
    fn startup() -> u32 {
        0
    }

    /// `WSManPluginShutdown`.
    fn shutdown() {}

    /// `WSManPluginAuthzUser`.
    fn authorize_user(request: Request) {
        request.allow_user(CONTEXT);
    }

    /// `WSManPluginAuthzOperation`.
    fn authorize_operation(request: Request) {
        request.allow_operation(CONTEXT);
    }

    /// `WSManPluginAuthzQueryQuota`.
    fn query_quota(request: Request) {
        request.answer_quota();
    }

    /// `WSManPluginAuthzReleaseContext`.
    fn release(context: usize) {
        let _ = context;
    }
}

/// The value of a context that the host gives back.
#[must_use]
pub fn context_value(context: *mut c_void) -> usize {
    context.expose_provenance()
}

/// What [`export!`] needs.
#[doc(hidden)]
pub use windows_sys::Win32::System::RemoteManagement::WSMAN_SENDER_DETAILS as SenderDetails;

/// Exports the six entry points of a type that implements [`Entries`].
///
/// With `"system"` a panic aborts the process where it would leave the library. With `"system-unwind"` it does leave
/// it, as an exception of C++ does.
#[macro_export]
macro_rules! export {
    ($Plugin:ty) => {
        $crate::export!($Plugin, "system");
    };
    ($Plugin:ty, $abi:literal) => {
        #[unsafe(no_mangle)]
        extern $abi fn WSManPluginStartup(_: u32, _: *const u16, _: *const u16, _: *mut *mut ::std::ffi::c_void) -> u32 {
            <$Plugin as $crate::Entries>::startup()
        }

        #[unsafe(no_mangle)]
        extern $abi fn WSManPluginShutdown(_: *mut ::std::ffi::c_void, _: u32, _: u32) -> u32 {
            <$Plugin as $crate::Entries>::shutdown();
            0
        }

        #[unsafe(no_mangle)]
        extern $abi fn WSManPluginAuthzUser(_: *mut ::std::ffi::c_void, sender: *mut $crate::SenderDetails, _: u32) {
            <$Plugin as $crate::Entries>::authorize_user($crate::Request::new(sender));
        }

        #[unsafe(no_mangle)]
        extern $abi fn WSManPluginAuthzOperation(
            _: *mut ::std::ffi::c_void,
            sender: *mut $crate::SenderDetails,
            _: u32,
            _: u32,
            _: *const u16,
            _: *const u16,
        ) {
            <$Plugin as $crate::Entries>::authorize_operation($crate::Request::new(sender));
        }

        #[unsafe(no_mangle)]
        extern $abi fn WSManPluginAuthzQueryQuota(_: *mut ::std::ffi::c_void, sender: *mut $crate::SenderDetails, _: u32) {
            <$Plugin as $crate::Entries>::query_quota($crate::Request::new(sender));
        }

        #[unsafe(no_mangle)]
        extern $abi fn WSManPluginAuthzReleaseContext(context: *mut ::std::ffi::c_void) {
            <$Plugin as $crate::Entries>::release($crate::context_value(context));
        }
    };
}
