//! Exceptions that nobody handles. One ends the process with its own number as the exit code.
//!
//! `exit` ends in `ExitProcess`, whichever run-time library the plug-in has, and that tells every library of the
//! process: the `wsmsvc.dll` beside the program passes it on.

use std::ffi::c_int;
use std::process::ExitStatus;

use windows_sys::Win32::Foundation::{
    EXCEPTION_ACCESS_VIOLATION, EXCEPTION_ILLEGAL_INSTRUCTION, EXCEPTION_IN_PAGE_ERROR, EXCEPTION_INT_DIVIDE_BY_ZERO,
    EXCEPTION_STACK_OVERFLOW, NTSTATUS, STATUS_FATAL_APP_EXIT, STATUS_HEAP_CORRUPTION, STATUS_STACK_BUFFER_OVERRUN,
};
use windows_sys::Win32::System::Diagnostics::Debug::{
    AddVectoredExceptionHandler, EXCEPTION_CONTINUE_SEARCH, EXCEPTION_EXECUTE_HANDLER, EXCEPTION_POINTERS,
    EXCEPTION_RECORD, SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
    SetUnhandledExceptionFilter,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, TerminateProcess};

use super::super::black_box::DyingNote;

/// From this number on an exit code is the number of an error of the system: no program means it otherwise.
const ERRORS: u32 = 0xC000_0000;
/// What stands for `abort`, whose exit code is another for each run-time library: `STATUS_FATAL_APP_EXIT`.
pub(super) const ABORTED: u32 = STATUS_FATAL_APP_EXIT.cast_unsigned();

pub(super) fn install() {
    // Keeps the linker from dropping it.
    std::hint::black_box(WSManAuthzProcessEnds as *const ());
    // No window that waits for somebody to close it.
    // SAFETY: a call of the system without pointers.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX) };
    // SAFETY: `note_exception` is a function for ever, with the signature of a filter.
    unsafe { SetUnhandledExceptionFilter(Some(note_exception)) };
    // SAFETY: `note_overflow` is, too.
    unsafe { AddVectoredExceptionHandler(1, Some(note_overflow)) };
    // SAFETY: `note_abort` is a function for ever, with the signature of a handler.
    unsafe { libc::signal(libc::SIGABRT, note_abort as *const () as libc::sighandler_t) };
}

unsafe extern "system" fn note_exception(exception: *const EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes a valid structure to a filter.
    if let Some(record) = unsafe { record(exception) } {
        note_and_end(record);
    }
    EXCEPTION_EXECUTE_HANDLER
}

/// A stack overflow is deadly at first sight: there is too little left of the stack to find out who handles it.
unsafe extern "system" fn note_overflow(exception: *mut EXCEPTION_POINTERS) -> i32 {
    // SAFETY: the system passes a valid structure to a handler.
    if let Some(record) = unsafe { record(exception) }.filter(|it| it.ExceptionCode == EXCEPTION_STACK_OVERFLOW) {
        note_and_end(record);
    }
    EXCEPTION_CONTINUE_SEARCH
}

/// # Safety
/// The structure is valid, and so is the record that it points to; or one of them is NULL.
unsafe fn record<'a>(exception: *const EXCEPTION_POINTERS) -> Option<&'a EXCEPTION_RECORD> {
    // SAFETY: the caller's promise.
    let exception = unsafe { exception.as_ref() }?;
    // SAFETY: the caller's promise.
    unsafe { exception.ExceptionRecord.as_ref() }
}

fn note_and_end(record: &EXCEPTION_RECORD) {
    let number = record.ExceptionCode.cast_unsigned();
    super::note(Some(number), touched(record));
    end(number);
}

/// Ends the process at once: no window, and no clean-up on a stack or a heap that may be damaged.
fn end(number: u32) {
    // SAFETY: a call of the system without pointers.
    let this = unsafe { GetCurrentProcess() };
    // SAFETY: the handle is good in this process.
    unsafe { TerminateProcess(this, number) };
}

/// The process ends: called by `tests/windows/wsmsvc.c` on the thread that ends it.
#[unsafe(no_mangle)]
pub(super) extern "system" fn WSManAuthzProcessEnds() {
    super::note_exit();
}

/// `abort` says so, as an exception would, and then ends the process its own way.
extern "C" fn note_abort(_signal: c_int) {
    super::note(Some(ABORTED), 0);
}

/// The address that was touched; for exceptions that are not about memory, that of the instruction.
fn touched(record: &EXCEPTION_RECORD) -> u64 {
    match record.ExceptionInformation {
        [_, address, ..] if is_about_memory(record.ExceptionCode) => address as u64,
        _ => record.ExceptionAddress.addr() as u64,
    }
}

const fn is_about_memory(code: NTSTATUS) -> bool {
    matches!(code, EXCEPTION_ACCESS_VIOLATION | EXCEPTION_IN_PAGE_ERROR)
}

/// What the process crashed with; `None` if it ended otherwise.
pub(in super::super) fn name(status: ExitStatus, note: Option<DyingNote>) -> Option<String> {
    let code = status.code()?;
    let number = code.cast_unsigned();
    if note.is_some_and(|note| note.cause == Some(ABORTED)) {
        return Some("abort".to_owned());
    }
    let note = note.filter(|note| note.cause == Some(number));
    if number < ERRORS && note.is_none() {
        return None;
    }
    let name = match code {
        EXCEPTION_ACCESS_VIOLATION => "an access violation",
        EXCEPTION_IN_PAGE_ERROR => "an error in reading a page",
        EXCEPTION_ILLEGAL_INSTRUCTION => "an illegal instruction",
        EXCEPTION_INT_DIVIDE_BY_ZERO => "a division by zero",
        EXCEPTION_STACK_OVERFLOW => "a stack overflow",
        STATUS_HEAP_CORRUPTION => "a corrupted heap",
        STATUS_STACK_BUFFER_OVERRUN => "a fail-fast",
        _ => return Some(format!("exception {number:#x}")),
    };
    let touched = note.filter(|_| is_about_memory(code));
    Some(touched.map_or_else(|| name.to_owned(), |note| format!("{name} at address {:#x}", note.address)))
}
