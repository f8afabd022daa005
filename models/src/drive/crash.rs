//! What a dying thread still says: which signal, which address, inside which call.
//!
//! Handlers for the deadly signals and for `exit` write three numbers into the header of the black box and let the
//! process die as it would have.

#[cfg(unix)]
pub(super) use unix::install;

/// Nothing is installed on this system: the parent has the exit code.
#[cfg(not(unix))]
pub(super) fn install(_header: *mut u64) {}

#[cfg(unix)]
mod unix {
    use std::ffi::{c_int, c_void};
    use std::sync::atomic::{AtomicPtr, Ordering};

    use super::super::black_box::Field;
    use super::super::watch;

    static HEADER: AtomicPtr<u64> = AtomicPtr::new(std::ptr::null_mut());
    const DEADLY: [c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT];

    /// From now on the header of the black box learns who died. The box must stay for the rest of the process.
    pub(in super::super) fn install(header: *mut u64) {
        HEADER.store(header, Ordering::Release);
        for signal in DEADLY {
            handle(signal);
        }
        // SAFETY: `note_exit` is a function for ever.
        unsafe { libc::atexit(note_exit) };
    }

    fn handle(signal: c_int) {
        // SAFETY: all zeroes is a valid `sigaction`: no flags, an empty mask, the default action.
        let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
        action.sa_sigaction = note_signal as *const () as libc::sighandler_t;
        // On the alternative stack, once: returning repeats the fault with the default action.
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESETHAND;
        // SAFETY: `note_signal` has the signature that SA_SIGINFO asks for, and does only what a handler may.
        unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
    }

    extern "C" fn note_signal(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
        // SAFETY: the system passes a valid `siginfo_t` to a handler installed with SA_SIGINFO.
        let info = unsafe { info.as_ref() };
        // SAFETY: the deadly signals are those for which the system fills in the address.
        let address = info.map_or(0, |info| unsafe { info.si_addr() }.addr());
        note(signal as u64 + 1, address as u64);
        if signal == libc::SIGABRT {
            return; // `abort` goes on by itself.
        }
        // Sent by `kill` or `raise`, nothing would repeat it; a fault repeats itself first.
        // SAFETY: `raise` may be called from a handler.
        unsafe { libc::raise(signal) };
    }

    extern "C" fn note_exit() {
        note(1, 0);
    }

    fn note(what: u64, address: u64) {
        let header = HEADER.load(Ordering::Acquire);
        if header.is_null() {
            return;
        }
        put(header, Field::Address, address);
        put(header, Field::Call, watch::innermost());
        put(header, Field::Signal, what);
    }

    fn put(header: *mut u64, field: Field, value: u64) {
        let place = header.wrapping_add(field as usize);
        // SAFETY: `install` was given the header of a map that stays.
        unsafe { place.write_volatile(value) };
    }
}
