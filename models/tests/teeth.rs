//! Teeth: every seeded fault ends in a counterexample that breaks the rule it is made for. A fault that nothing
//! catches fails the build.

use wsman_authz_core::fault::Fault;
use wsman_authz_core::{Rule, Side};
use wsman_authz_models::explore::{Trouble, Watch};
use wsman_authz_models::verify::{faults, is_in_the_model, tell};

fn is_caught(fault: Fault) {
    let done = faults::find(fault, None, &Watch::default()).unwrap_or_else(|| panic!("nothing catches {fault}"));
    let found = done.exploration.counterexample.as_ref().expect("it was found by its counterexample");
    let Trouble::Broken(rules) = &found.trouble else { panic!("{fault} ends in {:?}", found.trouble) };
    assert!(rules.contains(fault.rule()), "{fault} breaks {rules:?}");
    let story = tell(&done).expect("a counterexample can be told");
    assert_eq!(story.rule, fault.rule().id());
    assert!(!story.steps.is_empty() && !story.why.is_empty(), "{fault}: {story:?}");
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
fn fault_names_are_unique() {
    let names: std::collections::BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
    assert_eq!(names.len(), Fault::ALL.len());
    assert!(names.len() >= 30);
}
