//! A pointer of the author's: kept and given back, never followed.

#![expect(unsafe_code, reason = "the author's pointers cross threads")]

use std::ffi::c_void;

/// A state or a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Foreign(pub(crate) *mut c_void);

// SAFETY: nobody here follows the pointer, and CA-02: the callbacks that do may be called from any thread.
unsafe impl Send for Foreign {}
// SAFETY: as above; CA-02 says also: several at a time.
unsafe impl Sync for Foreign {}
