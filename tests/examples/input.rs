//! Tells what an input of a fuzz target does: a crash as a story, or as a trace that `wsman-authz judge` reads.
//!
//! ```sh
//! cargo run -p wsman-authz-tests --example input -- host fuzz/artifacts/host/crash-0123
//! ```
//!
//! `host`, `sequences`, `entry_points` and `senders` print JSON lines and then, on standard error, what is wrong; the others
//! a story in words. A [seeded fault](wsman_authz_tests::targets::FAULT) in the environment counts here as it did for the
//! fuzzer. Exit code: 0 nothing is wrong, 1 something is, 2 usage.

use std::process::ExitCode;
use std::{env, fs};

use wsman_authz_tests::targets::{ALL, fault_from_environment};

fn main() -> ExitCode {
    match tell() {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(story)) => {
            for line in story.lines() {
                // What is no record goes where it does not disturb a reader of traces.
                let is_record = line.starts_with('{') || !story.starts_with('{');
                if is_record { println!("{line}") } else { eprintln!("{line}") }
            }
            ExitCode::FAILURE
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

/// The story of an input, if there is one.
fn tell() -> Result<Option<String>, String> {
    let names: Vec<&str> = ALL.iter().map(|target| target.name).collect();
    let usage = || format!("replay TARGET FILE, where TARGET is one of {}", names.join(", "));
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, file] = &arguments[..] else { return Err(usage()) };
    let target = ALL.iter().find(|target| target.name == name).ok_or_else(usage)?;
    let bytes = fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    Ok((target.play)(&bytes, fault_from_environment()?).err())
}
