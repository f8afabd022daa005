//! The C API as an author meets it: a fake host calls the six forwards, and callbacks answer.

#![allow(unsafe_code, clippy::unwrap_used, reason = "the tests play host and author")]

mod answers;
mod author;
mod host;
mod life;
mod races;

use std::sync::Mutex;

/// Puts a value where it stays until the end, and where a leak checker finds it.
fn keep<T: Send + Sync>(value: T) -> &'static T {
    static KEPT: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let kept: &'static T = Box::leak(Box::new(value));
    KEPT.lock().unwrap().push(std::ptr::from_ref(kept).expose_provenance());
    kept
}
