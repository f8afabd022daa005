//! What crosses the boundary, written down in production: the trace that `wsman-authz judge` reads.
//!
//! Off unless asked for. [`VARIABLE`] names a file for the JSON lines; a subscriber that takes events of the target
//! [`TARGET`] gets the same lines one by one. Off, a crossing costs one look at each of the two.

use std::borrow::Cow;
use std::cell::Cell;
use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use wsman_authz_core::sync::Mutex;
use wsman_authz_core::trace::{Cast, TraceSide, write_header, write_record};
use wsman_authz_core::{ApplicationId, Call, Crossing, OperationId, ThreadId, Timestamp, UserName};

use crate::action::Operation;
use crate::log;

/// The environment variable with the path of the trace; `{pid}` in it is replaced by the number of the process.
pub(crate) const VARIABLE: &str = "WSMAN_AUTHZ_TRACE";

/// The target of the tracing events; their level is `TRACE`, their field `record`.
pub(crate) const TARGET: &str = "wsman_authz::trace";

/// The trace of one process.
#[derive(Debug)]
pub(crate) struct Trace {
    epoch: Instant,
    written: Mutex<Written>,
    to_file: bool,
}

#[derive(Debug, Default)]
struct Written {
    /// The number of the last record.
    seq: u64,
    /// No buffer of ours in front of it: a trace is wanted most when the process dies.
    file: Option<File>,
    line: Vec<u8>,
}

/// The names that belong to one record.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    pub(crate) application: &'a str,
    pub(crate) operation: Option<&'a Operation>,
}

impl Cast<UserName> for Names<'_> {
    fn user<'a>(&'a self, user: &'a UserName) -> [Cow<'a, str>; 2] {
        [user.name().into(), user.mechanism().into()]
    }

    fn operation(&self, _: Option<OperationId>) -> Option<[Cow<'_, str>; 2]> {
        self.operation.map(|Operation { action, resource, .. }| [action.into(), resource.into()])
    }

    fn application(&self, _: ApplicationId) -> Cow<'_, str> {
        self.application.into()
    }
}

impl Trace {
    /// To the file that the environment names, if it names one. A trace that cannot be begun is a line in the log:
    /// the host is not to suffer from it.
    pub(crate) fn from_environment() -> Self {
        let Some(pattern) = env::var_os(VARIABLE).filter(|pattern| !pattern.is_empty()) else {
            return Self::new(None);
        };
        let path = path_of(&pattern);
        let begun = Self::begin(&path);
        match &begun {
            Ok(_) => log::trace_begun(&path),
            Err(error) => log::trace_not_begun(&path, error),
        }
        begun.unwrap_or_else(|_| Self::new(None))
    }

    /// To a new file. One that is there is the trace of somebody else, and stays as it is.
    pub(crate) fn begin(path: &Path) -> io::Result<Self> {
        let mut file = File::create_new(path)?;
        let mut header = Vec::new();
        write_header(&mut header, TraceSide::Plugin, None);
        header.push(b'\n');
        file.write_all(&header)?;
        Ok(Self::new(Some(file)))
    }

    fn new(file: Option<File>) -> Self {
        let to_file = file.is_some();
        // The header is record 1.
        let written = Mutex::new(Written { seq: 1, file, line: Vec::new() });
        Self { epoch: Instant::now(), written, to_file }
    }

    /// Whether anybody wants records: what only a record needs is to be gathered only then.
    pub(crate) fn is_on(&self) -> bool {
        self.to_file || tracing::enabled!(target: TARGET, tracing::Level::TRACE)
    }

    /// Writes one crossing down.
    pub(crate) fn write(&self, call: Call<UserName>, names: &Names<'_>) {
        let mut written = self.written.lock();
        written.seq += 1;
        let at = Timestamp(u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX));
        let crossing = Crossing { at, thread: this_thread(), call };
        let Written { seq, file, line } = &mut *written;
        line.clear();
        write_record(line, *seq, &crossing, names);
        line.push(b'\n');
        let failed = file.as_mut().and_then(|file| file.write_all(line).err());
        if failed.is_some() {
            *file = None;
        }
        let record = String::from_utf8_lossy(line).trim_end().to_owned();
        drop(written); // CL-60: a subscriber is foreign code
        log::crossing(&record);
        if let Some(error) = failed {
            log::trace_ended(&error);
        }
    }

    /// Writes a call down now, and its return, in which nothing has a name, when the value is dropped.
    pub(crate) fn enter<'a>(&'a self, call: Call<UserName>, names: &Names<'_>, back: Call<UserName>) -> Inside<'a> {
        self.write(call, names);
        Inside { trace: self, back: Some(back) }
    }
}

/// A call of the host that has been written down and not its return.
#[derive(Debug)]
pub(crate) struct Inside<'a> {
    trace: &'a Trace,
    back: Option<Call<UserName>>,
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if let Some(back) = self.back.take() {
            self.trace.write(back, &Names::default());
        }
    }
}

fn path_of(pattern: &OsStr) -> PathBuf {
    match pattern.to_str() {
        Some(text) => text.replace("{pid}", &process::id().to_string()).into(),
        None => pattern.into(),
    }
}

/// A small number for the thread, given at its first record.
fn this_thread() -> ThreadId {
    static LAST: AtomicU32 = AtomicU32::new(0);
    thread_local! { static NUMBER: Cell<u32> = const { Cell::new(0) }; }
    // A thread that ends has no number any more; 0 is one.
    let number = NUMBER.try_with(|number| {
        if number.get() == 0 {
            number.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
        }
        number.get()
    });
    ThreadId(number.unwrap_or(0))
}
