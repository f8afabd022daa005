//! The hot paths, each so many times and nothing else: `tests/scripts/instructions.sh` counts their instructions.
//!
//! `paths` lists them, `paths NAME COUNT` goes one of them COUNT times.

#[cfg(not(feature = "models"))]
mod paths {
    use std::hint::black_box;
    use std::sync::Arc;

    use wsman_authz_core::engine::Payload as Behind;
    use wsman_authz_speed::leases::Leases;
    use wsman_authz_speed::payload::{Maker, user, users};
    use wsman_authz_speed::plug_in::{HostSide, Shipped};
    use wsman_authz_speed::steps::Plugged;
    use wsman_authz_speed::visits::Visits;

    /// Users whose records and grants are there: a look-up goes through a table and not through one line.
    const USERS: usize = 1000;

    /// A path, by what one turn of it is.
    pub(super) type Path = (&'static str, fn(u64));

    /// All of them.
    pub(super) const ALL: &[Path] = &[
        ("engine-user-let-in", let_in),
        ("engine-operation-with-own-payload", own_payload),
        ("engine-operation-with-payload-of-user", payload_of_user),
        ("host-request-of-known-user", known_user),
        ("exports-operation-and-release", exports),
    ];

    fn engine() -> (Plugged, Vec<wsman_authz_core::UserName>) {
        let (plugged, users, maker) = (Plugged::start(), users(USERS), Maker::new(0));
        for (user, number) in users.iter().zip(0..) {
            plugged.let_in(user, Behind::Fresh(Arc::new(maker.make(number))));
        }
        (plugged, users)
    }

    fn let_in(count: u64) {
        let ((plugged, _), maker, user) = (engine(), Maker::new(0), user(USERS));
        for number in 0..count {
            let handle = plugged.let_in(&user, Behind::Fresh(Arc::new(maker.make(number))));
            assert!(plugged.release(handle).is_some(), "a payload of its own");
        }
    }

    fn own_payload(count: u64) {
        let ((plugged, users), maker) = (engine(), Maker::new(0));
        for (number, user) in (0..count).zip(users.iter().cycle()) {
            let handle = plugged.begin(0, user, || Behind::Fresh(Arc::new(maker.make(number))));
            assert!(plugged.release(handle).is_some(), "a payload of its own");
        }
    }

    fn payload_of_user(count: u64) {
        let (plugged, users) = engine();
        for (_, user) in (0..count).zip(users.iter().cycle()) {
            let handle = plugged.begin(0, user, || Behind::Shared);
            assert!(plugged.release(handle).is_none(), "the user's own lease keeps it");
        }
    }

    fn known_user(count: u64) {
        let (mut visits, users) = (Visits::new(900_000), users(USERS));
        users.iter().for_each(|user| visits.first(user.clone(), 0));
        for (number, user) in (0..count).zip(users.iter().cycle()) {
            visits.again(user.clone(), number >> 10);
        }
    }

    fn exports(count: u64) {
        let (host, maker) = (HostSide::<Shipped>::start(1), Maker::new(0));
        for number in 0..count {
            host.release(0, black_box(host.report(0, || maker.make(number))));
        }
    }
}

#[cfg(not(feature = "models"))]
fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => paths::ALL.iter().for_each(|(name, _)| println!("{name}")),
        [name, count] => {
            let path = paths::ALL.iter().find(|(known, _)| known == name);
            let (Some((_, path)), Ok(count)) = (path, count.parse()) else {
                eprintln!("paths: no path `{name}`, or no number `{count}`; `paths` alone lists the paths");
                return std::process::ExitCode::from(2);
            };
            path(count);
        }
        _ => {
            eprintln!("usage: paths [NAME COUNT]");
            return std::process::ExitCode::from(2);
        }
    }
    std::process::ExitCode::SUCCESS
}

#[cfg(feature = "models")]
fn main() -> std::process::ExitCode {
    eprintln!("paths: with the feature `models` the machines have seeded faults: not what ships");
    std::process::ExitCode::FAILURE
}
