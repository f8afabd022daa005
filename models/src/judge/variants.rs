//! The readings of a trace that are still possible, each with a judge of its own.
//!
//! Of the fields of a dialect a judge reads three. Of `expiry`, one choice forgives everything that the others forgive:
//! [`merciful`] has that. `release_counting` makes no difference before a value is live twice, `failure_context` none
//! before a failure carries a context. So there is one judge at first, and more when that happens. In the same way a
//! trace that does not say who took it is read both ways, until a record comes that only a host can write.

use wsman_authz_core::contract::{Contract, Findings, Vantage, Verdicts};
use wsman_authz_core::dialect::{Dialect, Expiry, FailureContext, ReleaseCounting};
use wsman_authz_core::trace::TraceSide;
use wsman_authz_core::{Call, Crossing, Rule, RuleSet};

use super::names::User;

/// The default dialect, but for `expiry`: deadlines are moved less, and nothing keeps a record from expiring.
fn merciful() -> Dialect {
    Dialect { expiry: Expiry::UserFirst, ..Dialect::default() }
}

/// Whether a record is one of those that only a host can write.
pub(super) const fn is_of_host(call: &Call<User>) -> bool {
    matches!(call, Call::OperationEnd { .. } | Call::RecordExpired { .. } | Call::RequestTimedOut { .. })
}

/// One reading.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub(super) contract: Contract<User, u64>,
    pub(super) dialect: Dialect,
    /// Who took the trace; not known yet if `None`.
    side: Option<TraceSide>,
    pub(super) verdicts: Verdicts<u64>,
}

impl Variant {
    /// Whether this reading knows more of a call than a plug-in could.
    fn knows_too_much(&self, call: &Call<User>) -> bool {
        self.side == Some(TraceSide::Plugin) && is_told_by_host(call)
    }

    /// How merciful it is: the fewer rules are broken, the better.
    fn broken(&self) -> RuleSet {
        self.verdicts.broken().map(|(violation, _)| violation.rule).collect()
    }
}

/// Whether a call carries what only a host knows.
const fn is_told_by_host(call: &Call<User>) -> bool {
    match call {
        Call::AuthorizeUser { reauthorization, .. } => reauthorization.is_some(),
        Call::AuthorizeOperation { operation, .. } => operation.is_some(),
        call => is_of_host(call),
    }
}

/// What a plug-in would have seen of it.
fn as_plugin_sees(crossing: &Crossing<User>) -> Option<Crossing<User>> {
    let mut seen = crossing.clone();
    match &mut seen.call {
        Call::AuthorizeUser { reauthorization, .. } => *reauthorization = None,
        Call::AuthorizeOperation { operation, .. } => *operation = None,
        call if is_of_host(call) => return None,
        _ => {}
    }
    Some(seen)
}

/// What counts in the end.
#[derive(Debug)]
pub(super) struct Decision<'a> {
    /// The most merciful reading.
    pub(super) judge: &'a Variant,
    /// The rules that are broken.
    pub(super) broken: RuleSet,
    /// Each of them is broken in every reading.
    pub(super) agreed: bool,
}

/// All readings of a part of a trace.
#[derive(Debug)]
pub(super) struct Variants {
    /// At least one; in the order in which they are preferred.
    list: Vec<Variant>,
    /// The trace links payloads.
    payloads: bool,
    /// The dialect is known: it was asked for, or the trace names it.
    forced: Option<Dialect>,
    pub(super) calls: u64,
}

impl Variants {
    /// Before the first record.
    pub(super) fn new(side: Option<TraceSide>, forced: Option<Dialect>) -> Self {
        let dialect = forced.unwrap_or_else(merciful);
        let vantage = if side == Some(TraceSide::Plugin) { Vantage::Plugin } else { Vantage::Host };
        let contract = Contract::new(dialect, vantage);
        let list = vec![Variant { contract, dialect, side, verdicts: Verdicts::new() }];
        Self { list, payloads: false, forced, calls: 0 }
    }

    /// Every reading judges the next call. Tells what is new of what each
    /// found.
    pub(super) fn observe(&mut self, line: u64, crossing: &Crossing<User>, mut tell: impl FnMut(&Findings<u64>)) {
        self.calls += 1;
        self.split_by_side(&crossing.call);
        self.split_by_dialect(&crossing.call);
        self.payloads |= matches!(crossing.call, Call::PayloadCreated { .. } | Call::PayloadDropped { .. });
        for variant in &mut self.list {
            let findings = if variant.knows_too_much(&crossing.call) {
                let Some(seen) = as_plugin_sees(crossing) else { continue };
                variant.contract.observe(line, &seen)
            } else {
                variant.contract.observe(line, crossing)
            };
            if findings.broken.iter().any(|violation| variant.verdicts.violation(violation.rule).is_none()) {
                tell(&findings);
            }
            variant.verdicts.add(findings);
        }
    }

    /// Who took the trace begins to matter with the first call that says more than a plug-in knows, and is decided by
    /// the first that only a host can write.
    fn split_by_side(&mut self, call: &Call<User>) {
        if self.list.iter().all(|variant| variant.side.is_some()) && !is_of_host(call) {
            return;
        }
        if is_of_host(call) {
            if self.list.iter().any(|variant| variant.side != Some(TraceSide::Plugin)) && self.list.len() > 1 {
                self.list.retain(|variant| variant.side != Some(TraceSide::Plugin));
            }
            self.list.iter_mut().filter(|variant| variant.side.is_none()).for_each(|v| v.side = Some(TraceSide::Host));
        } else if is_told_by_host(call) {
            let mut plugin = self.list.clone();
            self.list.iter_mut().for_each(|variant| variant.side = Some(TraceSide::Host));
            plugin.iter_mut().for_each(|variant| variant.side = Some(TraceSide::Plugin));
            self.list.append(&mut plugin);
        }
    }

    /// How releases are counted begins to matter with the first value that is live twice; what becomes of the context
    /// of a failure, with the first failure that carries one.
    fn split_by_dialect(&mut self, call: &Call<User>) {
        let Call::Complete(completion) = call else { return };
        let Some(context) = completion.context.filter(|_| self.forced.is_none()) else { return };
        if !completion.is_success() {
            self.split(
                |dialect| dialect.failure_context == FailureContext::Released,
                |dialect| dialect.failure_context = FailureContext::Released,
            );
        } else if self.list.iter().any(|variant| variant.contract.is_live(context)) {
            self.split(
                |dialect| dialect.release_counting == ReleaseCounting::PerValue,
                |dialect| dialect.release_counting = ReleaseCounting::PerValue,
            );
        }
    }

    /// Every reading once more with the other choice, unless that was done before.
    fn split(&mut self, is_split: impl Fn(&Dialect) -> bool, choose: impl Fn(&mut Dialect)) {
        if self.list.iter().any(|variant| is_split(&variant.dialect)) {
            return;
        }
        let mut others = self.list.clone();
        for variant in &mut others {
            choose(&mut variant.dialect);
            variant.contract = variant.contract.clone().speaking(variant.dialect);
        }
        self.list.append(&mut others);
    }

    /// Tells every name that some reading remembers.
    pub(super) fn each_name(&self, tell: &mut dyn FnMut(wsman_authz_core::contract::Name<'_, User>)) {
        for variant in &self.list {
            variant.contract.each_name(&mut |name| tell(name));
        }
    }

    /// Who took the trace: the plug-in, unless it said otherwise or showed what only a host knows.
    pub(super) fn side(&self) -> TraceSide {
        match self.list.as_slice() {
            [only] => only.side.unwrap_or(TraceSide::Plugin),
            several if several.iter().all(|variant| variant.side == Some(TraceSide::Host)) => TraceSide::Host,
            _ => TraceSide::Plugin,
        }
    }

    /// The reading that counts in the end, and the rules that are broken: in every dialect, if the dialect is open. A
    /// trace that no dialect explains, each for another reason, is broken as the most merciful one says.
    pub(super) fn decide(&self) -> Decision<'_> {
        let side = self.side();
        let possible = || self.list.iter().filter(|variant| variant.side.is_none_or(|other| other == side));
        let best = possible().min_by_key(|variant| variant.broken().iter().count()).unwrap_or(&self.list[0]);
        let everywhere = |rule: &Rule| possible().all(|variant| variant.broken().contains(*rule));
        let broken: RuleSet = best.broken().iter().filter(everywhere).collect();
        if broken.is_empty() {
            return Decision { judge: best, broken: best.broken(), agreed: false };
        }
        Decision { judge: best, broken, agreed: true }
    }

    /// The dialect under which this part is judged, if it is one.
    pub(super) fn dialect(&self) -> Option<String> {
        self.forced.map(|dialect| dialect.to_string())
    }

    /// The rules that this part of the trace can show.
    pub(super) fn observables(&self) -> RuleSet {
        let vantage = if self.side() == TraceSide::Plugin { Vantage::Plugin } else { Vantage::Host };
        let judge = self.decide().judge;
        let pinned = self.forced.is_some_and(|dialect| dialect.expiry == Expiry::Pinned);
        let shows = |rule: &Rule| match rule {
            Rule::CL12 | Rule::CL13 | Rule::CL22 => self.payloads,
            Rule::CL32 => vantage.observes(Rule::CL32) && judge.contract.observable(Rule::CL32),
            Rule::CL33 => vantage.observes(Rule::CL33) && pinned,
            rule => vantage.observes(*rule),
        };
        Rule::ALL.iter().copied().filter(shows).collect()
    }
}
