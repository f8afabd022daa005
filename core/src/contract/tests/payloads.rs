//! Payloads: CL-12, CL-13, CL-22.

use super::{Rule, Story, Vantage, Verdict, seen, story};

/// The leases 0xA of user 7 and 0xB of operation 1 stand on payload 1.
fn shared() -> Story {
    story("").with_payload(1).first(1, 7).yes(1, 0xA).operation(2, 7, 1).yes(2, 0xB).ends(1)
}

#[test]
fn cl_12_a_payload_outlives_its_leases() {
    shared().releases(0xB).drops(1).breaks(&[Rule::CL12]);
    shared().releases(0xB).releases(0xA).drops(1).stops().keeps(Rule::CL12);
    // The drop of what a refused completion carried.
    story("").with_payload(1).first(1, 7).refused(1, 0xA).drops(1).stops().keeps(Rule::CL12);
}

#[test]
fn cl_13_a_payload_is_dropped_once() {
    let over = || shared().creates(1).releases(0xB).releases(0xA);
    over().stops().breaks(&[Rule::CL13]);
    over().drops(1).drops(1).stops().breaks(&[Rule::CL13]);
    over().drops(1).stops().keeps(Rule::CL13);
    over().stopping().drops(1).stopped().keeps(Rule::CL13);
}

#[test]
fn cl_13_leases_left_behind_do_not_keep_a_payload() {
    let left = || story("shutdown=abandoned").with_payload(1).first(1, 7).yes(1, 0xA).stopping();
    left().drops(1).stopped().keeps(Rule::CL13);
    left().stopped().breaks(&[Rule::CL13]);
}

#[test]
fn cl_12_a_context_that_comes_during_shutdown_keeps_nothing() {
    let late = || story("shutdown=abandoned").with_payload(1).first(1, 7).stopping().yes(1, 0xA);
    late().drops(1).stopped().keeps(Rule::CL12);
    late().stopped().breaks(&[Rule::CL13]);
}

#[test]
fn cl_13_a_trace_without_drops_shows_nothing() {
    let linked = seen("", Vantage::Plugin).starts(1).with_payload(1).asks_user(1, 7, None).yes(1, 0xA).releases(0xA);
    let story = linked.stops();
    assert_eq!(story.verdicts.verdict(Rule::CL13, story.contract.observables()), Verdict::NotReached);
}

#[test]
fn cl_13_applications_may_share_a_payload() {
    let both =
        || story("").with_payload(1).first(1, 7).yes(1, 0xA).starts(2).first(2, 7).yes(2, 0xB).releases(0xB).stops();
    both().within(1).releases(0xA).drops(1).stops().keeps(Rule::CL13);
    both().within(1).releases(0xA).stops().breaks(&[Rule::CL13]);
}

#[test]
fn cl_22_the_same_payload_reported_again() {
    let again = || story("").with_payload(1).first(1, 7).yes(1, 0xA).again(2, 7).yes(2, 0xB).releases(0xA);
    again().drops(1).breaks(&[Rule::CL22]);
    again().releases(0xB).drops(1).stops().keeps(Rule::CL22);
}

#[test]
fn cl_12_is_not_observable_from_the_host() {
    let story = seen("", Vantage::Host);
    for rule in [Rule::CL12, Rule::CL13, Rule::CL22] {
        assert!(!story.contract.observable(rule));
    }
}

#[test]
fn cl_22_is_about_the_users_own_payload() {
    let known = || story("").with_payload(1).first(1, 7).yes(1, 22);
    known().with_payload(2).again(2, 7).yes(2, 0xB).drops(2).breaks(&[Rule::CL12]); // it was not reported before
    let another = known().with_payload(2).first(2, 8).yes(2, 22); // under the same value, but by another user
    another.again(3, 7).yes(3, 23).drops(2).breaks(&[Rule::CL12]);
}

#[test]
fn cl_22_ends_with_the_leases_that_it_is_about() {
    let again = story("").with_payload(1).first(1, 7).yes(1, 0xA).again(2, 7).yes(2, 0xB).releases(0xA).releases(0xB);
    again.first(3, 8).yes(3, 0xC).drops(1).breaks(&[Rule::CL12]);
}
