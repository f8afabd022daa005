//! `verify`: explores, reports, and by default also judges the bundled example.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use indicatif::{ProgressBar, ProgressStyle};
use wsman_authz_core::dialect::{self, Dialect, FIELDS};
use wsman_authz_core::fault::Fault;

use super::{Format, Output, print};
use crate::explore::{Same, Watch};
use crate::model::{SCENARIOS, Scenario};
use crate::verify::pins::{Comparison, Pins};
use crate::verify::{self, Done, Extent, Partition, Report, Sizes, faults};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Users of each application, in place of what the scenarios say
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u8>::new().range(1..=8))]
    users: Option<u8>,
    /// Operations of each user, in place of what the scenarios say
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u8>::new().range(1..=9))]
    operations: Option<u8>,
    /// Applications in the process, in place of what the scenarios say
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u8>::new().range(1..=4))]
    applications: Option<u8>,
    /// Only this scenario, such as `traffic`
    #[arg(long, value_name = "NAME", value_parser = scenario, conflicts_with = "fault")]
    scenario: Option<&'static Scenario>,
    /// `field=choice,…`, `default`, or `all`
    #[arg(long, value_name = "NAME", default_value = "all", value_parser = super::dialect)]
    dialect: ::std::option::Option<Dialect>,
    /// Only explore, under a set of dialects in which every pair of choices occurs (under a minute)
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// Explore under every dialect (about a quarter of an hour on two cores)
    #[arg(long)]
    full: bool,
    /// Let states that differ in names only (of users, leases, payloads, requests) count as one. They go on alike, and
    /// are few enough for sizes that are out of reach otherwise; but what names themselves bring about, and what the
    /// judge remembers of them, is seen in one of them only. Each takes as many outlines as its users have orders. Every
    /// state counts where addresses are used again (`sender_pointer=reused`) and where crossings race at larger sizes
    #[arg(long, conflicts_with = "fault")]
    up_to_names: bool,
    /// Threads; as many as there are cores unless given
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u16>::new().range(1..=256))]
    threads: Option<u16>,
    /// Only part I of N equal parts of the work
    #[arg(long, value_name = "I/N", value_parser = partition)]
    partition: Option<Partition>,
    /// Put a mistake into one of the machines; it must end in a counterexample
    #[arg(long, value_name = "NAME", value_parser = fault)]
    fault: Option<Fault>,
    /// List the mistakes that `--fault` knows
    #[arg(long)]
    list_faults: bool,
    /// List the fields of a dialect and their choices
    #[arg(long)]
    list_dialects: bool,
    /// How to print the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Write the result to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn partition(text: &str) -> Result<Partition, String> {
    let wants = || format!("`{text}` is no part: write I/N with 1 ≤ I ≤ N, such as 1/8");
    let (part, of) = text.split_once('/').ok_or_else(wants)?;
    let (part, of) = (part.parse().map_err(|_| wants())?, of.parse().map_err(|_| wants())?);
    if part >= 1 && part <= of { Ok(Partition { part, of }) } else { Err(wants()) }
}

pub(super) fn scenario(name: &str) -> Result<&'static Scenario, String> {
    Scenario::find(name).ok_or_else(|| {
        let names: Vec<&str> = SCENARIOS.iter().map(|scenario| scenario.name).collect();
        format!("there is no scenario `{name}`; there are {}", names.join(", "))
    })
}

pub(super) fn fault(name: &str) -> Result<Fault, String> {
    let known = Fault::ALL.iter().copied().find(|fault| fault.name() == name);
    known.ok_or_else(|| {
        let words: Vec<&str> = name.split('-').filter(|word| word.len() > 3).collect();
        let near = Fault::ALL.iter().filter(|fault| words.iter().any(|word| fault.name().contains(word)));
        let near: Vec<&str> = near.map(|fault| fault.name()).collect();
        let near = if near.is_empty() { String::new() } else { format!("; near it: {}", near.join(", ")) };
        format!("there is no fault `{name}`{near}; `--list-faults` lists all {}", Fault::ALL.len())
    })
}

pub(super) fn run(options: &Options) -> Result<u8, String> {
    if options.list_faults {
        print(&list_faults(), None)?;
        return Ok(0);
    }
    if options.list_dialects {
        print(&list_dialects(), None)?;
        return Ok(0);
    }
    let output = options.out.as_deref().map(Output::open).transpose()?;
    let report = match options.fault {
        Some(fault) => hunt(fault, options),
        None => explore(options)?,
    };
    print(&options.format.present(&report, verify::render)?, output)?;
    let code = report.exit_code();
    if code == 0 && options.is_plain() { super::drive::example() } else { Ok(code) }
}

impl Options {
    /// Nothing was asked for but to verify: then the bundled example is judged too.
    fn is_plain(&self) -> bool {
        !self.quick
            && !self.full
            && !self.up_to_names
            && self.is_whole()
            && self.format == Format::Text
            && self.out.is_none()
    }

    /// The plan covers what must reach every rule and witness.
    const fn is_whole(&self) -> bool {
        let is_all = self.scenario.is_none() && self.dialect.is_none() && self.partition.is_none();
        is_all && self.fault.is_none() && self.sizes().are_default()
    }

    const fn sizes(&self) -> Sizes {
        Sizes { users: self.users, operations: self.operations, applications: self.applications }
    }

    const fn same(&self) -> Same {
        if self.up_to_names { Same::UpToNames } else { Same::Equal }
    }

    fn threads(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.threads.map_or_else(cores, usize::from)
    }
}

fn list_faults() -> String {
    let rows = Fault::ALL.iter().map(|fault| {
        let (rule, machine) = (fault.rule().id(), fault.side());
        format!("{:38} {machine:8} {rule:6} {}\n", fault.name(), fault.what())
    });
    format!("{:38} {:8} {:6} what goes wrong\n{}", "fault", "machine", "breaks", rows.collect::<String>())
}

fn list_dialects() -> String {
    let rows = FIELDS.iter().map(|(field, choices)| format!("{field:17} {}\n", choices.join("  ")));
    let rows: String = rows.collect();
    format!(
        "{rows}\n{} dialects; the first choice of each field is the default. Write them as\n  --dialect release_timing=inside,expiry=user-first\n",
        dialect::COUNT
    )
}

/// One line that says how far the exploration is.
struct Live {
    bar: ProgressBar,
    started: Instant,
    last_line: Instant,
}

impl Live {
    fn new() -> Self {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{spinner} {elapsed} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar, started: Instant::now(), last_line: Instant::now() }
    }

    fn tell(&mut self, watch: &Watch, explorations: usize, dialects: usize) {
        let unique = watch.unique.load(Ordering::Relaxed);
        let rate = unique as f64 / self.started.elapsed().as_secs_f64().max(0.001);
        let depth = watch.depth.load(Ordering::Relaxed);
        let (unique, rate) = (verify::grouped(unique), verify::grouped(rate as u64));
        let message = format!(
            "{unique} states, {rate} states/s, depth {depth}, {explorations} explorations and {dialects} dialects left"
        );
        if !self.bar.is_hidden() {
            self.bar.set_message(message);
            self.bar.tick();
        } else if self.last_line.elapsed() > Duration::from_secs(10) {
            eprintln!("{:5.0} s  {message}", self.started.elapsed().as_secs_f64());
            self.last_line = Instant::now();
        }
    }
}

fn explore(options: &Options) -> Result<Report, String> {
    let extent = if options.full { Extent::Full } else { Extent::Quick };
    let jobs = verify::jobs(extent, options.scenario, options.dialect, options.sizes(), options.partition);
    let watch = Watch::default();
    let mut live = Live::new();
    let mut left: std::collections::BTreeMap<Dialect, usize> = std::collections::BTreeMap::new();
    for job in &jobs {
        *left.entry(job.dialect).or_default() += 1;
    }
    let started = Instant::now();
    let results = verify::run(&jobs, options.same(), options.threads(), &watch, |event, remaining| {
        if let Some(done) = event {
            let dialect = done.model.dialect;
            if left.get_mut(&dialect).is_some_and(|left| {
                *left -= 1;
                *left == 0
            }) {
                left.remove(&dialect);
            }
        }
        live.tell(&watch, remaining, left.len());
        // The first counterexample ends the run: what is broken is to be mended first.
        event.is_none_or(|done| done.exploration.counterexample.is_none())
    });
    live.bar.finish_and_clear();
    let mut pins = Pins::reviewed();
    if std::env::var_os("UPDATE_PINS").is_some() && options.sizes().are_default() && !options.up_to_names {
        pins = update_pins(pins, &results)?;
    }
    let scope = verify::Scope { planned: jobs.len(), whole: options.is_whole() };
    Ok(Report::new(&results, scope, pins.compare(&results), started.elapsed()))
}

/// Writes the counts of these results into the source tree.
fn update_pins(mut pins: Pins, results: &[Done]) -> Result<Pins, String> {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").ok_or("UPDATE_PINS works under `cargo run` only")?;
    let file = PathBuf::from(folder).join("pins/states.tsv");
    pins.note(results);
    std::fs::write(&file, pins.render()).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    Ok(pins)
}

fn hunt(fault: Fault, options: &Options) -> Report {
    let started = Instant::now();
    let found: Vec<Done> = faults::find(fault, options.dialect, &Watch::default()).into_iter().collect();
    let scope = verify::Scope { planned: 1, whole: false };
    Report::new(&found, scope, Comparison::default(), started.elapsed())
}
