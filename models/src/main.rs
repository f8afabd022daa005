//! The program `wsman-authz`.

use std::process::ExitCode;

fn main() -> ExitCode {
    wsman_authz_models::cli::main()
}
