//! The model: Host × Engine × environment, judged by Contract and by a ghost ledger.
//!
//! [`Model::next`] calls the shipped `step` functions; nothing of them is written again here. What is here is the
//! environment ([`scenario`], [`action`]), the crossings on their way (`flight`), and the second opinion (`ghost`).

pub mod action;
mod checked;
mod crossing;
mod flight;
mod ghost;
mod outline;
mod perform;
mod policy;
mod probe;
pub mod scenario;
mod sequence;
mod step;
mod tape;
mod words;
mod world;

pub use action::Action;
pub use checked::Checked;
pub use flight::{Flight, Gate};
pub use scenario::{Choice, SCENARIOS, Scenario};
pub use tape::{Line, Tape, Witness};
pub use words::write_steps;
pub use world::{Model, World};

use std::fmt;

/// A user of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct User(pub u8);

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "user{}", self.0)
    }
}
