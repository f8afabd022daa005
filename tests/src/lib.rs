//! What the tests in `tests/` share: the tree as text, random walks through the model, random histories of the engine.
//!
//! A walk and a history are functions of bytes, so that proptest, a fuzzer and a plain test over the committed corpus
//! run one and the same thing.

pub mod author;
pub mod built;
pub mod cases;
pub mod coverage;
pub mod functions;
pub mod history;

pub mod reading;
pub mod reference;
pub mod teller;
pub mod tree;
pub mod walk;
