//! All workloads: `cargo bench --manifest-path tests/speed/Cargo.toml`, with options after `--`.

use std::process::ExitCode;

use wsman_authz_speed::cli::{Places, main as run};

fn main() -> ExitCode {
    run(Places { memory: env!("CARGO_BIN_EXE_memory"), scratch: env!("CARGO_TARGET_TMPDIR") })
}
