//! What the tests in `tests/` share: the tree as text, random walks through the model, random histories of the engine.
//!
//! A walk, a history and whatever else a fuzzer runs are functions of bytes (`targets`), so that proptest, a fuzzer and a
//! plain test over the committed corpus run one and the same thing.

pub mod author;
pub mod boundary;
pub mod built;
pub mod cases;
mod choices;
pub mod coverage;
pub mod functions;
pub mod handles;
pub mod history;
pub mod hosting;
pub mod reading;
pub mod reference;
pub mod sequences;
pub mod targets;
pub mod teller;
pub mod tree;
pub mod walk;
