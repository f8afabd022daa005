//! The six entry points by themselves, for tests that play a host of their own: what is called and answered, and when,
//! is theirs to say, also what no host may do.
//!
//! A policy is better tested with [`TestHost`](super::TestHost), which keeps to the contract and looks after it.

#![expect(unsafe_code, reason = "entry points take pointers")]

use std::fmt;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use wsman_authz_core::call::RequestKind;

use super::client::Client;
use super::letter::{Letter, Texts, Units, wide};
use super::library::Library;
use super::said::Listener;
pub use super::said::Said;
use crate::Plugin;
use crate::clock::{Clock, millis};

/// A plug-in as its library would be, with a clock that stands still.
pub struct Wire<P: Plugin> {
    library: Library<P>,
    clock: Arc<AtomicU64>,
    /// Action and resource of every operation.
    texts: [Units; 2],
}

impl<P: Plugin> Wire<P> {
    /// Nothing runs yet.
    #[must_use]
    pub fn load() -> Self {
        let clock = Arc::new(AtomicU64::new(0));
        let texts = ["http://schemas.xmlsoap.org/ws/2004/09/transfer/Get", "http://example.org/"];
        let texts = texts.map(|text| Some(wide(text)));
        Self { library: Library::load(Clock::Virtual(Arc::clone(&clock))), clock, texts }
    }

    /// `WSManPluginStartup`: the plug-in context of the application.
    ///
    /// # Errors
    /// The code that it returned.
    pub fn startup(&self, identification: &str) -> Result<usize, u32> {
        match self.library.startup(0, &Some(wide(identification)), &None) {
            (0, context) => Ok(context),
            (error, _) => Err(error),
        }
    }

    /// `WSManPluginShutdown`, because the IIS host stops; what it returned.
    pub fn shutdown(&self, application: usize) -> u32 {
        self.library.shutdown(application, 0, 3)
    }

    /// One of the three questions. Without an envelope `senderDetails` is NULL.
    pub fn ask(&self, kind: RequestKind, application: usize, envelope: Option<&Envelope>) {
        let details = envelope.map_or(ptr::null(), |envelope| envelope.0.pointer());
        let [action, resource] = &self.texts;
        match kind {
            // SAFETY: HA-01, HA-02, HA-04: NULL, or a letter that is borrowed for the call.
            RequestKind::User => unsafe { self.library.user(application, details, 0) },
            // SAFETY: HA-01, HA-02, HA-04, as above.
            RequestKind::Operation => unsafe {
                self.library.operation(application, details, 0, (1, action, resource));
            },
            // SAFETY: HA-01, HA-02, HA-04, as above.
            RequestKind::Quota => unsafe { self.library.quota(application, details, 0) },
        }
    }

    /// `WSManPluginAuthzReleaseContext`, with any value; 0 is NULL.
    pub fn release(&self, context: usize) {
        self.library.release(context);
    }

    /// Lets time pass for the engine.
    pub fn advance(&self, span: Duration) {
        self.clock.fetch_add(millis(span).0, Ordering::SeqCst);
    }

    /// Live contexts, values of the policy, and requests that are not over.
    #[must_use]
    pub fn balance(&self) -> (usize, usize, usize) {
        self.library.exported().runtime().balance()
    }
}

impl<P: Plugin> fmt::Debug for Wire<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

/// The memory behind one `senderDetails`, and who hears what is said to it. One request at a time.
pub struct Envelope(Box<Letter>);

struct Ear<F>(F);

impl<F: Fn(Said) -> u32 + Send + Sync> Listener for Ear<F> {
    fn hear(&self, said: Said) -> u32 {
        (self.0)(said)
    }
}

impl Envelope {
    /// An envelope of this client. `hear` is every completion function to it: 0 accepts.
    pub fn new(client: &Client, hear: impl Fn(Said) -> u32 + Send + Sync + 'static) -> Self {
        Self(Letter::new(Texts::from(client), Arc::new(Ear(hear))))
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Envelope").field(&self.0.pointer()).finish()
    }
}
