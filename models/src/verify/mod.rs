//! `verify`: explores the composition under many dialects and says what that shows of each rule.

mod coverage;
pub mod faults;
pub mod pins;
mod plan;
mod report;
mod run;
mod story;
mod text;

pub use coverage::{NOT_IN_THE_MODEL, is_in_the_model};
pub use plan::{Extent, Job, Partition, Sizes, jobs};
pub use report::{Report, Scope, Verdict};
pub use run::{Done, run};
pub use story::{CounterexampleReport, tell, written};
pub(crate) use text::grouped;
pub use text::render;
