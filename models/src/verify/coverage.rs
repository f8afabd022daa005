//! Which rules the model can see, and which it cannot, with the reason.

use wsman_authz_core::Rule;

/// Rules that no state of the model shows, each with the check that does.
pub const NOT_IN_THE_MODEL: &[(Rule, &str)] = &[
    (Rule::CL60, "the machines know no locks: `drive` calls back in from inside completions, under a watchdog"),
    (Rule::CL62, "the machines read no memory and have no threads: `drive` poisons sender details after completion"),
];

/// Whether a state of the model shows the rule.
#[must_use]
pub fn is_in_the_model(rule: Rule) -> bool {
    !NOT_IN_THE_MODEL.iter().any(|(other, _)| *other == rule)
}
