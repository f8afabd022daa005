//! Operations: CL-40 and CL-41.

use super::{Rule, Story, story};

/// Operation 1 of user 7 is open with lease 0xB; the user's is 0xA.
fn open(dialect: &str) -> Story {
    story(dialect).first(1, 7).yes(1, 0xA).operation(2, 7, 1).yes(2, 0xB)
}

#[test]
fn cl_40_an_operation_keeps_its_lease_until_it_ends() {
    open("").releases(0xB).breaks(&[Rule::CL40]);
    open("").ends(1).releases(0xB).releases(0xA).stops().keeps(Rule::CL40);
}

#[test]
fn cl_41_the_lease_of_an_ended_operation_is_released() {
    open("").ends(1).releases(0xA).stops().breaks(&[Rule::CL41]);
    open("").ends(1).releases(0xA).releases(0xB).stops().keeps(Rule::CL41);
    open("").ends(1).releases(0xB).releases(0xB).breaks(&[Rule::CL11]);
}

#[test]
fn cl_41_an_operation_that_ended_while_it_was_asked_for() {
    let gone = || story("").first(1, 7).yes(1, 0xA).operation(2, 7, 1).ends(1);
    gone().yes(2, 0xB).releases(0xB).releases(0xA).stops().keeps(Rule::CL11);
    gone().yes(2, 0xB).releases(0xA).stops().breaks(&[Rule::CL41]);
    gone().no(2).releases(0xA).stops().keeps(Rule::CL50);
}

#[test]
fn cl_41_a_refused_operation_never_began() {
    let refused = story("refusal=refuses").first(1, 7).yes(1, 0xA).operation(2, 7, 1).refused(2, 0xB);
    refused.at(super::IDLE).expires(7).releases(0xA).stops().keeps(Rule::CL33);
}

#[test]
fn cl_11_an_open_operation_at_shutdown() {
    open("").releases(0xA).stops().breaks(&[Rule::CL11]);
    open("").ends(1).releases(0xB).releases(0xA).stops().keeps(Rule::CL41);
}

#[test]
fn cl_24_an_operation_that_begins_after_its_user_is_gone_is_early_when_it_is_released() {
    let begun = || story("").first(1, 7).yes(1, 22).operation(2, 7, 1).releases(22).yes(2, 23);
    begun().releases(23).breaks(&[Rule::CL24]);
    begun().ends(1).releases(23).stops().keeps(Rule::CL41);
}

#[test]
fn cl_40_a_second_answer_about_an_operation_does_not_end_it() {
    let twice = || story("").first(1, 7).yes(1, 0xA).operation(2, 7, 1).operation(3, 7, 1).yes(2, 0xB).no(3);
    twice().ends(1).releases(0xB).releases(0xA).stops().keeps(Rule::CL40);
    twice().releases(0xB).breaks(&[Rule::CL40]);
}
