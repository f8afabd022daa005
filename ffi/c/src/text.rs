//! Texts that cross: from the author, and comparisons for authors whose language has no UTF-16.

#![expect(unsafe_code, reason = "the author passes pointers")]

use std::ffi::{CStr, c_char};
use std::slice;

use wsman_authz::__private as engine;

use crate::question::{Text, Unit};
use crate::status::Status;

/// Reads a text of the author; `None` for NULL.
///
/// # Safety
/// CA-03 holds for `text`.
pub(crate) unsafe fn read(text: *const Unit) -> Result<Option<String>, Status> {
    // SAFETY: CA-03: NULL, or NUL-terminated and valid for reads.
    unsafe { engine::text(text) }.map_err(|_| Status::BadText)
}

/// Whether `text` is `expected`, unit for unit. 1 if so; 0 if not, also if either is NULL or `expected` is not UTF-8.
///
/// # Safety
/// CA-03; `text` is one of a question that is still valid (CA-05).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_text_is(text: Text, expected: *const c_char) -> i32 {
    // SAFETY: CA-03, CA-05, from the caller.
    let both = unsafe { both(text, expected) };
    i32::from(both.is_some_and(|(units, expected)| expected.encode_utf16().eq(units.iter().copied())))
}

/// Whether `text` begins with `beginning`. 1 if so; 0 if not, also if either is NULL or `beginning` is not UTF-8.
///
/// # Safety
/// CA-03; `text` is one of a question that is still valid (CA-05).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_text_starts_with(text: Text, beginning: *const c_char) -> i32 {
    // SAFETY: CA-03, CA-05, from the caller.
    let both = unsafe { both(text, beginning) };
    let starts = both.is_some_and(|(units, beginning)| {
        let mut units = units.iter().copied();
        beginning.encode_utf16().all(|unit| units.next() == Some(unit))
    });
    i32::from(starts)
}

/// # Safety
/// CA-03 holds for `utf8`, CA-05 for `text`.
unsafe fn both<'a>(text: Text, utf8: *const c_char) -> Option<(&'a [Unit], &'a str)> {
    if text.units.is_null() || utf8.is_null() {
        return None;
    }
    // SAFETY: CA-05: the text of a question that is valid, with this length; not NULL.
    let units = unsafe { slice::from_raw_parts(text.units, text.length) };
    // SAFETY: CA-03: NUL-terminated; not NULL.
    let utf8 = unsafe { CStr::from_ptr(utf8) };
    Some((units, utf8.to_str().ok()?))
}
