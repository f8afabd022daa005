//! What a host exports to plug-ins: here the three completion functions take down the context and say yes.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::RemoteManagement::{WSMAN_AUTHZ_QUOTA, WSMAN_SENDER_DETAILS};
use windows_sys::core::{BOOL, PCWSTR};

/// The memory behind `senderDetails`, and what was said to it. The structure comes first: its address is the letter's.
/// Letters of two threads share no line of the cache.
#[repr(C, align(128))]
pub(super) struct Letter {
    details: WSMAN_SENDER_DETAILS,
    said: Cell<Option<(*const c_void, u32)>>,
    name: Vec<u16>,
    mechanism: Vec<u16>,
}

impl Letter {
    pub(super) fn new(name: &str, mechanism: &str) -> Self {
        let (name, mechanism) = (wide(name), wide(mechanism));
        let details = WSMAN_SENDER_DETAILS {
            senderName: name.as_ptr(),
            authenticationMechanism: mechanism.as_ptr(),
            certificateDetails: ptr::null_mut(),
            clientToken: ptr::without_provenance_mut(0x51),
            httpURL: ptr::null(),
        };
        Self { details, said: Cell::new(None), name, mechanism }
    }

    /// `senderDetails`. It may be followed to the whole letter.
    pub(super) fn pointer(&self) -> *const WSMAN_SENDER_DETAILS {
        ptr::from_ref(self).cast()
    }

    /// The context that was reported.
    ///
    /// # Panics
    /// If nothing was said, or no.
    pub(super) fn take(&self) -> *const c_void {
        let (context, error) = self.said.take().expect("the plug-in answers at once");
        assert_eq!(error, 0, "a policy that always says yes, to {}", String::from_utf16_lossy(&self.name));
        context
    }

    fn hear(details: *const WSMAN_SENDER_DETAILS, context: *const c_void, error: u32) -> u32 {
        // SAFETY: plug-ins here pass back what `pointer` gave them, on the thread that asks, while the letter is
        // borrowed for the call.
        let letter = unsafe { &*details.cast::<Self>() };
        letter.said.set(Some((context, error)));
        0
    }
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter").field("name", &self.name).field("mechanism", &self.mechanism).finish_non_exhaustive()
    }
}

/// A text with its NUL.
pub(super) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

// The names are those that the plug-ins of this process are linked against.

#[unsafe(no_mangle)]
pub(super) extern "system" fn WSManPluginAuthzUserComplete(
    details: *const WSMAN_SENDER_DETAILS,
    _flags: u32,
    context: *const c_void,
    _token: HANDLE,
    _administrator: BOOL,
    error: u32,
    _extended: PCWSTR,
) -> u32 {
    Letter::hear(details, context, error)
}

#[unsafe(no_mangle)]
pub(super) extern "system" fn WSManPluginAuthzOperationComplete(
    details: *const WSMAN_SENDER_DETAILS,
    _flags: u32,
    context: *const c_void,
    error: u32,
    _extended: PCWSTR,
) -> u32 {
    Letter::hear(details, context, error)
}

#[unsafe(no_mangle)]
pub(super) extern "system" fn WSManPluginAuthzQueryQuotaComplete(
    details: *const WSMAN_SENDER_DETAILS,
    _flags: u32,
    _quota: *const WSMAN_AUTHZ_QUOTA,
    error: u32,
    _extended: PCWSTR,
) -> u32 {
    Letter::hear(details, ptr::null(), error)
}
