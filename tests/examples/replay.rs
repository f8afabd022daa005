//! Plays a history again in which a machine and its reference differed: `replay -- engine:00112233…`, as the failure said.

use std::process::ExitCode;

use wsman_authz_tests::history::failure::Failure;

fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        eprintln!("which history? As the failure says: `engine:`, `host:` or `boundary:`, and bytes");
        return ExitCode::from(2);
    };
    match Failure::named(&name) {
        Ok(Some(failure)) => {
            print!("{failure}");
            ExitCode::FAILURE
        }
        Ok(None) => {
            println!("The two agree: what this history showed is mended.");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}
