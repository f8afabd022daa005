//! The program `wsman-authz`.

use std::process::ExitCode;

/// Exploring is cloning: half of its time goes into small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    wsman_authz_models::cli::main()
}
