//! A record with the fields that the judge reads, as plain as serde makes them: texts are borrowed where they can be.

use std::borrow::Cow;

use serde::Deserialize;

/// A text; one with an escape in it is copied.
#[derive(Deserialize)]
struct Text<'a>(
    #[serde(borrow)]
    #[expect(dead_code, reason = "parsed, not read")]
    Cow<'a, str>,
);

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed, not read")]
struct Quota {
    shells: u32,
    operations: u32,
    timeslot_s: u32,
    per_timeslot: u32,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "parsed, not read")]
pub(super) struct Record<'a> {
    seq: u64,
    ms: u64,
    thread: u32,
    #[serde(borrow)]
    call: Text<'a>,
    application: Option<Text<'a>>,
    request: Option<Text<'a>>,
    user: Option<Text<'a>>,
    mechanism: Option<Text<'a>>,
    reauthorization: Option<bool>,
    operation: Option<Text<'a>>,
    context: Option<Text<'a>>,
    identity: Option<Text<'a>>,
    administrator: Option<bool>,
    quota: Option<Quota>,
    error: Option<u32>,
    flags: Option<u32>,
    extended: Option<Text<'a>>,
    payload: Option<Text<'a>>,
    idle_ms: Option<u64>,
    reason: Option<u32>,
    how: Option<Text<'a>>,
    side: Option<Text<'a>>,
    dialect: Option<Text<'a>>,
}
