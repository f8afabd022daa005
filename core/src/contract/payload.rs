//! Payloads, where the trace names them: which leases stand on each, and when it was dropped.

use alloc::collections::BTreeMap;
use alloc::format;

use super::names::Name;
use super::sight::Sight;
use crate::id::{ApplicationId, PayloadId};
use crate::rule::Rule;

/// A payload that was not dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Payload {
    /// Live leases that stand on it, by the application that reported it; one that did stays, with 0.
    leases: BTreeMap<ApplicationId, u32>,
    /// It was reported again at a re-authorization (CL-22), and a lease stands on it.
    again: bool,
}

/// All payloads that are known and not dropped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Payloads {
    /// The trace says when one came to be.
    births: bool,
    /// The trace says when one was dropped; known from the outset, or from the first time.
    deaths: bool,
    known: BTreeMap<PayloadId, Payload>,
}

impl Payloads {
    /// No payload is known. `complete` if every drop will be in the trace.
    pub(super) const fn new(complete: bool) -> Self {
        Self { births: false, deaths: complete, known: BTreeMap::new() }
    }

    pub(super) fn created(&mut self, payload: PayloadId) {
        self.births = true;
        self.known.entry(payload).or_default();
    }

    /// A lease on it begins.
    pub(super) fn linked(&mut self, payload: Option<PayloadId>, application: ApplicationId) {
        let Some(payload) = payload else { return };
        *self.known.entry(payload).or_default().leases.entry(application).or_default() += 1;
    }

    /// A lease on it is over.
    pub(super) fn unlinked(&mut self, payload: Option<PayloadId>, application: ApplicationId) {
        let Some(known) = payload.and_then(|payload| self.known.get_mut(&payload)) else { return };
        if let Some(leases) = known.leases.get_mut(&application) {
            *leases = leases.saturating_sub(1);
        }
        known.again &= known.leases.values().any(|leases| *leases > 0);
    }

    /// The user's old lease stands on it, and so will the new one.
    pub(super) fn reported_again(&mut self, payload: PayloadId) {
        if let Some(known) = self.known.get_mut(&payload) {
            known.again = true;
        }
    }

    /// It was dropped. Leases of an application that is `stopping` do not keep it: nobody may be left behind to
    /// release them.
    pub(super) fn dropped<M: Copy>(
        &mut self,
        payload: PayloadId,
        stopping: impl Fn(ApplicationId) -> bool,
        sight: &mut Sight<M>,
    ) {
        self.deaths = true;
        sight.reach(Rule::CL12);
        sight.reach(Rule::CL13);
        let Some(known) = self.known.remove(&payload) else {
            if self.births {
                let why = format!("{payload} was dropped, but does not exist or was dropped before");
                sight.breaks(Rule::CL13, &[], why);
            }
            return;
        };
        let kept = known.leases.iter().filter(|(application, _)| !stopping(**application));
        let leases: u32 = kept.map(|(_, leases)| *leases).sum();
        if leases > 0 {
            let rule = if known.again { Rule::CL22 } else { Rule::CL12 };
            sight.breaks(rule, &[], format!("{payload} was dropped although {leases} live lease(s) stand on it"));
        }
    }

    /// Tells the name of every payload, and of the applications that reported it.
    pub(super) fn each_name<K>(&self, tell: &mut impl FnMut(Name<'_, K>)) {
        for (payload, known) in &self.known {
            tell(Name::Payload(*payload));
            known.leases.keys().for_each(|application| tell(Name::Application(*application)));
        }
    }

    /// The application is over: nothing of it may be left (CL-13), if the trace names payloads at all.
    pub(super) fn shut_down<M: Copy>(&mut self, application: ApplicationId, sight: &mut Sight<M>) {
        let told = self.births || self.deaths;
        self.known.retain(|payload, known| {
            let was_last = known.leases.remove(&application).is_some() && known.leases.is_empty();
            if was_last && told {
                let why = format!("Shutdown of {application} returned and {payload} was not dropped");
                sight.breaks(Rule::CL13, &[], why);
            }
            !was_last
        });
    }
}
