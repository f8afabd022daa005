//! Proof that the machines need no std, neither themselves nor through a dependency.
//!
//! This library brings a panic handler and an allocator of its own. If anything in it linked std, there would be two
//! panic handlers, and it would not compile:
//!
//! ```sh
//! cargo build --manifest-path tests/no_std/Cargo.toml --locked
//! ```

#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;
use core::ptr;

use wsman_authz_core::call::Call;
use wsman_authz_core::contract::{Contract, Vantage};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::engine::{Engine, EngineConfig, Input};
use wsman_authz_core::host::{self, Host, HostConfig};
use wsman_authz_core::{ApplicationId, Crossing, Millis, ThreadId, Timestamp};

/// An allocator without memory.
struct Nothing;

// SAFETY: NULL says that there is no memory, so no block is ever handed out.
unsafe impl GlobalAlloc for Nothing {
    unsafe fn alloc(&self, _layout: Layout) -> *mut u8 {
        ptr::null_mut()
    }

    unsafe fn dealloc(&self, _block: *mut u8, _layout: Layout) {}
}

#[global_allocator]
static MEMORY: Nothing = Nothing;

#[panic_handler]
fn stop(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Takes one step with each machine, so that their code is generated and linked. Returns how many of them took it.
#[unsafe(no_mangle)]
pub extern "C" fn step_each_machine() -> u32 {
    let (application, at) = (ApplicationId(1), Timestamp(0));
    let mut engine = Engine::<u8, u8>::new(EngineConfig::default());
    let config =
        HostConfig { idle: Millis(1), refresh: None, request_timeout: Millis(1), quota: true, enforce_quota: true };
    let mut host = Host::<u8>::new(Dialect::default(), config);
    let mut contract = Contract::<u8, ()>::new(Dialect::default(), Vantage::Both);
    let engine_took = engine.step(at, Input::Startup { application }).is_ok();
    let host_took = host.step(at, host::Input::Start { application }).is_ok();
    let call = Call::Startup { application, flags: 0, idle: None };
    let findings = contract.observe((), &Crossing { at, thread: ThreadId(0), call });
    u32::from(engine_took) + u32::from(host_took) + u32::from(findings.broken.is_empty())
}
