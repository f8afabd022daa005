//! The life of an application, from Startup to the return of Shutdown.

use alloc::format;
use alloc::vec::Vec;
use core::fmt::Debug;

use super::lease::{Due, Lease, Standing};
use super::request::Over;
use super::sight::Sight;
use super::{Contract, named};
use crate::dialect::Shutdown;
use crate::id::{ApplicationId, Context};
use crate::rule::Rule;
use crate::time::Millis;

/// Where an application is. One that is not known never started, failed to, or is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Phase {
    /// Startup was called.
    Starting,
    /// Startup succeeded.
    Running,
    /// Shutdown was called.
    Stopping,
}

/// One hosted application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Application<M> {
    pub(super) phase: Phase,
    /// The host's idle time-out, where known.
    pub(super) idle: Option<Millis>,
    /// Another application was shut down, and this one has not answered since (CL-55).
    pub(super) disturbed: Option<M>,
    /// Records in doubt were forgotten: a user without a record may have one (CL-30, CL-31).
    pub(super) blurred: bool,
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    pub(super) fn phase(&self, application: ApplicationId) -> Option<Phase> {
        self.applications.get(&application).map(|application| application.phase)
    }

    pub(super) fn startup(&mut self, application: ApplicationId, idle: Option<Millis>, sight: &mut Sight<M>) {
        self.timed |= idle.is_some();
        if self.phase(application).is_some() {
            sight.breaks(Rule::CL55, &[], format!("Startup of {application}, which was not shut down"));
            return;
        }
        self.applications
            .insert(application, Application { phase: Phase::Starting, idle, disturbed: None, blurred: false });
    }

    pub(super) fn startup_return(&mut self, application: ApplicationId, error: u32) {
        let Some(known) = self.applications.get_mut(&application) else { return };
        if known.phase != Phase::Starting {
            return;
        }
        known.phase = Phase::Running;
        if error != 0 {
            self.applications.remove(&application);
        }
    }

    pub(super) fn shutdown(&mut self, application: ApplicationId, sight: &mut Sight<M>) {
        sight.reach(Rule::CL55);
        let phase = self.phase(application);
        if phase != Some(Phase::Running) {
            let why = match phase {
                Some(Phase::Stopping) => format!("Shutdown of {application}, which is being shut down"),
                _ => format!("Shutdown of {application}, which never started or is already shut down"),
            };
            sight.breaks(Rule::CL55, &[], why); // and nothing else: a second Shutdown breaks this rule alone
            return;
        }
        for (other, known) in &mut self.applications {
            if *other == application {
                known.phase = Phase::Stopping;
            } else if known.phase == Phase::Running {
                known.disturbed = known.disturbed.or(Some(sight.mark));
            }
        }
        // A lease whose completion has not returned may yet be undone: it is judged when Shutdown returns.
        let unsettled: Vec<(Context, M)> = self.unsettled_leases().collect();
        self.leave_behind(application, unsettled, sight);
    }

    pub(super) fn shutdown_return(&mut self, application: ApplicationId, sight: &mut Sight<M>) {
        sight.reach(Rule::CL50);
        sight.reach(Rule::CL54);
        if self.phase(application) != Some(Phase::Stopping) {
            return;
        }
        if self.answers.values().flatten().any(|answer| answer.is_of(application)) {
            let why = format!("Shutdown of {application} returned while a completion of it had not");
            sight.breaks(Rule::CL54, &[], why);
        }
        self.unanswered(application, sight);
        self.leave_behind(application, Vec::new(), sight);
        self.payloads.shut_down(application, sight);
        self.forget(application);
    }

    /// Leases that outlive the application, but for the `spared`: broken rules where all are to be released, nothing
    /// otherwise.
    fn leave_behind(&mut self, application: ApplicationId, mut spared: Vec<(Context, M)>, sight: &mut Sight<M>) {
        let all = self.dialect.shutdown == Shutdown::Released;
        if all {
            sight.reach(Rule::CL11);
        }
        self.close_application(application, all, &spared, sight);
        let mut judged = |context, lease: &Lease<K, M>| {
            let place = spared.iter().position(|other| *other == (context, lease.mark));
            place.map(|place| spared.swap_remove(place)).is_none()
        };
        let left = self.leases.take_all(|context, lease| lease.application == application && judged(context, lease));
        for (context, lease) in left {
            self.end_lease(context, &lease);
            self.retire(application, &lease.user);
            if all && !lease.doubtful {
                let (rule, which) = kind_of_leak(lease.standing);
                let why = format!("{application} is shut down with {context} live, {which} of {:?}", lease.user);
                sight.breaks(rule, &[lease.mark], why);
            }
        }
        for context in self.doubts.keys().copied().collect::<Vec<_>>() {
            self.clear_up(context, sight);
        }
    }

    /// Requests that nobody answered (CL-50), and whether another application's end is to blame (CL-55).
    fn unanswered(&mut self, application: ApplicationId, sight: &mut Sight<M>) {
        let disturbed = self.applications.get(&application).and_then(|known| known.disturbed);
        let open = self.requests.extract_if(.., |_, request| request.application == application);
        let mut silent = None;
        for (sender, request) in open.filter(|(_, request)| !request.stray) {
            // An application that left requests open before the other's end was silent on its own account.
            let since = disturbed.is_some_and(|other| request.mark > other);
            silent = Some(since && silent.unwrap_or(true));
            let (call, user) = (named(request.kind), &request.user);
            let why = format!("Shutdown returned and {call} {sender} of {user:?} was never answered");
            sight.breaks(Rule::CL50, &[request.mark], why);
            self.finished.remember(sender, Over { application, answered: None });
        }
        if silent == Some(true)
            && let Some(other) = disturbed
        {
            let why = format!("{application} answered nothing after another application was shut down");
            sight.breaks(Rule::CL55, &[other], why);
        }
    }

    /// Nothing of the application is left. Another start under its number is a new application.
    fn forget(&mut self, application: ApplicationId) {
        self.applications.remove(&application);
        self.accounts.retain(|(other, _), _| *other != application);
        self.operations.retain(|_, operation| operation.application != application);
        self.answers.retain(|_, answers| {
            answers.retain(|answer| !answer.is_of(application));
            !answers.is_empty()
        });
        self.past.retain(|(other, _), _| *other != application);
        self.forget_tickets(application);
        self.renewing.retain(|(other, _)| *other != application);
    }
}

/// Which rule a lease breaks that is left behind, and what it is.
const fn kind_of_leak(standing: Standing) -> (Rule, &'static str) {
    match standing {
        Standing::Due(Due::Renewed) => (Rule::CL21, "the lease from before the re-authorization"),
        Standing::Due(Due::Expired) => (Rule::CL34, "the lease of the expired record"),
        Standing::Due(Due::Ended) => (Rule::CL41, "the lease of an operation that has ended"),
        Standing::Due(Due::Late) => (Rule::CL11, "a lease reported late"),
        Standing::Record => (Rule::CL11, "the user lease"),
        Standing::Unseen | Standing::Operation(_) => (Rule::CL11, "the lease of an operation"),
    }
}
