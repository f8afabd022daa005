//! The process that judges and survives: starts the child, watches it, and says how it ended.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::autopsy::Body;
use super::black_box::Remains;
use super::child::Orders;
use super::diary::{Diary, Folder, State};
use super::error::DriveError;
use super::library::check_file;
use super::report::DriveReport;
use super::{DriveOptions, Progress};

/// How often the parent looks.
const GLANCE: Duration = Duration::from_millis(20);
/// How long the child may show no sign of life.
const SILENCE: Duration = Duration::from_secs(10);

/// Drives a plug-in as `options` say, in a process of its own. `progress` is called now and then.
///
/// # Errors
/// If the plug-in could not be driven at all; see [`DriveError`]. A crash is no error but a verdict.
pub fn drive(options: &DriveOptions, progress: &dyn Fn(&Progress)) -> Result<DriveReport, DriveError> {
    options.check()?;
    check_file(&options.plugin)?;
    if let Some(path) = &options.trace {
        let made = std::fs::File::create(path);
        made.map_err(|error| DriveError::Trace { path: path.clone(), why: error.to_string() })?;
    }
    let folder = tempfile::tempdir().map_err(|error| DriveError::host("a temporary folder", error))?;
    let orders = Orders { folder: Folder(folder.path().into()), parent: std::process::id(), options: options.clone() };
    let mut child = Watched(spawn(&orders)?);
    let (status, diary) = watch(&mut child.0, &orders.folder, progress)?;
    let remains = Remains::read(&orders.folder.black_box());
    conclude(options, status, diary, &remains)
}

/// Does not outlive its parent's interest.
struct Watched(Child);

impl Drop for Watched {
    fn drop(&mut self) {
        // Errors mean that it is gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn spawn(orders: &Orders) -> Result<Child, DriveError> {
    let failed = |error| DriveError::host("starting a process for the plug-in", error);
    let program = std::env::current_exe().map_err(failed)?;
    let mut child = Command::new(program)
        .arg("drive-child")
        .stdin(Stdio::piped())
        // Standard output is for the result: what the plug-in prints goes elsewhere.
        .stdout(std::io::stderr())
        .spawn()
        .map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        let text = serde_json::to_vec(orders).map_err(|error| DriveError::host("the orders", error))?;
        input.write_all(&text).map_err(failed)?;
    }
    Ok(child)
}

/// Waits for the end of the child; `None` if it had to be ended.
fn watch(
    child: &mut Child,
    folder: &Folder,
    progress: &dyn Fn(&Progress),
) -> Result<(Option<ExitStatus>, Diary), DriveError> {
    let mut diary = Diary::default();
    let mut last_beat = Instant::now();
    loop {
        let status = child.try_wait().map_err(|error| DriveError::host("watching the plug-in's process", error))?;
        if let Some(news) = Diary::read(folder).filter(|news| *news != diary) {
            if news.beat != diary.beat {
                last_beat = Instant::now();
            }
            diary = news;
            progress(&diary.progress);
        }
        if status.is_some() {
            return Ok((status, diary));
        }
        let is_over = matches!(diary.state, State::Hung { .. } | State::Failed(_) | State::Stuck);
        if is_over || last_beat.elapsed() > SILENCE {
            return Ok((None, diary));
        }
        std::thread::sleep(GLANCE);
    }
}

fn conclude(
    options: &DriveOptions,
    status: Option<ExitStatus>,
    diary: Diary,
    remains: &Remains,
) -> Result<DriveReport, DriveError> {
    if let State::Failed(error) = diary.state {
        return Err(error);
    }
    let mut report = diary.report.clone();
    report.again = again(options, &report);
    if diary.state == State::Unloaded && status.is_some_and(|status| status.success()) {
        return Ok(report);
    }
    let body = Body { diary: &diary, remains };
    report.last_calls = body.last_calls();
    if let Some(path) = &options.trace {
        mend(path, &remains.records)
            .map_err(|error| DriveError::Trace { path: path.clone(), why: error.to_string() })?;
    }
    match status {
        Some(status) => body.ended(status, &mut report),
        None => body.hung(&mut report),
    }
    Ok(report)
}

/// The command that makes the same choices. After a run of a given duration: for as many requests as there were.
fn again(options: &DriveOptions, report: &DriveReport) -> String {
    let DriveOptions { plugin, users, threads, seed, odd_senders, .. } = options;
    let requests = if options.duration.is_some() { report.requests.max(1) } else { options.requests };
    let odd = if *odd_senders { " --odd-senders" } else { "" };
    format!(
        "wsman-authz drive {} --requests {requests} --users {users} --threads {threads} --seed {seed}{odd}",
        plugin.display()
    )
}

/// Completes the trace of a child that died: what it had not written yet is in the black box.
fn mend(path: &Path, records: &[Value]) -> std::io::Result<()> {
    let mut text = std::fs::read(path)?;
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    text.truncate(whole);
    let last = text.split(|byte| *byte == b'\n').rev().find(|line| !line.is_empty());
    let last = last.and_then(|line| serde_json::from_slice::<Value>(line).ok());
    let last = last.and_then(|record| record["seq"].as_u64()).unwrap_or(0);
    for record in records.iter().filter(|record| record["seq"].as_u64() > Some(last)) {
        serde_json::to_writer(&mut text, record)?;
        text.push(b'\n');
    }
    std::fs::write(path, text)
}
