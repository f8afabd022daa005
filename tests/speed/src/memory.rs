//! Bytes, not time: what a lease, a record and a pending request take, as they were asked of the allocator.
//!
//! What a table has in reserve counts, and the payload does not: 64 bytes for everybody. [`soak`] looks at what is left
//! when everything has come and gone.

use std::any::Any;
use std::fmt::Write as _;

use wsman_authz_core::UserName;
use wsman_authz_core::call::RequestKind;
use wsman_authz_core::engine::Payload as Behind;

use crate::harness::{Met, Role, Row};
use crate::leases;
use crate::payload::{Maker, Payload, user, users};
use crate::steps::Plugged;
use crate::visits::Visits;

/// How many bytes are allocated.
pub type Counter = fn() -> usize;

/// What one of many takes: `make` makes so many and keeps them alive in what it returns.
fn each(counter: Counter, count: usize, make: impl FnOnce(usize) -> Box<dyn Any>) -> f64 {
    let before = counter();
    let kept = make(count);
    let bytes = counter() - before;
    drop(kept);
    bytes as f64 / count as f64
}

fn row(case: &str, contender: &str, role: Role, value: f64, most: Option<f64>, note: &str) -> Row {
    let met = |most: f64| Met { target: format!("≤ {most} bytes"), met: value <= most };
    let (targets, note) = (most.map(met).into_iter().collect(), note.to_owned());
    Row { role, targets, note, ..Row::figure("memory", case, contender, value, "bytes") }
}

/// A lease with a payload of its own.
fn lease_rows(counter: Counter, count: usize) -> Vec<Row> {
    let case = "live lease";
    let mut rows: Vec<Row> = Vec::new();
    leases::each_holding(|name, role, hold| {
        let value = each(counter, count, hold) - size_of::<Payload>() as f64;
        rows.push(row(case, name, role, value, None, ""));
    });
    let own = |count| {
        let (plugged, user) = (Plugged::start(), user(0));
        plugged.let_in(&user, Behind::None);
        let maker = Maker::new(0);
        for number in 0..count {
            plugged.begin(0, &user, || Behind::Fresh(maker.make(number as u64).into()));
        }
        Box::new(plugged) as Box<dyn Any>
    };
    let shared = |count| {
        let (plugged, user) = (Plugged::start(), user(0));
        plugged.let_in(&user, Behind::Fresh(Maker::new(0).make(0).into()));
        for _ in 0..count {
            plugged.begin(0, &user, || Behind::Shared);
        }
        Box::new(plugged) as Box<dyn Any>
    };
    let own = each(counter, count, own) - size_of::<Payload>() as f64;
    rows.push(row(case, "SharedEngine", Role::Ours, own, Some(32.0), "each with a payload of its own"));
    let shared = each(counter, count, shared);
    rows.push(row(case, "SharedEngine, one payload", Role::Ours, shared, Some(32.0), "all on the user's payload"));
    rows
}

fn record_rows(counter: Counter, count: usize) -> Vec<Row> {
    let case = "user record, a name of 30 characters";
    let plain = |count| {
        let records: hashbrown::HashMap<UserName, [u64; 2]> = (0..count).map(|number| (user(number), [0; 2])).collect();
        Box::new(records) as Box<dyn Any>
    };
    let host = |count| {
        let mut visits = Visits::new(900_000);
        (0..count).for_each(|number| visits.first(user(number), 0));
        Box::new(visits) as Box<dyn Any>
    };
    vec![
        row(case, "hashbrown", Role::Peer, each(counter, count, plain), None, "a deadline and a context"),
        row(case, "Host", Role::Ours, each(counter, count, host), Some(160.0), "with both texts of the name"),
    ]
}

fn request_rows(counter: Counter, count: usize) -> Vec<Row> {
    let case = "pending request";
    let engine = |users: Vec<UserName>| {
        let plugged = Plugged::start();
        users.iter().for_each(|user| {
            plugged.let_in(user, Behind::None);
        });
        (plugged, users)
    };
    let (plugged, users_there) = engine(users(count));
    let asked = each(counter, count, |_| {
        users_there.iter().for_each(|user| {
            plugged.ask(0, user);
        });
        Box::new(())
    });
    let mut visits = Visits::new(900_000);
    users_there.iter().for_each(|user| visits.first(user.clone(), 0));
    let at_host = each(counter, count, |_| {
        for user in &users_there {
            visits.ask(user.clone(), RequestKind::Operation, 0);
        }
        Box::new(())
    });
    vec![
        row(case, "SharedEngine", Role::Ours, asked, None, "each of another user, who is known"),
        row(case, "Host", Role::Ours, at_host, None, "with its operation"),
    ]
}

/// Every row; `counter` says how much is allocated.
#[must_use]
pub fn rows(counter: Counter, quick: bool) -> Vec<Row> {
    let count = if quick { 10_000 } else { 1_000_000 };
    [lease_rows(counter, count), record_rows(counter, count), request_rows(counter, count / 10)].concat()
}

/// Users of the burst.
const BURST: usize = 1_000_000;

/// What is allocated after so many leases came and went, ten times looked at; and before, in and after a burst of users,
/// at the engine and at the host.
///
/// # Panics
/// If the leases leave more behind than there was after the first tenth of them.
#[must_use]
pub fn soak(counter: Counter, cycles: u64) -> String {
    let mut text = String::with_capacity(4096); // before anything is counted
    let mut line = |what: &str, bytes: usize| {
        let _ = writeln!(text, "{what:<60} {bytes:>12} bytes");
    };
    let start = counter();
    let (plugged, user, maker) = (Plugged::start(), user(0), Maker::new(0));
    plugged.let_in(&user, Behind::Fresh(maker.make(0).into()));
    let mut first = None;
    for tenth in 1..=10 {
        for number in 0..cycles / 10 {
            let handle = plugged.begin(0, &user, || Behind::Fresh(maker.make(number).into()));
            assert!(plugged.release(handle).is_some(), "a payload of its own");
        }
        let bytes = counter() - start;
        line(&format!("engine, after {} leases", tenth * (cycles / 10)), bytes);
        assert!(bytes <= *first.get_or_insert(bytes), "it grows");
    }
    let let_in = |number| plugged.let_in(&crate::payload::user(number + 1), Behind::Fresh(maker.make(0).into()));
    let handles: Vec<_> = (0..BURST).map(let_in).collect();
    line("engine, with a million users more", counter() - start - size_of_val(&*handles));
    handles.into_iter().for_each(|handle| assert!(plugged.release(handle).is_some()));
    line("engine, without them: a slot keeps its generation (CL-14)", counter() - start);
    drop(plugged);
    let start = counter();
    let mut visits = Visits::new(1_000);
    (0..BURST).for_each(|number| visits.first(crate::payload::user(number), 0));
    line("host, with a million users", counter() - start);
    assert_eq!(visits.expire(1_000), BURST);
    line("host, when they have expired", counter() - start);
    text
}
