//! `drive`: the reference host against a real plug-in library.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use indicatif::{ProgressBar, ProgressStyle};
use wsman_authz_core::dialect::Dialect;

use super::{Format, Output, print};
use crate::cover::{covering_set, covering_then_drawn};
use crate::drive::{DriveOptions, DriveReport, Progress, drive, render_text};

/// How many seconds one dialect lasts in a run of a given duration.
const ROUND: u64 = 2;
/// Most dialects of one run: a long one stays longer with each.
const ROUNDS: usize = 10_000;

const AFTER_HELP: &str = "\
    The plug-in runs in a process of its own. The host does whatever the documentation lets a host do, and judges the \
    plug-in call by call. Each broken rule is shown with the calls that show it; a crash, a hang or a call of `exit` \
    with the call in which it happened and the calls before. `wsman-authz rules ID` explains a rule.\n\n\
    Exit codes: 0 no rule was broken; 1 a rule was broken, or the plug-in crashed, hung or ended its process; 2 it \
    could not be driven: it is no plug-in, or its Startup failed.";

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Options {
    /// The plug-in library; a path, never looked up in a search path
    plugin: PathBuf,
    /// Client requests in all
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    requests: u64,
    /// Users, named CORP\user1 and so on
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = RangedU64ValueParser::<u32>::new().range(1..=1_000_000))]
    users: u32,
    /// Threads that play clients
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = RangedU64ValueParser::<u32>::new().range(1..=256))]
    threads: u32,
    /// Start of the pseudo-random choices
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// `field=choice,…`, `default`, or `all` for a set in which every pair of choices occurs; with `--duration`, for
    /// that set and then random ones
    #[arg(long, value_name = "NAME", default_value = "all", value_parser = super::dialect)]
    dialect: ::std::option::Option<Dialect>,
    /// Go on for so many seconds, instead of for a number of requests
    #[arg(long, value_name = "S", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    duration: Option<u64>,
    /// Write every crossing of the boundary to this file, as JSON lines
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Send some requests under odd names: NULL, a million characters, ill-formed UTF-16
    #[arg(long)]
    odd_senders: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the result to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(options: &Options) -> Result<u8, String> {
    let output = options.out.as_deref().map(Output::open).transpose()?;
    let report = play(&DriveOptions {
        plugin: options.plugin.clone(),
        requests: options.requests,
        users: options.users,
        threads: options.threads,
        seed: options.seed,
        dialects: dialects(options),
        duration: options.duration.map(Duration::from_secs),
        trace: options.trace.clone(),
        odd_senders: options.odd_senders,
    })?;
    print(&options.format.present(&report, render_text)?, output)?;
    Ok(report.exit_code())
}

fn dialects(options: &Options) -> Vec<Dialect> {
    match (options.dialect, options.duration) {
        (Some(dialect), _) => vec![dialect],
        (None, None) => covering_set(),
        (None, Some(seconds)) => {
            covering_then_drawn(options.seed, usize::try_from(seconds / ROUND).unwrap_or(usize::MAX).min(ROUNDS))
        }
    }
}

/// Drives with a progress bar.
pub(super) fn play(options: &DriveOptions) -> Result<DriveReport, String> {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(options.requests) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {human_pos} of {human_len} requests, {per_sec}, {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let tell = |progress: &Progress| {
        bar.set_position(progress.requests);
        bar.set_message(progress.dialect.clone());
    };
    let report = drive(options, &tell);
    bar.finish_and_clear();
    report.map_err(|error| error.to_string())
}

/// Builds the bundled example and drives it, so that a newcomer sees a real plug-in judged.
pub(super) fn example() -> Result<u8, String> {
    let (Some(cargo), Some(manifest)) = (std::env::var_os("CARGO"), std::env::var_os("CARGO_MANIFEST_DIR")) else {
        eprintln!("The bundled example is built and driven under `cargo run` only.");
        return Ok(0);
    };
    eprintln!("Building the bundled plug-in, ffi/examples/allow_list.rs.");
    let mut build = std::process::Command::new(cargo);
    build.args(["build", "--quiet", "--package", "wsman-authz", "--example", "allow_list"]);
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    if !program.parent().is_some_and(|folder| folder.ends_with("debug")) {
        build.arg("--release");
    }
    let built = build.current_dir(&manifest).status().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !built.success() {
        return Err("the bundled example cannot be built".into());
    }
    let name = format!("{}allow_list{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let plugin = program.with_file_name("examples").join(name);
    println!("\nThe same machines against a real library: wsman-authz drive {}\n", plugin.display());
    let report = play(&DriveOptions {
        plugin,
        requests: 20_000,
        users: 100,
        threads: 2,
        seed: 1,
        dialects: covering_set(),
        duration: None,
        trace: None,
        odd_senders: false,
    })?;
    print(&render_text(&report), None)?;
    Ok(report.exit_code())
}
