//! Who is inside, and whose policy is asked: Shutdown waits until an application is drained and the host's calls have
//! left it (CL-54, CL-62).
//!
//! Calls come in on several lanes, each with a lock and counts of its own, so that the host's threads do not wait for
//! each other here. A call leaves on the lane that it came in on. Who shuts down looks at all lanes, and hears the bell
//! when somebody leaves.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wsman_authz_core::sync::{Condvar, Guard, Mutex};
use wsman_authz_core::{ApplicationId, Context, Sender};

/// Loom tries every schedule: two show what there is to see.
const LANES: usize = if cfg!(wsman_authz_loom) { 2 } else { 16 };

/// A policy as one lane knows it: who holds it is counted there, on cache lines of the lane's own.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct OnLane<P>(pub(crate) Arc<P>);

/// What calls of one application find on a lane.
#[derive(Debug)]
struct Room<P> {
    /// Calls of the host that are inside.
    inside: usize,
    policy: Arc<OnLane<P>>,
}

#[derive(Debug)]
struct Traffic<P> {
    rooms: BTreeMap<ApplicationId, Room<P>>,
    /// Releases that are inside. They name no application, so every Shutdown waits for all of them.
    releases: usize,
    /// Shutdowns that want to hear who leaves.
    listeners: usize,
}

/// On cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
struct Lane<P>(Mutex<Traffic<P>>);

/// Rings when somebody leaves while Shutdown waits, and when the engine has nothing left of an application.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    /// For each application that runs, whether it is drained.
    drained: Mutex<BTreeMap<ApplicationId, bool>>,
    rung: Condvar,
}

impl Bell {
    /// The engine has nothing left of the application.
    pub(crate) fn drained(&self, application: ApplicationId) {
        if let Some(drained) = self.drained.lock().get_mut(&application) {
            *drained = true;
        }
        self.rung.notify_all();
    }

    fn ring(&self) {
        // Whoever is about to wait holds the lock until it does.
        drop(self.drained.lock());
        self.rung.notify_all();
    }
}

/// The gates of all applications that run, and one for releases.
#[derive(Debug)]
pub(crate) struct Gates<P> {
    lanes: [Lane<P>; LANES],
    bell: Arc<Bell>,
}

/// One release of the host, from its call to its return.
#[derive(Debug)]
pub(crate) struct ReleaseInside<'a, P> {
    gates: &'a Gates<P>,
    lane: usize,
}

impl<P> Drop for ReleaseInside<'_, P> {
    fn drop(&mut self) {
        let mut lane = self.gates.lane(self.lane);
        lane.releases = lane.releases.saturating_sub(1);
        self.gates.left(lane);
    }
}

impl<P> Gates<P> {
    pub(crate) fn new(bell: Arc<Bell>) -> Self {
        let traffic = || Traffic { rooms: BTreeMap::new(), releases: 0, listeners: 0 };
        Self { lanes: std::array::from_fn(|_| Lane(Mutex::new(traffic()))), bell }
    }

    fn lane(&self, number: usize) -> Guard<'_, Traffic<P>> {
        self.lanes[number].0.lock()
    }

    fn each(&self) -> impl Iterator<Item = Guard<'_, Traffic<P>>> {
        self.lanes.iter().map(|lane| lane.0.lock())
    }

    pub(crate) fn open(&self, application: ApplicationId, policy: &Arc<P>) {
        self.bell.drained.lock().insert(application, false);
        for mut lane in self.each() {
            lane.rooms.insert(application, Room { inside: 0, policy: Arc::new(OnLane(Arc::clone(policy))) });
        }
    }

    /// Counts one call in, and returns whose policy it is for. `None`: there is no such application, and nothing to
    /// [leave](Self::leave).
    pub(crate) fn enter(&self, application: ApplicationId, request: Sender) -> Option<Arc<OnLane<P>>> {
        let mut lane = self.lane(lane_of(request.0.get()));
        let room = lane.rooms.get_mut(&application)?;
        room.inside += 1;
        Some(Arc::clone(&room.policy))
    }

    /// The call returns with which the request came in.
    pub(crate) fn leave(&self, application: ApplicationId, request: Sender) {
        let mut lane = self.lane(lane_of(request.0.get()));
        if let Some(room) = lane.rooms.get_mut(&application) {
            room.inside = room.inside.saturating_sub(1);
        }
        self.left(lane);
    }

    /// Counts one release in, until the value is dropped.
    pub(crate) fn enter_release(&self, context: Option<Context>) -> ReleaseInside<'_, P> {
        let lane = lane_of(context.map_or(0, Context::value));
        self.lane(lane).releases += 1;
        ReleaseInside { gates: self, lane }
    }

    fn left(&self, lane: Guard<'_, Traffic<P>>) {
        let is_heard = lane.listeners > 0;
        drop(lane);
        if is_heard {
            self.bell.ring();
        }
    }

    /// Waits until the application is drained and empty, at most `limit`; then closes its gate. Returns how many calls
    /// are still inside, a last completion among them: a host that calls Shutdown from inside one of our calls, or a
    /// policy that does not come back from its own, must not hang the process.
    pub(crate) fn close(&self, application: ApplicationId, limit: Duration) -> usize {
        let deadline = Instant::now() + limit;
        self.each().for_each(|mut lane| lane.listeners += 1); // before the first look: who leaves after it rings
        let mut drained = self.bell.drained.lock();
        loop {
            let mut lanes: Vec<Guard<'_, Traffic<P>>> = self.each().collect();
            let (calls, releases) = inside(&lanes, application);
            let is_drained = drained.get(&application).copied().unwrap_or(true);
            let left = calls.max(usize::from(!is_drained)) + releases;
            if left == 0 || Instant::now() >= deadline {
                // With all lanes locked, so that nobody comes in after the count: HA-13 says that nobody wants to.
                lanes.iter_mut().for_each(|lane| lane.listeners -= 1);
                let rooms: Vec<_> = lanes.iter_mut().map(|lane| lane.rooms.remove(&application)).collect();
                drained.remove(&application);
                drop((lanes, drained));
                drop(rooms); // CL-60: handles on the policy, though never the last
                return left;
            }
            drop(lanes);
            drained = self.bell.rung.wait_until(drained, deadline);
        }
    }
}

/// How many calls of the application are inside, and how many releases.
fn inside<P>(lanes: &[Guard<'_, Traffic<P>>], application: ApplicationId) -> (usize, usize) {
    lanes.iter().fold((0, 0), |(calls, releases), lane| {
        let here = lane.rooms.get(&application).map_or(0, |room| room.inside);
        (calls + here, releases + lane.releases)
    })
}

/// The lane of an address or a handle. Its lower half says it: in a handle that is the slot, and not how often it was
/// used, so who works with few slots stays in few lanes.
pub(crate) const fn lane_of(number: u64) -> usize {
    ((number as u32).wrapping_mul(0x9E37_79B9) >> 24) as usize % LANES
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn slots_and_addresses_use_all_lanes() {
        for step in [1, 16, 64, 4096] {
            let lanes: BTreeSet<usize> = (1..200).map(|number| lane_of(number * step)).collect();
            assert_eq!(lanes.len(), LANES, "steps of {step}");
        }
    }

    #[test]
    fn cl_62_shutdown_counts_who_is_inside_on_any_lane() {
        let gates = Gates::new(Arc::default());
        let (one, other) = (ApplicationId(1), ApplicationId(2));
        for application in [one, other] {
            gates.open(application, &Arc::new(application));
        }
        let requests = [0x10, 0x20, 0x30].map(|number| Sender::new(number).expect("not NULL"));
        let policies = requests.map(|request| gates.enter(one, request).map(|policy| *policy.0));
        assert_eq!(policies, [Some(one); 3]);
        gates.leave(one, requests[1]);
        let releases = [1, 2].map(|slot| gates.enter_release(Context::new(slot)));
        assert_eq!(gates.close(other, Duration::ZERO), 3, "not drained, and two releases");
        gates.bell.drained(one);
        let lanes: Vec<_> = gates.each().collect();
        assert_eq!(inside(&lanes, one), (2, 2));
        drop(lanes);
        drop(releases);
        assert_eq!(gates.close(one, Duration::ZERO), 2);
        assert!(gates.enter(one, requests[0]).is_none() && gates.each().all(|lane| lane.listeners == 0));
    }
}
