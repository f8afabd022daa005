//! What cannot be checked, each with the reason. A test fails when a reason is not needed any more.

use wsman_authz_core::Rule;

use super::{Evidence, Excuse};
use crate::verify::NOT_IN_THE_MODEL;

/// Rules that no trace can show to be broken.
pub const WITHOUT_TRACE: &[(Rule, &str)] = &[
    (Rule::CL10, "a lease out of nothing shows as a release of what is no lease: CL-11 is broken then"),
    (Rule::CL14, "a foreign plug-in may use a value again; that ours does not is its own promise"),
    (Rule::CL16, "a release that changes nothing leaves no record behind"),
    (Rule::CL17, "what became of a lease that was refused is known to the plug-in alone"),
    (Rule::CL35, "time in a trace that runs backwards is taken for standing still, by the rule itself"),
    (Rule::CL60, "no record speaks of locks; under `drive` a call that does not come back does"),
    (Rule::CL61, "a panic that gets out ends the process, and the trace with it"),
    (Rule::CL62, "no record speaks of reading or of threads; under `drive` a poisoned address does"),
    (Rule::CL70, "what the policy said does not cross the boundary"),
    (Rule::CL71, "under which grant the policy judged does not cross the boundary"),
    (Rule::CL74, "closing a token does not cross the boundary"),
];

/// Rules that the contract could see broken, were it not for what `drive` writes down: a NULL token means the host
/// process there, whether that was meant or forgotten.
const HIDDEN_FROM_DRIVE: &[Rule] = &[Rule::CL72];

/// Assumptions that no line stands on, because they widen what the host may do.
pub const WIDENING: &[(&str, &str)] = &[
    ("HA-08", "any thread, several at a time: the reason for the lock, not for an unsafe block"),
    ("HA-09", "the library stays loaded: what lets Shutdown return at all"),
];

/// Whether nothing that `drive` writes down breaks the rule, although the contract could see it.
pub(super) fn is_hidden_from_drive(rule: Rule) -> bool {
    HIDDEN_FROM_DRIVE.contains(&rule)
}

/// Everything that a rule does without.
pub(super) fn of(rule: Rule) -> Vec<Excuse> {
    let lists = [
        (Evidence::Property, NOT_IN_THE_MODEL),
        (Evidence::Fault, NOT_IN_THE_MODEL), // a fault is a mistake of a machine, which the model must find
        (Evidence::Trace, WITHOUT_TRACE),
    ];
    let excuse = |(missing, list): (Evidence, &[(Rule, &'static str)])| {
        list.iter().find(|(other, _)| *other == rule).map(|(_, why)| Excuse { missing, why })
    };
    lists.into_iter().filter_map(excuse).collect()
}
