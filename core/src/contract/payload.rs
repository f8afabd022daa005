//! Payloads, where the trace names them: which leases stand on each, and when it was dropped.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;

use super::sight::Sight;
use crate::id::{ApplicationId, PayloadId};
use crate::rule::Rule;

/// A payload that was not dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Payload {
    /// Live leases that stand on it.
    leases: u32,
    /// Applications that reported it.
    applications: BTreeSet<ApplicationId>,
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
        let known = self.known.entry(payload).or_default();
        known.leases += 1;
        known.applications.insert(application);
    }

    /// A lease on it is over.
    pub(super) fn unlinked(&mut self, payload: Option<PayloadId>) {
        let Some(known) = payload.and_then(|payload| self.known.get_mut(&payload)) else { return };
        known.leases = known.leases.saturating_sub(1);
        known.again &= known.leases > 0;
    }

    /// The user's old lease stands on it, and so will the new one.
    pub(super) fn reported_again(&mut self, payload: PayloadId) {
        if let Some(known) = self.known.get_mut(&payload) {
            known.again = true;
        }
    }

    pub(super) fn dropped<M: Copy>(&mut self, payload: PayloadId, sight: &mut Sight<M>) {
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
        if known.leases > 0 {
            let rule = if known.again { Rule::CL22 } else { Rule::CL12 };
            let why = format!("{payload} was dropped with {} leases live on it", known.leases);
            sight.breaks(rule, &[], why);
        }
    }

    /// The application is over: nothing of it may be left (CL-13), if the trace names payloads at all.
    pub(super) fn shut_down<M: Copy>(&mut self, application: ApplicationId, sight: &mut Sight<M>) {
        let told = self.births || self.deaths;
        self.known.retain(|payload, known| {
            let was_last = known.applications.remove(&application) && known.applications.is_empty();
            if was_last && told {
                let why = format!("Shutdown of {application} returned and {payload} was not dropped");
                sight.breaks(Rule::CL13, &[], why);
            }
            !was_last
        });
    }
}
