//! Deadly signals.

use std::ffi::{c_int, c_void};
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use super::super::black_box::DyingNote;

/// The most that a stack may grow from a call on: more than its usual limit.
const STACK: u64 = 16 << 20;
/// What stands for `abort`.
pub(super) const ABORTED: u32 = libc::SIGABRT as u32;

const DEADLY: [c_int; 5] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT];

pub(super) fn install() {
    for signal in DEADLY {
        handle(signal);
    }
    // SAFETY: `note_exit` is a function for ever.
    unsafe { libc::atexit(super::note_exit) };
}

fn handle(signal: c_int) {
    // SAFETY: all zeroes is a valid `sigaction`: no flags, an empty mask, the default action.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = note_signal as *const () as libc::sighandler_t;
    // Not SA_RESETHAND: while one thread is in the handler, another that dies must get there too, and wait.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: `note_signal` has the signature that SA_SIGINFO asks for, and does only what a handler may.
    unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
}

extern "C" fn note_signal(signal: c_int, info: *mut libc::siginfo_t, _context: *mut c_void) {
    // SAFETY: the system passes a valid `siginfo_t` to a handler installed with SA_SIGINFO.
    let info = unsafe { info.as_ref() };
    // SAFETY: the deadly signals are those for which the system fills in the address.
    let address = info.map_or(0, |info| unsafe { info.si_addr() }.addr());
    super::note(Some(signal as u32), address as u64);
    if signal == libc::SIGABRT {
        return; // `abort` goes on by itself.
    }
    // SAFETY: `signal` may be called from a handler.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    // Sent by `kill` or `raise`, nothing would repeat it; a fault repeats itself when the handler returns.
    // SAFETY: `raise` may be called from a handler.
    unsafe { libc::raise(signal) };
}

/// What the process crashed with; `None` if it ended otherwise.
pub(in super::super) fn name(status: ExitStatus, note: Option<DyingNote>) -> Option<String> {
    let signal = status.signal()?;
    let name = match signal {
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGBUS => "SIGBUS",
        libc::SIGILL => "SIGILL",
        libc::SIGFPE => "SIGFPE",
        libc::SIGABRT => "SIGABRT",
        libc::SIGKILL => "SIGKILL",
        other => return Some(format!("signal {other}")),
    };
    // Where two threads die at once, the process may end with the signal of the other.
    let noted = |note: &DyingNote| note.cause == Some(signal as u32);
    let touched = note.filter(noted).filter(|_| [libc::SIGSEGV, libc::SIGBUS].contains(&signal));
    let Some(note) = touched else { return Some(name.to_owned()) };
    // What grew down from the call: the stack has an end, and nothing lies behind it.
    let overflow = (note.stack.saturating_sub(STACK)..note.stack).contains(&note.address);
    let overflow = if overflow { " (stack overflow)" } else { "" };
    Some(format!("{name} at address {:#x}{overflow}", note.address))
}
