//! What a dying thread still says: which signal or exception, which address, inside which call.
//!
//! The system's way of ending a process is one file each: it catches the deadly events, and `exit`, writes four
//! numbers into the header of the black box, and lets the process die as it would have. Afterwards it gives the cause
//! a name.

mod turn;

use std::sync::atomic::{AtomicPtr, Ordering};

use super::black_box::Field;
use super::watch;
use turn::Turn;

#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(windows)]
#[path = "windows.rs"]
mod system;

pub(super) use system::name;

static HEADER: AtomicPtr<u64> = AtomicPtr::new(std::ptr::null_mut());

static TURN: Turn = Turn::new();

/// From now on the header of the black box learns who died. The box must stay for the rest of the process.
pub(super) fn install(header: *mut u64) {
    HEADER.store(header, Ordering::Release);
    system::install();
}

/// The process ends of its own will: somebody called `exit`.
extern "C" fn note_exit() {
    note(None, 0);
}

/// Writes the note: the signal or exception, `None` for a call of `exit`, and the address that was touched.
fn note(cause: Option<u32>, address: u64) {
    let header = HEADER.load(Ordering::Acquire);
    if header.is_null() || !TURN.begin(cause.is_none()) {
        return;
    }
    put(header, Field::Address, address);
    put(header, Field::Cause, cause.map_or(1, |cause| u64::from(cause) + 1));
    // Last, because where thread-local values live on the heap, a thread that has none yet must ask for memory.
    put(header, Field::Call, watch::innermost());
    put(header, Field::Stack, watch::stack() as u64);
    TURN.end(cause.is_none());
}

/// Something was thrown that leaves the plug-in. The process is about to be aborted.
pub(super) fn note_unwinding() {
    let header = HEADER.load(Ordering::Acquire);
    if !header.is_null() {
        put(header, Field::Unwound, 1);
        note(Some(system::ABORTED), 0);
    }
}

fn put(header: *mut u64, field: Field, value: u64) {
    let place = header.wrapping_add(field as usize);
    // SAFETY: `install` was given the header of a map that stays.
    unsafe { place.write_volatile(value) };
}
