//! The states of a slot for leases, as a table: `draw` makes its diagram from it, and a test holds the machine to it.

use crate::table::Transition;

/// A slot for leases. Each generation of it is one lease, with a handle of its own; `the last` is the last generation
/// that there is a handle for.
pub const LEASE_TABLE: &[Transition] = &[
    ("vacant", "reported", "live"),
    ("live", "released", "vacant"),
    ("live", "completion refused", "vacant"),
    ("live", "application ended", "vacant"),
    ("live", "released, the last", "retired"),
    ("live", "completion refused, the last", "retired"),
    ("live", "application ended, the last", "retired"),
];
