//! The process that judges and survives: starts the child, watches it, and says how it ended.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::black_box::Remains;
use super::child::Orders;
use super::diary::{Diary, Folder, State};
use super::error::DriveError;
use super::library::check_file;
use super::report::{DriveReport, DriveVerdict};
use super::sender_pool::is_poison;
use super::{DriveOptions, Progress};

/// How often the parent looks.
const GLANCE: Duration = Duration::from_millis(20);
/// How long the child may show no sign of life.
const SILENCE: Duration = Duration::from_secs(10);
/// How many of the last calls a report shows.
const LAST_CALLS: usize = 24;

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
    let orders = Orders { folder: Folder(folder.path().into()), options: options.clone() };
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
        let is_over = matches!(diary.state, State::Hung { .. } | State::Failed(_));
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
    let Diary { state, progress, mut report, .. } = diary;
    if let State::Failed(error) = state {
        return Err(error);
    }
    if state == State::Finished && status.is_some_and(|status| status.success()) {
        return Ok(report);
    }
    report.last_calls = remains.records.iter().rev().take(LAST_CALLS).rev().cloned().collect();
    if let Some(path) = &options.trace {
        mend(path, &remains.records)
            .map_err(|error| DriveError::Trace { path: path.clone(), why: error.to_string() })?;
    }
    match (status, &state) {
        (Some(status), state) => {
            report.verdict = DriveVerdict::Crashed;
            report.ended = Some(format!("{} {}", how(status, remains), place(state, remains)));
            note_poison(&mut report, &progress.dialect, remains);
        }
        (None, State::Hung { call, seq, inside_completion }) => {
            report.verdict = DriveVerdict::Hung;
            report.ended = Some(format!("it hung: {call}{} did not return within 5 s", record_number(*seq)));
            if *inside_completion {
                let why = format!(
                    "{call} was called from inside a completion function and did not return: the plug-in holds a lock \
                     across the completion, or waits for it to return"
                );
                report.break_rule("CL-60", &progress.dialect, Some(*seq), &why);
            }
        }
        (None, state) => {
            report.verdict = DriveVerdict::Hung;
            let place = place(state, remains);
            report.ended = Some(format!("it hung: its process gave no sign of life for 10 s, {place}"));
        }
    }
    Ok(report)
}

/// A crash at a poisoned address: the memory of a completed request was read.
fn note_poison(report: &mut DriveReport, dialect: &str, remains: &Remains) {
    let Some(note) = remains.note.filter(|note| is_poison(note.address)) else { return };
    let why = format!(
        "the plug-in followed a pointer of senderDetails after it had completed the request (address {:#x})",
        note.address
    );
    report.break_rule("CL-62", dialect, (note.call > 0).then_some(note.call), &why);
}

fn record_number(seq: u64) -> String {
    if seq == 0 { String::new() } else { format!(" (record {seq})") }
}

/// What ended the process.
fn how(status: ExitStatus, remains: &Remains) -> String {
    if let Some(code) = status.code() {
        return format!("it ended its process with exit code {code}");
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        let address = remains.note.filter(|_| [libc::SIGSEGV, libc::SIGBUS].contains(&signal));
        let address = address.map_or_else(String::new, |note| format!(" at address {:#x}", note.address));
        return format!("it crashed with {}{address}", signal_name(signal));
    }
    let _ = remains;
    format!("it crashed ({status})")
}

#[cfg(unix)]
fn signal_name(signal: i32) -> String {
    match signal {
        libc::SIGSEGV => "SIGSEGV".to_owned(),
        libc::SIGBUS => "SIGBUS".to_owned(),
        libc::SIGILL => "SIGILL".to_owned(),
        libc::SIGFPE => "SIGFPE".to_owned(),
        libc::SIGABRT => "SIGABRT".to_owned(),
        libc::SIGKILL => "SIGKILL".to_owned(),
        other => format!("signal {other}"),
    }
}

/// In which call the process ended.
fn place(state: &State, remains: &Remains) -> String {
    let innermost = remains.note.map(|note| note.call);
    let record = innermost.and_then(|seq| remains.records.iter().find(|record| record["seq"] == seq));
    match (state, record, innermost) {
        (State::Loading, ..) => "while the library was loaded".to_owned(),
        (State::Finished, ..) => "while the library was unloaded".to_owned(),
        (_, Some(record), _) => {
            let seq = record["seq"].as_u64().unwrap_or_default();
            format!("in {}{}", record["call"].as_str().unwrap_or("a call"), record_number(seq))
        }
        (_, None, Some(0)) => "on a thread of its own, outside any call".to_owned(),
        (_, None, Some(seq)) => format!("in a call{}", record_number(seq)),
        (_, None, None) => "in one of the last calls".to_owned(),
    }
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
