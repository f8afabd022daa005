//! Leases: CL-10, CL-11, CL-15, and how equal values are counted.

use super::{Rule, Vantage, seen, story};

#[test]
fn cl_11_a_lease_released_once_is_kept() {
    let story = story("").first(1, 7).yes(1, 0xA).releases(0xA).stops();
    story.keeps(Rule::CL11);
    story.keeps(Rule::CL10);
}

#[test]
fn cl_11_a_lease_released_twice() {
    let why = story("").first(1, 7).yes(1, 0xA).releases(0xA).releases(0xA).stops().breaks(&[Rule::CL11]);
    assert!(why.contains("0xa"), "{why}");
}

#[test]
fn cl_11_a_value_that_nobody_reported() {
    story("").first(1, 7).no(1).releases(0xB).breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_a_lease_left_at_shutdown() {
    story("").first(1, 7).yes(1, 0xA).stops().breaks(&[Rule::CL11]);
    story("shutdown=abandoned").first(1, 7).yes(1, 0xA).stops().keeps(Rule::CL55);
}

#[test]
fn cl_11_a_lease_left_and_released_after_shutdown_was_called() {
    story("shutdown=abandoned").first(1, 7).yes(1, 0xA).stopping().releases(0xA).stopped().breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_a_lease_that_begins_during_shutdown_is_released_before_it_returns() {
    let late = || story("").first(1, 7).stopping().yes(1, 0xA);
    late().releases(0xA).stopped().keeps(Rule::CL11);
    late().stopped().breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_a_completion_on_its_way_back_at_shutdown_may_be_refused() {
    story("").first(1, 7).saying_yes(1, 0xA).stopping().returns(1, 995).stopped().keeps(Rule::CL11);
    story("").first(1, 7).saying_yes(1, 0xA).stopping().returns(1, 0).stopped().breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_a_refused_completion_leaves_no_lease() {
    let refused = || story("refusal=refuses").first(1, 7).refused(1, 0xA);
    assert!(refused().live().is_empty());
    refused().stops().keeps(Rule::CL11);
    refused().releases(0xA).breaks(&[Rule::CL11]);
    // Even from inside the completion.
    story("refusal=refuses").first(1, 7).saying_yes(1, 0xA).releases(0xA).returns(1, 87).breaks(&[Rule::CL11]);
}

#[test]
fn cl_10_a_lease_begins_inside_its_completion() {
    let inside = story("").first(1, 7).saying_yes(1, 0xA);
    assert_eq!(inside.live(), [0xA]);
    inside.operation(2, 7, 1).yes(2, 0xB).ends(1).releases(0xB).returns(1, 0).releases(0xA).stops().keeps(Rule::CL10);
}

#[test]
fn cl_15_null_is_never_released() {
    story("").first(1, 7).yes(1, 0).releases(0).breaks(&[Rule::CL15]);
    story("").first(1, 7).yes(1, 0).first(2, 8).yes(2, 0xA).releases(0xA).stops().keeps(Rule::CL15);
}

#[test]
fn cl_11_equal_values_are_released_once_per_report() {
    let shared = || story("").first(1, 7).yes(1, 22).operation(2, 7, 1).yes(2, 22).ends(1);
    assert_eq!(shared().live(), [22, 22]);
    shared().releases(22).expires_now().releases(22).stops().keeps(Rule::CL11);
    shared().releases(22).stops().breaks(&[Rule::CL11]);
    shared().releases(22).expires_now().releases(22).releases(22).breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_equal_values_are_released_once_per_value() {
    let shared = || story("release_counting=per-value").first(1, 7).yes(1, 22).operation(2, 7, 1).yes(2, 22);
    assert_eq!(shared().live(), [22]);
    shared().ends(1).expires_now().releases(22).stops().keeps(Rule::CL34);
    shared().ends(1).expires_now().releases(22).releases(22).breaks(&[Rule::CL11]);
    shared().ends(1).stops().breaks(&[Rule::CL11]);
    shared().releases(22).breaks(&[Rule::CL24]); // the operation's went with the user's
}

#[test]
fn cl_21_a_value_reported_again_is_one_lease_per_value() {
    let renewed = |dialect| story(dialect).first(1, 7).yes(1, 22).again(2, 7).yes(2, 22);
    renewed("release_counting=per-value").expires_now().releases(22).stops().keeps(Rule::CL21);
    renewed("").releases(22).expires_now().releases(22).stops().keeps(Rule::CL21);
    renewed("").expires_now().releases(22).stops().breaks(&[Rule::CL34]);
}

#[test]
fn cl_21_a_refused_re_authorization_with_the_same_value_leaves_the_old_lease() {
    let refused =
        || story("release_counting=per-value,refusal=refuses").first(1, 7).yes(1, 22).again(2, 7).refused(2, 22);
    assert_eq!(refused().live(), [22]);
    refused().releases(22).stops().keeps(Rule::CL21);
    refused().stops().breaks(&[Rule::CL21]);
}

#[test]
fn cl_11_equal_values_of_two_applications_are_two_leases() {
    let both = || story("release_counting=per-value").first(1, 7).yes(1, 22).starts(2).first(2, 7).yes(2, 22);
    both().releases(22).releases(22).stops().within(1).stops().keeps(Rule::CL11);
    both().releases(22).stops().within(1).stops().breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_one_value_for_everybody_harms_nobody() {
    let all = || {
        let both =
            seen("", Vantage::Plugin).starts(1).asks_user(1, 7, None).yes(1, 22).asks_user(2, 8, None).yes(2, 22);
        both.releases(22)
    };
    let goes_on = |user| all().operation(3, user, 1).yes(3, 0);
    goes_on(7).releases(22).stops().keeps(Rule::CL31);
    goes_on(8).releases(22).stops().keeps(Rule::CL31);
    goes_on(7).operation(4, 8, 2).breaks(&[Rule::CL31]); // one of the two was given back
}

impl super::Story {
    /// The record of user 7 expires, its time having come.
    fn expires_now(self) -> Self {
        let at = self.at + super::IDLE;
        self.at(at).expires(7)
    }
}

#[test]
fn cl_21_a_refused_re_authorization_adds_no_lease_where_each_report_counts() {
    let refused = || story("refusal=refuses").first(1, 7).yes(1, 22).again(2, 7).refused(2, 22);
    assert_eq!(refused().live(), [22]);
    refused().releases(22).stops().keeps(Rule::CL21);
    refused().releases(22).releases(22).breaks(&[Rule::CL11]);
}

#[test]
fn cl_34_a_lease_that_is_due_does_not_go_on_in_another_applications() {
    let both = story("release_counting=per-value").first(1, 7).yes(1, 22).starts(2).first(2, 8).yes(2, 22);
    both.at(super::IDLE).expires(8).stops().breaks(&[Rule::CL34]);
}
