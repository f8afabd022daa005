//! One request at the host: the user's record is found by mechanism and name, its idle deadline moves, an
//! operation takes a lease and gives it back.

mod host;
mod maps;

use std::time::Instant;

use wsman_authz_core::UserName;

use crate::harness::{Bench, Case, Contender, Role, Target};
use crate::payload::users;
use crate::random::Random;

pub use host::HostRecords;

/// How long a record may be idle.
const IDLE_MS: u64 = 900_000;

/// Somebody who has a record for each user.
trait Records {
    /// A request of this user, from the question to its end.
    fn request(&mut self, user: &UserName, now: u64);
}

fn contender<'a, R: Records + 'a>(
    name: &'static str,
    role: Role,
    asking: &'a [UserName],
    mut records: R,
) -> Contender<'a> {
    let mut random = Random::new(0);
    let mut requests = 0_u64;
    Contender::timed(name, role, move |count| {
        let start = Instant::now();
        for _ in 0..count {
            requests += 1;
            let now = requests >> 10; // about a thousand requests a millisecond
            records.request(&asking[random.below(asking.len())], now);
        }
        start.elapsed()
    })
}

const MOKA: &str = "moka, time_to_idle";

fn case(bench: &mut Bench, name: &str, count: usize) {
    // Who asks was decoded from the request: equal to the key of the record, and not the same text.
    let asking = &users(count);
    let peer = Role::Peer;
    let ours = contender("Host", Role::Ours, asking, HostRecords::new(users(count)));
    let contenders = vec![
        contender("hashbrown + foldhash", Role::Limit, asking, maps::Plain::new(users(count)))
            .note("no lock, and nothing ever expires"),
        contender("dashmap + foldhash", peer, asking, maps::Dash::new(users(count))).note("nothing ever expires"),
        contender("quick_cache", peer, asking, maps::Quick::new(users(count))).note("nothing ever expires"),
        contender("dashmap + Instant", peer, asking, maps::Timed::new(users(count)))
            .note("reads the clock; nothing ever expires"),
        contender(MOKA, peer, asking, maps::Moka::new(users(count))).note("reads the clock"),
        ours.note(
            "three steps: the request is asked about, authorized, responded to; operation and request are kept too",
        )
        .target(Target::OfLimit(1.3))
        .target(Target::Of(MOKA, 0.2)),
    ];
    bench.measure(Case { workload: "W3", name: name.to_owned(), parts: &[""], contenders });
}

/// Runs the workload.
pub fn run(bench: &mut Bench) {
    case(bench, "100 users", 100);
    case(bench, "10k users", 10_000);
    if !bench.settings.quick {
        case(bench, "100k users", 100_000);
        case(bench, "1M users", 1_000_000);
    }
}
