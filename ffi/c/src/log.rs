//! What happens inside goes to the policy's `log`, and nowhere else.
//!
//! The engine tells what happens as `tracing` events. Each call that comes in, from the host or from the author, runs
//! under a dispatcher of its policy, so nothing global is installed and policies do not hear of each other.

#![expect(unsafe_code, reason = "the log callback is the author's")]

use std::ffi::CString;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use tracing::dispatcher::{self, Dispatch};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use wsman_authz_core::sync::Mutex;

use crate::policy::{LogCallback, LogLevel};

/// The way to one policy's `log`.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    callback: Arc<Mutex<LogCallback>>,
    dispatch: Dispatch,
}

impl Log {
    pub(crate) fn new() -> Self {
        let callback = Arc::new(Mutex::new(None));
        let dispatch = Dispatch::new(Lines { callback: Arc::clone(&callback) });
        Self { callback, dispatch }
    }

    /// From now on this callback, if any, is told.
    pub(crate) fn to(&self, callback: LogCallback) {
        *self.callback.lock() = callback;
    }

    /// Runs `body`; what happens meanwhile on this thread is told.
    pub(crate) fn during<R>(&self, body: impl FnOnce() -> R) -> R {
        dispatcher::with_default(&self.dispatch, body)
    }
}

/// Tells one line to a callback, if there is one.
pub(crate) fn tell(callback: LogCallback, level: LogLevel, line: &str) {
    let (Some(callback), Ok(line)) = (callback, CString::new(line.replace('\0', " "))) else { return };
    // SAFETY: CA-02: the author's own callback, with a text that lives until it returns.
    unsafe { callback(level as u32, line.as_ptr()) };
}

struct Lines {
    callback: Arc<Mutex<LogCallback>>,
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO && metadata.is_event()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn event(&self, event: &Event<'_>) {
        let callback = *self.callback.lock();
        if callback.is_some() {
            let mut line = Line::default();
            event.record(&mut line);
            tell(callback, level_of(*event.metadata().level()), &format!("{}{}", line.message, line.fields));
        }
    }

    // The engine opens no spans.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn level_of(level: Level) -> LogLevel {
    match level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warning,
        _ => LogLevel::Information,
    }
}

/// An event as a line: what happened, then `name=value` for each field.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
