//! The states of a record, an operation and a request, as tables: `draw` makes its diagrams from them, and a test
//! holds the machine to them.

use crate::table::Transition;

/// A user's record, as the host has it. `renewing` is live, with a re-authorization pending.
pub const RECORD_TABLE: &[Transition] = &[
    ("none", "request", "asking"),
    ("asking", "request", "asking"),
    ("asking", "user allowed", "live"),
    ("asking", "user denied", "none"),
    ("asking", "timed out", "none"),
    ("asking", "completion refused", "none"),
    ("asking", "stop", "none"),
    ("live", "request", "live"),
    ("live", "re-authorize", "renewing"),
    ("live", "deadline", "none"),
    ("live", "stop", "none"),
    ("renewing", "request", "renewing"),
    ("renewing", "user allowed", "live"),
    ("renewing", "user denied", "none"),
    ("renewing", "timed out", "none"),
    ("renewing", "completion refused", "none"),
    ("renewing", "stop", "none"),
];

/// An operation. One that was refused or has ended is forgotten; `given up` ends as soon as it begins.
pub const OPERATION_TABLE: &[Transition] = &[
    ("none", "request, user unknown", "waiting"),
    ("none", "request, user known", "authorizing"),
    ("none", "request beyond the quota", "none"),
    ("waiting", "user allowed", "authorizing"),
    ("waiting", "user denied", "none"),
    ("waiting", "quota known", "authorizing"),
    ("waiting", "quota failed", "none"),
    ("waiting", "end", "none"),
    ("waiting", "record expired", "none"),
    ("waiting", "stop", "none"),
    ("authorizing", "operation allowed", "open"),
    ("authorizing", "operation denied", "none"),
    ("authorizing", "timed out", "none"),
    ("authorizing", "completion refused", "none"),
    ("authorizing", "end", "given up"),
    ("authorizing", "record expired", "given up"),
    ("authorizing", "stop", "given up"),
    ("given up", "operation allowed", "none"),
    ("given up", "operation denied", "none"),
    ("given up", "timed out", "none"),
    ("given up", "stopped", "none"),
    ("open", "respond", "open"),
    ("open", "respond, simple", "none"),
    ("open", "end", "none"),
    ("open", "record expired", "none"),
    ("open", "stop", "none"),
];

/// A request. `timed out` remembers one until its late completion.
pub const REQUEST_TABLE: &[Transition] = &[
    ("none", "entry point called", "pending"),
    ("pending", "completion accepted", "none"),
    ("pending", "completion refused", "none"),
    ("pending", "completion does not fit", "pending"),
    ("pending", "time-out", "timed out"),
    ("pending", "stopped", "none"),
    ("timed out", "late completion", "none"),
    ("timed out", "completion does not fit", "timed out"),
    ("timed out", "stopped", "none"),
];
