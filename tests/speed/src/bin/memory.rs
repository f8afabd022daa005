//! Counts what is allocated, in a process of its own: counting would slow everybody down, but not alike.
//!
//! `memory [--quick]` prints the rows of the benchmark, `memory --soak N` what N leases and a million users leave behind.

#![expect(unsafe_code, reason = "an allocator")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, and how many bytes were asked of it.
struct Counting(AtomicUsize);

#[global_allocator]
static ALLOCATOR: Counting = Counting(AtomicUsize::new(0));

// SAFETY: everything is done by the system's allocator; a counter beside it changes nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        self.0.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[cfg(not(feature = "models"))]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, cycles] = &arguments[..]
        && flag == "--soak"
    {
        let Ok(cycles) = cycles.parse() else {
            eprintln!("memory: `{cycles}` is no number of leases");
            return ExitCode::from(2);
        };
        print!("{}", wsman_authz_speed::memory::soak(|| ALLOCATOR.0.load(Ordering::Relaxed), cycles));
        return ExitCode::SUCCESS;
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    for row in wsman_authz_speed::memory::rows(|| ALLOCATOR.0.load(Ordering::Relaxed), quick) {
        println!("{}", serde_json::to_string(&row).expect("a row is plain data"));
    }
    ExitCode::SUCCESS
}

#[cfg(feature = "models")]
fn main() -> ExitCode {
    eprintln!("memory: with the feature `models` the machines have seeded faults: not what ships");
    ExitCode::FAILURE
}
