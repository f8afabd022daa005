//! Calls about a user that crossed, and that the plug-in may not know of yet.
//!
//! The host decides on a call under its lock and makes it later, with none held. What begins or ends a user's record
//! must not overtake such a call on its way to the plug-in, or the plug-in is asked about somebody who has no record any
//! more (CL-23, CL-31), or for the first time about somebody who has one by now (CL-30). From outside, four things show
//! that a call arrived: it returned, its request was completed, its thread sleeps inside, or it was made so long ago
//! that it cannot be on its way still.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wsman_authz_core::call::RequestKind;
use wsman_authz_core::{ApplicationId, Call};

use super::super::stand::Said;
use super::super::user::User;
use super::Stage;

/// How long a thread may take from the driver's side of a call to the plug-in's first instruction: on a busy machine
/// another one's turn may come in between.
const ARRIVAL: Duration = Duration::from_millis(500);
/// How long a thread may sleep before it gets there, to wait for a lock of the driver's.
const STUMBLE: Duration = Duration::from_millis(1);

/// The calls on their way, by their number in the trace.
#[derive(Debug, Default)]
pub(super) struct Approaching(BTreeMap<u64, Approach>);

#[derive(Debug)]
struct Approach {
    application: ApplicationId,
    user: User,
    /// When the call was made, and where the system says how its thread is; `None` as long as it waits for a thread.
    made: Option<(Instant, Option<Arc<Path>>)>,
}

impl Approach {
    fn is_on_its_way(&self) -> bool {
        let Some((made, thread)) = &self.made else { return true };
        let since = made.elapsed();
        since < ARRIVAL && !(since > STUMBLE && thread.as_ref().is_some_and(|thread| sleeps(thread)))
    }
}

/// Where the system says how this thread is; `None` if it does not.
fn this_thread() -> Option<Arc<Path>> {
    thread_local! {
        static HERE: Option<Arc<Path>> =
            fs::read_link("/proc/thread-self").ok().map(|thread| Path::new("/proc").join(thread).join("stat").into());
    }
    HERE.with(Clone::clone)
}

/// Whether a thread waits for something: its state is the letter after its name, which is in parentheses.
fn sleeps(thread: &Path) -> bool {
    let stat = fs::read_to_string(thread).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('S'))
}

impl Approaching {
    /// A call crossed. Only questions about a user are of interest.
    pub(super) fn announce(&mut self, seq: u64, call: &Call<User>) {
        if let Call::AuthorizeUser { application, user, .. }
        | Call::AuthorizeOperation { application, user, .. }
        | Call::QueryQuota { application, user, .. } = call
        {
            self.0.insert(seq, Approach { application: *application, user: *user, made: None });
        }
    }

    /// The call is made now, on this thread.
    pub(super) fn made(&mut self, seq: u64) {
        if let Some(approach) = self.0.get_mut(&seq) {
            approach.made = Some((Instant::now(), this_thread()));
        }
    }

    /// The plug-in knows of the call.
    pub(super) fn arrived(&mut self, seq: u64) {
        self.0.remove(&seq);
    }

    /// Whether a call about one of these users that crossed before number `seq` may be on its way still.
    fn is_any_before(&self, seq: u64, application: ApplicationId, users: &BTreeSet<User>) -> bool {
        let is_about = |approach: &Approach| approach.application == application && users.contains(&approach.user);
        self.0.range(..seq).any(|(_, approach)| is_about(approach) && approach.is_on_its_way())
    }
}

impl Stage {
    /// Whether the release, number `seq`, of a user's context must wait for a call that crossed before it.
    pub(super) fn must_wait(&self, seq: u64, call: &Call<User>) -> bool {
        let Call::Release { context: Some(number) } = call else { return false };
        let holders = self.reports.holders(*number);
        holders.is_some_and(|(application, users)| self.approaching.is_any_before(seq, application, users))
    }

    /// Whether the plug-in says something about a user, which may begin or end a record, while a call about the user may
    /// be on its way.
    pub(in super::super) fn is_ahead_of_a_question(&mut self, said: &Said) -> bool {
        let about_user = |kind| kind == RequestKind::User && said.kind == kind;
        let Some(tenant) = self.senders.tenant(said.sender).filter(|tenant| tenant.open && about_user(tenant.kind))
        else {
            return false;
        };
        let Some(request) = self.host.request_of(tenant.sender) else { return false };
        self.approaching.arrived(tenant.call);
        self.approaching.is_any_before(u64::MAX, request.application, &BTreeSet::from([request.user]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wsman_authz_core::Sender;

    const HERE: ApplicationId = ApplicationId(0);

    fn question(user: u32) -> Call<User> {
        Call::QueryQuota { application: HERE, sender: Sender::new(1).expect("not 0"), user: User(user) }
    }

    #[test]
    fn cl_31_a_call_is_on_its_way_until_the_plug_in_must_know_of_it() {
        let mut approaching = Approaching::default();
        approaching.announce(3, &question(1));
        approaching.announce(5, &question(2));
        assert!(approaching.is_any_before(4, HERE, &BTreeSet::from([User(1)])));
        assert!(!approaching.is_any_before(3, HERE, &BTreeSet::from([User(1)])), "what crossed first goes first");
        assert!(!approaching.is_any_before(9, HERE, &BTreeSet::from([User(3)])), "another user");
        assert!(!approaching.is_any_before(9, ApplicationId(1), &BTreeSet::from([User(1)])), "another application");

        approaching.arrived(3);
        assert!(!approaching.is_any_before(9, HERE, &BTreeSet::from([User(1)])));
        approaching.made(5);
        assert!(approaching.is_any_before(9, HERE, &BTreeSet::from([User(2)])));
        std::thread::sleep(ARRIVAL);
        assert!(!approaching.is_any_before(9, HERE, &BTreeSet::from([User(2)])));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_thread_that_sleeps_inside_has_arrived() {
        let (awake, asleep) = (this_thread().expect("a thread of this system"), std::sync::mpsc::channel());
        let sleeper = std::thread::spawn(move || {
            asleep.0.send(this_thread().expect("a thread of this system")).expect("somebody listens");
            std::thread::park();
        });
        let path = asleep.1.recv().expect("the thread says where it is");
        let since = Instant::now();
        while !sleeps(&path) && since.elapsed() < Duration::from_secs(10) {}
        assert!(sleeps(&path));
        assert!(!sleeps(&awake), "this thread asks");
        sleeper.thread().unpark();
        sleeper.join().expect("it only slept");
    }
}
