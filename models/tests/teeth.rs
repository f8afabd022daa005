//! Teeth: every seeded fault ends in a counterexample that breaks the rule it is made for. A fault that nothing
//! catches fails the build.

use std::collections::BTreeSet;

use wsman_authz_core::fault::Fault;
use wsman_authz_core::{Rule, Side};
use wsman_authz_models::explore::{Same, Trouble, Watch};
use wsman_authz_models::verify::{faults, is_in_the_model, tell};

fn is_caught(fault: Fault) {
    let done = faults::find(fault, None, &Watch::default()).unwrap_or_else(|| panic!("nothing catches {fault}"));
    let found = done.exploration.counterexample.as_ref().expect("it was found by its counterexample");
    let Trouble::Broken(rules) = &found.trouble else { panic!("{fault} ends in {:?}", found.trouble) };
    assert!(rules.contains(fault.rule()), "{fault} breaks {rules:?}");
    let story = tell(&done).expect("a counterexample can be told");
    assert_eq!(story.rule, fault.rule().id());
    assert!(!story.steps.is_empty() && !story.why.is_empty(), "{fault}: {story:?}");
    assert!(story.shortest && done.exploration.same == Same::Equal, "{fault}: no shorter way exists");
}

#[test]
fn the_model_catches_every_fault_of_the_engine() {
    Fault::ALL.iter().copied().filter(|fault| fault.side() == Side::Plugin).for_each(is_caught);
}

#[test]
fn the_model_catches_every_fault_of_the_host() {
    Fault::ALL.iter().copied().filter(|fault| fault.side() == Side::Host).for_each(is_caught);
}

#[test]
fn every_rule_of_the_model_has_a_fault() {
    for rule in Rule::ALL {
        let has_fault = Fault::ALL.iter().any(|fault| fault.rule() == *rule);
        assert_eq!(is_in_the_model(*rule), has_fault, "{rule}");
    }
}

#[test]
fn every_rule_of_both_sides_has_a_fault_on_each() {
    /// A host that makes a lease out of nothing releases it: CL-11, by `lease-from-refusal`.
    const OF_THE_PLUG_IN: &[Rule] = &[Rule::CL10];
    for rule in Rule::ALL.iter().filter(|rule| rule.side() == Side::Both) {
        let sides: BTreeSet<Side> =
            Fault::ALL.iter().filter(|fault| fault.rule() == *rule).map(|fault| fault.side()).collect();
        assert_eq!(sides.len(), if OF_THE_PLUG_IN.contains(rule) { 1 } else { 2 }, "{rule}: {sides:?}");
    }
}

#[test]
fn fault_names_are_unique() {
    let names: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    assert_eq!(names.len(), Fault::ALL.len());
    assert!(names.len() >= 30);
}
