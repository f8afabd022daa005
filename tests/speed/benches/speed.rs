//! All workloads: `cargo bench --manifest-path tests/speed/Cargo.toml`, with options after `--`.

use std::process::ExitCode;

fn main() -> ExitCode {
    wsman_authz_speed::cli::main(option_env!("CARGO_BIN_EXE_memory"))
}
