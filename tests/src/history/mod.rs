//! Random histories of a machine beside its reference, as bytes choose: any input at any moment, legal or not.
//!
//! A history is a function of bytes, so that a test, a fuzzer and a replay run one and the same thing, and so that
//! inputs can be left out: what is left is a history again.

mod boundary;
pub mod engine;
pub mod failure;
pub mod host;
mod minimise;
mod story;

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use wsman_authz_core::Side;
use wsman_authz_core::fault::Fault;

pub use engine::{play_bytes, play_with};
pub use story::Story;

/// What a history saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// Inputs that the machine took.
    pub taken: usize,
    /// Inputs that it refused.
    pub refused: usize,
    /// Contexts that it gave out: reported by the engine, released by the host.
    pub contexts: usize,
}

/// What is compared with its reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The engine alone.
    Engine,
    /// The host alone.
    Host,
    /// The entry points of a plug-in, with everything behind them.
    Boundary,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Engine, Self::Host, Self::Boundary];

    /// Its word on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Host => "host",
            Self::Boundary => "boundary",
        }
    }

    /// How many bytes choose the settings, and how many choose one input.
    #[must_use]
    pub const fn shape(self) -> (usize, usize) {
        match self {
            Self::Engine => (engine::HEAD, engine::GROUP),
            Self::Host => (host::HEAD, host::GROUP),
            Self::Boundary => (boundary::HEAD, boundary::GROUP),
        }
    }

    /// Seeded faults of the machine.
    pub fn faults(self) -> impl Iterator<Item = Fault> {
        let side = match self {
            Self::Engine => Some(Side::Plugin),
            Self::Host => Some(Side::Host),
            Self::Boundary => None,
        };
        Fault::ALL.iter().copied().filter(move |fault| Some(fault.side()) == side)
    }

    /// Plays a history.
    ///
    /// # Errors
    /// How the machine and its reference differ, or that one of them panics.
    pub fn play(self, bytes: &[u8], fault: Option<Fault>, story: Option<&mut Story>) -> Result<Played, String> {
        let play = || match self {
            Self::Engine => engine::play(bytes, fault, story),
            Self::Host => host::play(bytes, fault, story),
            Self::Boundary => boundary::play(bytes, None, story),
        };
        catch_unwind(AssertUnwindSafe(play)).unwrap_or_else(|panic| Err(format!("it panics: {}", message(&*panic))))
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a text")
}
