//! What crosses the boundary, caught as a trace: the plug-in tells it as events (`wsman_authz::trace`).

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Subscriber, with_default};
use tracing::{Event, Metadata};

/// Runs `body`; what crosses the boundary meanwhile on this thread, one record a line, as `wsman-authz judge` reads it.
pub(crate) fn recorded<R>(body: impl FnOnce() -> R) -> (R, String) {
    let lines = Arc::new(Mutex::new(String::new()));
    let result = with_default(Recorder(Arc::clone(&lines)), body);
    let lines = lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (result, lines)
}

struct Recorder(Arc<Mutex<String>>);

/// Reads the field `record`.
struct Line<'a>(&'a mut String);

impl Visit for Line<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "record" {
            self.0.push_str(value);
            self.0.push('\n');
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "wsman_authz::trace"
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner)));
    }

    // Nobody opens spans.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
