//! What the engine logs, caught: a subscriber around each call that a test makes.
//!
//! Everything goes on to the subscriber that was there before.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::dispatcher::{self, Dispatch};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, Subscriber};
use tracing::{Event, Level, Metadata};

/// The target of all events of this library.
const TARGET: &str = "wsman_authz";

/// One event of the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// How grave it is.
    pub level: Level,
    /// The text, which is stable.
    pub message: String,
    /// Fields by their names, which are stable, and their values as text.
    pub fields: Vec<(&'static str, String)>,
}

impl Logged {
    /// The value of a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value.as_str())
    }

    /// Whether it is about a policy that did not start.
    pub(super) fn is_failed_start(&self) -> bool {
        self.message == "the policy did not start"
    }

    pub(super) fn is_error(&self) -> bool {
        self.level == Level::ERROR
    }
}

impl fmt::Display for Logged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.level, self.message)?;
        self.fields.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

/// A log that is being caught.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    events: Arc<Mutex<Vec<Logged>>>,
    dispatch: Dispatch,
}

impl Log {
    pub(crate) fn new() -> Self {
        let events = Arc::new(Mutex::default());
        let before = dispatcher::get_default(Clone::clone);
        let dispatch = Dispatch::new(Catcher { events: Arc::clone(&events), before });
        Self { events, dispatch }
    }

    /// Catches what is logged on this thread meanwhile.
    pub(crate) fn around<R>(&self, body: impl FnOnce() -> R) -> R {
        dispatcher::with_default(&self.dispatch, body)
    }

    /// What was caught so far.
    pub(crate) fn events(&self) -> Vec<Logged> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Catcher {
    events: Arc<Mutex<Vec<Logged>>>,
    before: Dispatch,
}

/// Reads the fields of one event.
#[derive(Default)]
struct Reader {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Visit for Reader {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => self.fields.push((name, format!("{value:?}"))),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.push((field.name(), value.to_owned()));
    }
}

impl Subscriber for Catcher {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.target() == TARGET { Interest::always() } else { self.before.register_callsite(metadata) }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == TARGET || self.before.enabled(metadata)
    }

    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == TARGET {
            let mut reader = Reader::default();
            event.record(&mut reader);
            let Reader { message, fields } = reader;
            let logged = Logged { level: *event.metadata().level(), message, fields };
            self.events.lock().unwrap_or_else(PoisonError::into_inner).push(logged);
        }
        if self.before.enabled(event.metadata()) {
            self.before.event(event);
        }
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.before.new_span(span)
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.before.record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.before.record_follows_from(span, follows);
    }

    fn enter(&self, span: &Id) {
        self.before.enter(span);
    }

    fn exit(&self, span: &Id) {
        self.before.exit(span);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.before.clone_span(id)
    }

    fn try_close(&self, id: Id) -> bool {
        self.before.try_close(id)
    }
}
