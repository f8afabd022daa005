//! The command line, and who runs a workload: this process, or another one that was built for it.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::harness::{Bench, Row, Settings, markdown, text};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "verbatim")]
pub enum Workload {
    /// A lease comes and goes
    W1,
    /// A second lease on a payload
    W2,
    /// One request at the host
    W3,
    /// Idle records expire
    W4,
    /// The explorer
    W5,
    /// The judge
    W7,
    /// Bytes, not time
    #[value(name = "memory")]
    Memory,
}

use Workload::{Memory, W1, W2, W3, W4, W5, W7};

impl Workload {
    /// Whether it must be built with the feature `models`, or else without it.
    const fn needs_models(self) -> bool {
        matches!(self, W5 | W7)
    }
}

/// What its table is called.
fn title(workload: &str) -> &'static str {
    match workload {
        "W1" => "the life of a lease",
        "W2" => "one more lease on a payload",
        "W3" => "one request at the host",
        "W4" => "idle records",
        "W5" => "exploring, per unique state",
        "W7" => "judging a trace, per record",
        _ => "bytes",
    }
}

/// Measures wsman-authz beside others. The machine should have nothing else to do.
#[derive(Debug, Parser)]
#[command(name = "speed")]
struct Options {
    /// Only these workloads
    #[arg(long, value_enum, value_name = "NAME")]
    workload: Vec<Workload>,
    /// How often each contender runs [default: 9, or 3 with --quick]
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Small sizes and short runs: shows that everything works, and no figure worth keeping
    #[arg(long)]
    quick: bool,
    /// Also the sizes that take very long: ten million records
    #[arg(long, conflicts_with = "quick")]
    full: bool,
    /// Prints the tables as BENCHMARKS.md holds them
    #[arg(long)]
    markdown: bool,
    /// Prints the rows for another process
    #[arg(long, hide = true)]
    rows: bool,
    /// Cargo says so to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// Runs what the command line asks for. `counter` is the program that counts allocations.
#[must_use]
pub fn main(counter: Option<&str>) -> ExitCode {
    let options = Options::parse();
    match run(&options, counter) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("speed: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options, counter: Option<&str>) -> Result<(), String> {
    if env::var_os("WSMAN_AUTHZ_TRACE").is_some() {
        return Err("WSMAN_AUTHZ_TRACE is set: the plug-in would write a trace".to_owned());
    }
    let chosen = if options.workload.is_empty() { default_workloads() } else { options.workload.clone() };
    let settings = Settings {
        rounds: options.rounds.unwrap_or(if options.quick { 3 } else { 9 }).max(1),
        least: Duration::from_millis(if options.quick { 1 } else { 20 }),
        quick: options.quick,
        full: options.full,
    };
    let mut bench = Bench::new(settings);
    for workload in chosen {
        if workload.needs_models() == cfg!(feature = "models") {
            here(workload, &mut bench, counter)?;
        } else if workload.needs_models() {
            elsewhere(workload, options)?.into_iter().for_each(|row| bench.add(row));
        } else {
            return Err("with the feature `models` the machines have seeded faults: not what ships".to_owned());
        }
    }
    let rows = bench.into_rows();
    if options.rows {
        for row in &rows {
            println!("{}", serde_json::to_string(row).map_err(|error| error.to_string())?);
        }
    } else if options.markdown {
        println!("{} rounds; {}.\n\n{}", settings.rounds, machine(), markdown(&rows, title).trim_end());
    } else {
        print!("{}", text(&rows));
    }
    Ok(())
}

/// What it was measured on.
fn machine() -> String {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let described = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = described.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or(env::consts::ARCH, |(_, model)| model.trim());
    format!("{processors} processors, {model}, {}", env::consts::OS)
}

fn default_workloads() -> Vec<Workload> {
    if cfg!(feature = "models") { vec![W5, W7] } else { vec![W1, W2, W3, W4, W5, W7, Memory] }
}

#[cfg(not(feature = "models"))]
fn here(workload: Workload, bench: &mut Bench, counter: Option<&str>) -> Result<(), String> {
    match workload {
        W1 => crate::leases::run(bench),
        W2 => crate::second::run(bench),
        W3 => crate::requests::run(bench),
        W4 => crate::expiry::run(bench),
        W5 | W7 => return Err("needs the feature `models`".to_owned()),
        Memory => {
            let mut command = Command::new(counter.ok_or("needs the feature `shipped`")?);
            command.args(bench.settings.quick.then_some("--quick"));
            rows_of(&mut command)?.into_iter().for_each(|row| bench.add(row));
        }
    }
    Ok(())
}

#[cfg(feature = "models")]
fn here(workload: Workload, bench: &mut Bench, _: Option<&str>) -> Result<(), String> {
    match workload {
        W5 => crate::exploring::run(bench),
        W7 => crate::judging::run(bench),
        W1 | W2 | W3 | W4 | Memory => return Err("needs a build without the feature `models`".to_owned()),
    }
    Ok(())
}

/// Builds this benchmark with the models, and lets that one measure.
fn elsewhere(workload: Workload, options: &Options) -> Result<Vec<Row>, String> {
    let cargo = env::var_os("CARGO");
    let mut command = Command::new(cargo.as_deref().unwrap_or_else(|| OsStr::new("cargo")));
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    command.args(["bench", "--manifest-path", manifest, "--no-default-features", "--features", "models"]);
    let name = workload.to_possible_value().expect("no workload is hidden");
    command.args(["--", "--rows", "--workload", name.get_name()]);
    command.args(options.quick.then_some("--quick"));
    command.args(options.rounds.map(|rounds| format!("--rounds={rounds}")));
    rows_of(&mut command)
}

fn rows_of(command: &mut Command) -> Result<Vec<Row>, String> {
    let words = command_line(command);
    let failed = |why: &dyn std::fmt::Display| format!("{words}: {why}");
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(failed(&output.status));
    }
    let text = String::from_utf8(output.stdout).map_err(|error| failed(&error))?;
    let rows: Result<Vec<Row>, _> = text.lines().map(serde_json::from_str).collect();
    rows.map_err(|error| failed(&error))
}

fn command_line(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
