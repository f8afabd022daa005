//! Completions that the host refuses: what is taken back and what is not (CL-10, CL-11).

use alloc::format;

use super::{Rule, Story, story};

/// As [`story`], of a host that may refuse.
fn refusing(dialect: &str) -> Story {
    story(&format!("refusal=refuses{dialect}"))
}

#[test]
fn cl_31_a_renewed_record_does_not_end_with_the_refusal_of_what_began_it() {
    let renewed = refusing("").first(1, 7).saying_yes(1, 0xA).on(2).again(2, 7).saying_yes(2, 0xB);
    let refused = renewed.on(1).returns(1, 87).operation(3, 7, 1).no(3);
    refused.on(2).returns(2, 0).releases(0xB).stops().keeps(Rule::CL31);
}

#[test]
fn cl_11_a_refused_lease_that_was_released_is_not_excused_by_another_applications() {
    let open = refusing("").first(1, 8).yes(1, 0).operation(2, 8, 1).yes(2, 22);
    let released = open.starts(2).first(3, 7).saying_yes(3, 22).releases(22);
    released.returns(3, 87).breaks(&[Rule::CL11]);
}

#[test]
fn cl_40_a_refusal_takes_back_its_own_report_and_no_other() {
    let refused = || refusing("").first(1, 7).yes(1, 0xA).operation(2, 7, 1).yes(2, 22).again(3, 7).refused(3, 22);
    refused().releases(22).breaks(&[Rule::CL40]); // that of the operation
    refused().ends(1).releases(22).releases(0xA).stops().keeps(Rule::CL40);
}

#[test]
fn cl_23_is_known_without_memory_while_the_lease_lives_that_a_refusal_gave_back() {
    let refused =
        || refusing(",release_counting=per-value").remembering(0).first(1, 7).yes(1, 22).again(2, 7).refused(2, 22);
    refused().operation(3, 7, 1).breaks(&[Rule::CL23]);
    refused().releases(22).operation(3, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_11_a_release_of_the_value_that_a_refused_renewal_reported_again_may_be_of_the_old_lease() {
    let renewing = || refusing(",release_counting=per-value").first(1, 7).yes(1, 22).again(2, 7).saying_yes(2, 22);
    renewing().at(100).expires(7).releases(22).returns(2, 87).stops().keeps(Rule::CL11);
    renewing().at(100).expires(7).releases(22).releases(22).breaks(&[Rule::CL11]);
    refusing(",release_counting=per-value")
        .first(1, 7)
        .saying_yes(1, 22)
        .releases(22)
        .returns(1, 87)
        .breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_a_release_of_all_that_is_due_with_one_value_takes_a_refused_report_with_it() {
    let two = || refusing(",release_counting=per-value").first(1, 7).yes(1, 22).first(2, 8).yes(2, 23);
    let expired = || two().on(2).again(3, 8).saying_yes(3, 22).on(1).at(100).expires(7).expires(8).releases(23);
    expired().releases(22).on(2).returns(3, 87).stops().keeps(Rule::CL11);
    expired().releases(22).releases(22).releases(22).breaks(&[Rule::CL11]); // the second may be of the refused one
    expired().on(2).returns(3, 87).releases(22).stops().keeps(Rule::CL11); // it was user 7's
    expired().on(2).returns(3, 87).stops().breaks(&[Rule::CL34]);
}

#[test]
fn cl_40_what_may_be_refused_yet_is_released_with_what_is_due_beside_it() {
    let one = || refusing(",release_counting=per-value,expiry=user-first").first(1, 7).yes(1, 22);
    let begun = one().operation(2, 7, 1).on(2).saying_yes(2, 22).on(1).at(100).expires(7);
    begun.releases(22).on(2).returns(2, 87).stops().keeps(Rule::CL11);
    let ended = one().operation(2, 7, 1).yes(2, 22).operation(3, 7, 2).on(2).saying_yes(3, 22).on(1);
    ended.at(100).expires(7).ends(1).releases(22).on(2).returns(3, 87).stops().keeps(Rule::CL40);
    let left = one().first(3, 9).on(2).saying_yes(3, 22).on(1).at(100).expires(7).on(2).returns(3, 87);
    left.stops().breaks(&[Rule::CL34]);
}

#[test]
fn cl_34_a_release_was_of_the_equal_lease_that_was_not_refused() {
    let two = || refusing(",authorize_user=parallel").first(1, 7).first(2, 7).on(2).saying_yes(1, 22);
    let expired = || two().on(3).saying_yes(2, 22).on(1).at(100).expires(7).releases(22).on(3).returns(2, 0);
    expired().on(2).returns(1, 87).stops().keeps(Rule::CL34);
    expired().on(2).returns(1, 0).stops().breaks(&[Rule::CL34]);
    expired().on(2).returns(1, 0).releases(22).stops().keeps(Rule::CL34);
}

#[test]
fn cl_34_a_release_was_not_of_an_equal_lease_that_came_too_late() {
    let late = || story("overdue=times-out").first(1, 7).times_out(1).on(2).saying_yes(1, 22).on(1);
    let expired = || late().first(2, 8).yes(2, 22).at(100).expires(8).releases(22).on(2);
    expired().returns(1, 87).stops().keeps(Rule::CL34);
    expired().returns(1, 0).stops().breaks(&[Rule::CL34]); // one of the two
}

#[test]
fn cl_30_a_yes_on_its_way_back_stands_behind_no_later_record() {
    let renewed = refusing(",release_counting=per-value").first(1, 7).yes(1, 22).again(2, 7).on(2).saying_yes(2, 22);
    let another = renewed.on(1).at(100).expires(7).releases(22).first(3, 7).on(3).saying_yes(3, 23);
    let asked = another.on(2).returns(2, 0).on(1).first(4, 7);
    asked.on(3).returns(3, 87).yes(4, 0).stops().keeps(Rule::CL30);
}

#[test]
fn cl_23_the_refusal_of_what_stood_behind_a_record_that_was_released_does_not_end_the_next() {
    let released = || {
        let renewing = refusing(",release_counting=per-value").first(1, 7).yes(1, 22).again(2, 7).on(2);
        renewing.saying_yes(2, 22).releases(22).on(1).first(3, 7).on(3).saying_yes(3, 23).on(2).returns(2, 87).on(1)
    };
    released().operation(4, 7, 1).no(4).on(3).returns(3, 0).releases(23).stops().keeps(Rule::CL31);
    released().on(3).returns(3, 87).operation(4, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_31_a_record_without_a_lease_does_not_end_with_a_refusal_beside_it() {
    let raced =
        refusing(",authorize_user=parallel").first(1, 8).yes(1, 22).first(2, 7).first(3, 7).first(4, 7).yes(4, 0);
    let lost = raced.yes(2, 22).releases(22).on(2).saying_yes(3, 22).on(1).operation(5, 8, 1).no(5);
    lost.on(2).returns(3, 87).on(1).operation(6, 7, 2).no(6).releases(22).stops().keeps(Rule::CL31);
}

#[test]
fn cl_30_a_record_stands_on_a_lease_whose_value_another_reports_meanwhile() {
    let open = refusing(",authorize_user=parallel").first(1, 8).yes(1, 23).operation(2, 8, 1).on(2).saying_yes(2, 22);
    let raced = open.on(1).first(3, 7).first(4, 7).first(5, 7).yes(3, 22).yes(4, 23).releases(23).again(6, 8);
    let renewed = raced.refused(5, 24).again(7, 7).no(6).releases(23).no(7).releases(22).ends(1).on(2).returns(2, 0);
    renewed.releases(22).stops().keeps(Rule::CL30);
}

#[test]
fn cl_11_of_a_lease_that_may_have_been_released_nothing_is_said_when_it_is_refused() {
    let raced = refusing(",release_counting=per-value").first(1, 7).first(2, 7).on(2).saying_yes(1, 0);
    let open = raced.operation(3, 7, 1).on(4).saying_yes(3, 0).on(3).saying_yes(2, 22).on(1);
    let other = open.first(4, 8).yes(4, 23).operation(5, 8, 2).yes(5, 22).ends(2).releases(22);
    let over = other.at(100).expires(7).on(4).returns(3, 87).on(3).returns(2, 87).on(2).returns(1, 0);
    over.releases(23).stops().keeps(Rule::CL11);
}

#[test]
fn cl_30_a_sign_of_a_record_outlives_the_refusal_of_an_equal_lease() {
    let raced = refusing(",authorize_user=parallel").first(1, 7).first(2, 7).yes(1, 22).first(3, 8).yes(3, 22).on(2);
    let shown = raced.saying_yes(2, 22).on(1).releases(22).operation(4, 7, 1).no(4).on(2).returns(2, 87).on(1);
    shown.first(5, 7).breaks(&[Rule::CL30]); // the release was of user 8's
}

#[test]
fn cl_34_which_of_equal_leases_was_released_stays_open_only_while_one_may_be_refused() {
    let due = |story: Story| {
        let two = story.first(1, 7).on(2).saying_yes(1, 22).on(1).first(2, 8).yes(2, 22).at(100);
        two.expires(7).expires(8).releases(22)
    };
    assert_eq!(due(story("")).undecided(22), 0);
    assert_eq!(due(refusing("")).undecided(22), 1);
    assert_eq!(due(refusing("")).on(2).returns(1, 0).undecided(22), 0);
}

#[test]
fn cl_34_an_operation_that_may_be_refused_does_not_show_that_a_record_was_over_before() {
    let raced = refusing(",authorize_user=parallel").first(1, 8).first(2, 8).on(2).saying_yes(1, 22).on(1).yes(2, 0);
    let open = raced.first(3, 7).yes(3, 22).operation(4, 8, 1).on(3).saying_yes(4, 0).on(1).at(100);
    let expired = open.expires(7).releases(22).expires(8); // the release was of user 7's
    expired.on(3).returns(4, 87).on(2).returns(1, 87).stops().keeps(Rule::CL34);
}
