//! Windows tokens: the client's, which is only lent, and those that a policy hands over.
//!
//! On other systems a token is a number without a resource behind it: it is passed on, and closing it does nothing.

use std::ffi::c_void;
use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::num::NonZeroU64;

use wsman_authz_core::Token;

/// The client's token, lent by the host until the request is answered (HA-06): by you, or by the engine if you are
/// overdue or the application shuts down. It cannot be closed. Duplicate it before you put the request aside.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientToken<'a> {
    value: NonZeroU64,
    lent: PhantomData<&'a ()>,
}

impl ClientToken<'_> {
    pub(crate) const fn new(value: NonZeroU64) -> Self {
        Self { value, lent: PhantomData }
    }

    /// The `HANDLE`, for a look at the token.
    #[must_use]
    pub const fn as_raw(self) -> *mut c_void {
        std::ptr::without_provenance_mut(self.value.get() as usize)
    }
}

impl fmt::Debug for ClientToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientToken({:#x})", self.value)
    }
}

/// A token of the policy's own. Given to the host with a grant, it belongs to the host once that was accepted
/// (HA-12); otherwise it is closed, once (CL-74).
pub struct OwnedToken(NonZeroU64);

impl OwnedToken {
    /// Takes over a token by its `HANDLE`; `None` for NULL.
    ///
    /// # Safety
    /// `handle` is an open token that nobody else will close.
    #[must_use]
    #[expect(unsafe_code, reason = "the caller vouches for the ownership of the handle")]
    pub unsafe fn from_raw(handle: *mut c_void) -> Option<Self> {
        NonZeroU64::new(handle.addr() as u64).map(Self)
    }

    /// Takes over a token; `None` for NULL.
    #[cfg(windows)]
    #[must_use]
    pub fn from_handle(handle: std::os::windows::io::OwnedHandle) -> Option<Self> {
        use std::os::windows::io::IntoRawHandle;
        NonZeroU64::new(handle.into_raw_handle().addr() as u64).map(Self)
    }

    /// The `HANDLE`, still owned.
    #[must_use]
    pub const fn as_raw(&self) -> *mut c_void {
        std::ptr::without_provenance_mut(self.0.get() as usize)
    }

    /// Gives the ownership to the engine.
    pub(crate) fn into_core(self) -> Token {
        let value = self.0.get();
        mem::forget(self);
        Token(value)
    }
}

impl Drop for OwnedToken {
    fn drop(&mut self) {
        close(Token(self.0.get())); // CL-74
    }
}

impl fmt::Debug for OwnedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedToken({:#x})", self.0)
    }
}

/// Closes a token that the host did not take.
#[cfg(all(windows, not(test)))]
#[expect(unsafe_code, reason = "a call of the system")]
pub(crate) fn close(token: Token) {
    let handle = std::ptr::without_provenance_mut(token.0 as usize);
    // SAFETY: HA-12: the host did not accept the token, so it is still ours, and the engine asks for this once (CL-74).
    let closed = unsafe { windows_sys::Win32::Foundation::CloseHandle(handle) };
    if closed == 0 {
        crate::log::token_not_closed(token);
    }
}

/// Closes a token that the host did not take: nothing stands behind it here.
#[cfg(not(any(windows, test)))]
pub(crate) fn close(token: Token) {
    crate::log::token_closed(token);
}

#[cfg(test)]
pub(crate) use crate::tests::note_closed as close;
