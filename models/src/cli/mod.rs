//! The command line of `wsman-authz`.

mod draw;
mod drive;
mod explore;
mod judge;
mod rules;
mod verify;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use wsman_authz_core::dialect::Dialect;

/// Exit code for anything that the user can mend: arguments, files, a library that cannot be loaded.
const USAGE: u8 = 2;

/// Checks WS-Man authorization plug-ins: the contract between host and plug-in, proven on a model and judged live.
#[derive(Debug, Parser)]
#[command(name = "wsman-authz", version, max_term_width = 110)]
#[command(after_help = "Exit codes: 0 all rules hold; 1 a rule is broken (or the plug-in crashed or hung); \
    2 usage; 3 the bound was not reached.\nStart with `wsman-authz verify`, then read SPEC.md.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Explore host and engine together, in every state that a bound allows, under many dialects
    Verify(verify::Options),
    /// Load a plug-in library, play the host against it, and name each rule that it breaks
    Drive(drive::Options),
    /// Judge a recorded trace: which rule broke, at which line, and why
    Judge(judge::Options),
    /// List the rules, or explain one
    Rules(rules::Options),
    /// Draw the states of records, operations, requests and leases, from the tables of the machines
    Draw(draw::Options),
    /// Walk through the states of the model in a browser, step by step
    Explore(explore::Options),
    /// The process that loads the plug-in; started by `drive`
    #[command(hide = true, name = "drive-child")]
    DriveChild,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For machines: one object
    Json,
    /// One page for a browser
    Html,
}

impl Format {
    /// The report as text by `render`, as one JSON object, or as a page.
    fn present<R: serde::Serialize>(self, report: &R, render: impl Fn(&R) -> String) -> Result<String, String> {
        match self {
            Self::Text => Ok(render(report)),
            Self::Html => Ok(crate::html::page(report)),
            Self::Json => serde_json::to_string(report).map(|json| json + "\n").map_err(|error| error.to_string()),
        }
    }
}

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let code = match Arguments::parse().command {
        Command::Verify(options) => verify::run(&options),
        Command::Drive(options) => drive::run(&options),
        Command::Judge(options) => judge::run(&options),
        Command::Rules(options) => rules::run(&options),
        Command::Draw(options) => draw::run(&options),
        Command::Explore(options) => explore::run(&options),
        Command::DriveChild => return crate::drive::child_main(),
    };
    match code {
        Ok(code) => ExitCode::from(code),
        Err(sentence) => {
            eprintln!("error: {sentence}");
            ExitCode::from(USAGE)
        }
    }
}

/// Reads a dialect, or `all` as `None`.
fn dialect(text: &str) -> Result<Option<Dialect>, String> {
    if text == "all" {
        return Ok(None);
    }
    Dialect::parse(text).map(Some).map_err(|unknown| format!("{unknown}; or `default`, or `all`"))
}

/// A file that appears whole or not at all.
#[derive(Debug)]
struct Output {
    path: PathBuf,
    file: tempfile::NamedTempFile,
}

impl Output {
    /// Makes sure, before anything is computed, that the file can be written.
    fn open(path: &Path) -> Result<Self, String> {
        let cannot = |why: &dyn std::fmt::Display| format!("cannot write {}: {why}", path.display());
        if path.is_dir() {
            return Err(cannot(&"it is a directory"));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        if !folder.is_dir() {
            return Err(cannot(&format_args!("there is no folder {}", folder.display())));
        }
        let file = readable_by_others().tempfile_in(folder).map_err(|error| cannot(&error))?;
        Ok(Self { path: path.to_owned(), file })
    }

    fn write(self, text: &str) -> Result<(), String> {
        std::fs::write(self.file.path(), text).map_err(|error| error.to_string())?;
        self.file.persist(&self.path).map_err(|error| error.to_string())?;
        Ok(())
    }
}

/// A temporary file that ends up as an ordinary one, as far as the user's mask allows.
#[cfg(unix)]
fn readable_by_others() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

/// A temporary file that ends up as an ordinary one: it has the rights of its folder.
#[cfg(not(unix))]
fn readable_by_others() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

/// Writes a result to the file, or to standard output. A closed pipe is the reader's choice, not an error.
fn print(text: &str, output: Option<Output>) -> Result<(), String> {
    use std::io::Write as _;
    match output {
        Some(output) => output.write(text),
        None => match std::io::stdout().lock().write_all(text.as_bytes()) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
            _ => Ok(()),
        },
    }
}
