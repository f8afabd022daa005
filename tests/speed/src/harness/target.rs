//! Targets: what a row of ours is to reach, and whether it does.

use serde::{Deserialize, Serialize};

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// At most so many times what the limit takes.
    OfLimit(f64),
    /// At most so many times what this peer takes.
    Of(&'static str, f64),
}

/// A target, and whether it was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// The target in words.
    pub target: String,
    /// Whether it is met.
    pub met: bool,
}

impl Target {
    /// Compares. `ratio_to` is the ratio to the contender of that number.
    ///
    /// # Panics
    /// If there is nobody to compare with: the case would be written down wrongly.
    pub(super) fn judge(
        self,
        limit: Option<usize>,
        named: impl Fn(&str) -> Option<usize>,
        ratio_to: impl Fn(usize) -> f64,
    ) -> Met {
        match self {
            Self::OfLimit(most) => {
                let ratio = ratio_to(limit.expect("a target that speaks of the limit has one"));
                Met { target: format!("≤ {most:.2} × limit"), met: ratio <= most }
            }
            Self::Of(peer, most) => {
                let ratio = ratio_to(named(peer).expect("a target names a contender of its case"));
                Met { target: format!("≤ {most:.2} × {peer}"), met: ratio <= most }
            }
        }
    }
}
