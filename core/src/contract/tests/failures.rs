//! Contexts that came with a failure (CL-53): one release of each is tolerated, whoever's it was.

use super::{Rule, story};

#[test]
fn cl_11_one_release_of_a_failures_context_is_tolerated() {
    let failed = |dialect, remember| story(dialect).remembering(remember).first(1, 7).fails(1, 0xA);
    for (dialect, remember) in [("", 10), ("failure_context=released", 10), ("failure_context=released", 0)] {
        failed(dialect, remember).stops().breaks(&[Rule::CL53]);
        failed(dialect, remember).releases(0xA).stops().breaks(&[Rule::CL53]);
        failed(dialect, remember).releases(0xA).releases(0xA).breaks(&[Rule::CL11, Rule::CL53]);
    }
}

#[test]
fn cl_11_a_failures_context_that_equals_a_lease() {
    let both = |dialect| story(dialect).first(1, 7).yes(1, 22).operation(2, 7, 1).fails(2, 22);
    // Ignored: the release is the record's, and ends it. Released: it is the failure's.
    both("").releases(22).operation(3, 7, 2).breaks(&[Rule::CL31, Rule::CL53]);
    let released = both("failure_context=released").releases(22).operation(3, 7, 2).no(3);
    released.releases(22).stops().breaks(&[Rule::CL53]);
}

#[test]
fn cl_53_a_failures_context_explains_one_release() {
    let known = || story("failure_context=released").first(1, 7).yes(1, 22);
    let failed = || known().operation(2, 7, 1).fails(2, 22).releases(22);
    failed().operation(3, 7, 2).no(3).releases(22).stops().breaks(&[Rule::CL53]);
    failed().first(3, 7).no(3).releases(22).stops().breaks(&[Rule::CL53]);
    failed().first(3, 7).no(3).releases(22).releases(22).breaks(&[Rule::CL11, Rule::CL53]);
}

#[test]
fn cl_11_a_release_may_have_been_of_any_applications_failure() {
    for (stops, remains) in [(1, 2), (2, 1)] {
        let one = || story("failure_context=released").first(1, 7).fails(1, 22);
        let both = || one().starts(2).first(2, 8).fails(2, 22).releases(22);
        both().within(stops).stops().releases(22).within(remains).stops().breaks(&[Rule::CL53]);
        both().within(stops).stops().releases(22).releases(22).breaks(&[Rule::CL11, Rule::CL53]);
        both().releases(22).releases(22).breaks(&[Rule::CL11, Rule::CL53]);
    }
}

#[test]
fn cl_11_a_failures_context_that_was_released_leaves_room_for_nothing_else() {
    let known = story("failure_context=released,shutdown=abandoned").first(1, 8).yes(1, 22);
    let failed = known.first(2, 9).fails(2, 22).starts(2).first(3, 7).yes(3, 22);
    // The release was of the failure or of what is left behind: user 7 has the value still.
    let asked = failed.releases(22).within(1).stops().within(2).operation(4, 7, 1).no(4);
    asked.releases(22).operation(5, 7, 2).breaks(&[Rule::CL31, Rule::CL53]);
}

#[test]
fn cl_11_what_was_released_of_two_applications_failures_is_counted_when_one_is_over() {
    let three = || {
        let one = story("").first(1, 7).fails(1, 22);
        one.starts(2).first(2, 8).fails(2, 22).first(3, 9).fails(3, 22).releases(22).releases(22)
    };
    three().within(1).stops().releases(22).breaks(&[Rule::CL53]);
    three().within(1).stops().releases(22).releases(22).breaks(&[Rule::CL11, Rule::CL53]);
    three().stops().releases(22).breaks(&[Rule::CL53]); // both may have been of the second
    three().stops().releases(22).releases(22).breaks(&[Rule::CL11, Rule::CL53]);
}

#[test]
fn cl_11_a_failures_context_is_over_with_its_application() {
    story("").first(1, 7).fails(1, 22).stops().releases(22).breaks(&[Rule::CL11, Rule::CL53]);
}

#[test]
fn cl_11_a_failures_context_that_was_released_takes_nobodys_place_in_memory() {
    let two = || story("").remembering(2).first(1, 7).fails(1, 22).first(2, 8).fails(2, 23);
    two().releases(23).first(3, 9).fails(3, 24).releases(22).releases(24).breaks(&[Rule::CL53]);
    two().first(3, 9).fails(3, 24).releases(22).breaks(&[Rule::CL11, Rule::CL53]);
}
