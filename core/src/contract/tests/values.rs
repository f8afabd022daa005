//! Equal values: which lease a release ended is decided when the trace decides it. Every assignment is tried against
//! this in `tests/tests/equal_values.rs`; here are the stories behind it.

use super::{IDLE, Rule, Story, Vantage, seen, story};

/// Users 7 and 8 have a record on the value 22 each, and one of the two was given back.
fn one_of_two(dialect: &str) -> Story {
    story(dialect).first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).releases(22)
}

#[test]
fn cl_31_a_question_shows_whose_record_lives() {
    one_of_two("").operation(3, 7, 1).no(3).releases(22).stops().keeps(Rule::CL31);
    one_of_two("").operation(3, 8, 1).no(3).releases(22).stops().keeps(Rule::CL31);
    one_of_two("").operation(3, 7, 1).no(3).operation(4, 8, 2).breaks(&[Rule::CL31]);
}

#[test]
fn cl_31_a_record_on_two_values_lives_while_one_of_them_does() {
    let raced = story("").first(1, 7).first(2, 7).yes(1, 22).yes(2, 23);
    let given = raced.first(3, 8).yes(3, 22).first(4, 9).yes(4, 23).releases(23).releases(22);
    let asked = given.operation(5, 7, 1).no(5).operation(6, 9, 2).no(6); // 7 gave 23 back and has 22
    asked.releases(22).releases(23).stops().keeps(Rule::CL31);
}

#[test]
fn cl_30_a_first_request_shows_whose_record_ended() {
    let asked = |user| one_of_two("").first(3, user).yes(3, 22);
    asked(7).operation(4, 8, 1).no(4).releases(22).releases(22).stops().keeps(Rule::CL30);
    asked(8).operation(4, 7, 1).no(4).releases(22).releases(22).stops().keeps(Rule::CL30);
    asked(7).first(4, 8).breaks(&[Rule::CL30]);
    one_of_two("").again(3, 7).no(3).first(4, 8).no(4).releases(22).stops().keeps(Rule::CL20);
    one_of_two("").again(3, 7).no(3).again(4, 8).breaks(&[Rule::CL30]);
}

#[test]
fn cl_30_a_first_request_says_nothing_while_its_users_record_may_be_refused() {
    let known = story("authorize_user=parallel").first(1, 8).yes(1, 22);
    let asked = known.first(2, 7).saying_yes(2, 22).on(2).releases(22).first(3, 7).on(1).returns(2, 0).no(3);
    asked.operation(4, 7, 1).no(4).releases(22).stops().keeps(Rule::CL31); // user 8's was given back
}

#[test]
fn cl_20_a_re_authorization_shows_that_one_of_two_racing_leases_lives() {
    let raced = story("authorize_user=parallel").first(1, 7).first(2, 7).yes(1, 22).yes(2, 22);
    let given = raced.first(3, 8).yes(3, 22).releases(22).releases(22).again(4, 7).yes(4, 0);
    given.operation(5, 8, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_20_a_re_authorization_keeps_its_lease_from_the_releases_that_follow() {
    let renewing = || story("").first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).again(3, 7).releases(22);
    renewing().operation(4, 8, 1).breaks(&[Rule::CL31]);
    renewing().first(4, 8).no(4).yes(3, 23).releases(22).releases(23).stops().keeps(Rule::CL20);
}

#[test]
fn cl_20_of_two_leases_that_are_alike_one_is_over_if_a_re_authorization_keeps_the_third() {
    let three = story("").first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).first(3, 9).yes(3, 22);
    let given = three.at(IDLE).expires(8).expires(9).releases(22);
    assert_eq!(given.undecided(22), 1);
    let asked = given.again(4, 7);
    assert_eq!(asked.undecided(22), 0);
    asked.no(4).releases(22).releases(22).stops().keeps(Rule::CL21);
}

#[test]
fn cl_30_a_lease_that_came_between_two_releases_may_have_gone_with_the_second() {
    let one = one_of_two("").first(3, 9).yes(3, 22).releases(22).first(4, 7).no(4); // the first was user 7's
    one.first(5, 9).no(5).operation(6, 8, 1).no(6).releases(22).stops().keeps(Rule::CL30);
}

#[test]
fn cl_41_the_release_of_an_ended_operation_may_have_been_a_records() {
    let ended = || story("").first(1, 7).yes(1, 22).operation(2, 7, 1).yes(2, 22).ends(1).releases(22);
    ended().operation(3, 7, 2).no(3).releases(22).stops().keeps(Rule::CL41); // the operation's
    ended().first(3, 7).no(3).releases(22).stops().keeps(Rule::CL30); // the record's
    ended().first(3, 7).no(3).stops().breaks(&[Rule::CL41]);
    ended().operation(3, 7, 2).no(3).stops().breaks(&[Rule::CL11]);
}

#[test]
fn cl_40_no_lease_but_an_open_operations() {
    let open = || story("").first(1, 7).yes(1, 22).operation(2, 7, 1).yes(2, 22).releases(22);
    open().operation(3, 7, 2).breaks(&[Rule::CL31]); // the record's, what else
    open().releases(22).breaks(&[Rule::CL24]);
}

#[test]
fn cl_40_an_operation_that_ended_since_explains_no_earlier_release() {
    let records = story("").first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).operation(3, 7, 1).yes(3, 22);
    let asked = |story: Story| story.ends(1).operation(4, 7, 2).no(4).operation(5, 8, 3);
    asked(records.releases(22)).breaks(&[Rule::CL31]); // one of the two records was given back
    let records = story("").first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).operation(3, 7, 1).yes(3, 22);
    asked(records.ends(1).releases(22)).no(5).releases(22).releases(22).stops().keeps(Rule::CL31);
}

#[test]
fn cl_11_a_shutdown_shows_whose_leases_were_given_back() {
    let two = || story("").first(1, 7).yes(1, 22).starts(2).first(2, 7).yes(2, 22).at(IDLE).expires(7);
    let given = || two().within(1).expires(7).releases(22);
    given().stops().within(2).releases(22).stops().keeps(Rule::CL34);
    given().within(2).stops().within(1).releases(22).stops().keeps(Rule::CL34);
    given().stops().within(2).stops().breaks(&[Rule::CL34]);
}

#[test]
fn cl_11_what_may_be_left_behind_may_have_been_given_back() {
    let two = || story("shutdown=abandoned").first(1, 7).yes(1, 22).starts(2).first(2, 7).yes(2, 22).releases(22);
    two().within(1).stops().within(2).operation(3, 7, 1).no(3).stops().keeps(Rule::CL31);
    two().within(1).stops().within(2).first(3, 7).no(3).stops().keeps(Rule::CL30);
}

/// Where equal values are one lease: user 7 of application 1 and user 8 of application 2 have a record on the value
/// 22, and one of the two was given back.
fn one_of_two_applications() -> Story {
    let story = story("release_counting=per-value").first(1, 7).yes(1, 22);
    story.starts(2).first(2, 8).yes(2, 22).releases(22)
}

#[test]
fn cl_30_one_release_ends_all_leases_of_an_application_with_the_value() {
    let raced = || story("release_counting=per-value").first(1, 7).first(2, 7).yes(1, 22).yes(2, 22);
    let given = || raced().starts(2).first(3, 8).yes(3, 22).releases(22).within(1).first(4, 7);
    given().no(4).within(2).operation(5, 8, 1).no(5).releases(22).stops().within(1).stops().keeps(Rule::CL30);
    given().no(4).within(2).first(5, 8).breaks(&[Rule::CL30]);
}

#[test]
fn cl_12_a_value_that_is_reported_again_may_stand_for_another_payload() {
    let again = || {
        let story = story("release_counting=per-value").with_payload(1).first(1, 7).yes(1, 22);
        let given = story.starts(2).with_payload(2).first(2, 8).yes(2, 22).releases(22);
        given.within(1).with_payload(3).first(3, 9).yes(3, 22)
    };
    again().drops(1).releases(22).drops(3).releases(22).drops(2).keeps(Rule::CL12);
    again().drops(3).breaks(&[Rule::CL12]);
}

#[test]
fn cl_11_what_may_have_been_given_back_before_the_value_was_reported_again_is_not_left_behind() {
    let again = || one_of_two_applications().within(1).first(3, 9).saying_yes(3, 22).stopping();
    again().returns(3, 87).stopped().within(2).operation(4, 8, 1).no(4).releases(22).stops().keeps(Rule::CL11);
}

#[test]
fn cl_32_a_record_that_expires_early_may_have_been_over() {
    one_of_two("").at(1).expires(7).operation(3, 8, 1).no(3).releases(22).stops().keeps(Rule::CL31);
    one_of_two("").operation(3, 7, 1).no(3).at(1).expires(7).breaks(&[Rule::CL32]);
}

#[test]
fn cl_34_a_record_that_expires_in_time_was_not_over() {
    one_of_two("").at(IDLE).expires(7).operation(3, 7, 1).breaks(&[Rule::CL34]);
}

#[test]
fn cl_33_a_record_that_expires_under_a_request_may_have_been_over() {
    let asked = |dialect| {
        let both = story(dialect).first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).quota(3, 7);
        both.releases(22).at(IDLE).expires(7)
    };
    asked("").operation(4, 8, 1).no(4).no(3).releases(22).stops().keeps(Rule::CL31);
    asked("expiry=user-first").operation(4, 7, 1).breaks(&[Rule::CL34]); // where nothing pins, it was there to expire
}

#[test]
fn cl_33_a_record_that_expires_under_an_operation_may_have_been_over() {
    let both = || story("").first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).operation(3, 7, 1).saying_yes(3, 23);
    let late = both().releases(22).at(IDLE).expires(7).returns(3, 0);
    late.operation(4, 8, 2).no(4).ends(1).releases(23).releases(22).stops().keeps(Rule::CL33); // 7's was released
    let known = both().at(IDLE).expires(7).returns(3, 0).releases(22).ends(1).releases(23).releases(22);
    known.stops().breaks(&[Rule::CL33]);
}

#[test]
fn cl_30_an_operations_lease_that_goes_on_in_its_users_keeps_what_it_knows() {
    let one = story("release_counting=per-value").first(1, 7).yes(1, 22).operation(2, 7, 1).yes(2, 22);
    let three = one.starts(2).first(3, 8).yes(3, 22).starts(3).first(4, 9).yes(4, 22);
    // While the operation was open, the release was of one of the others.
    three.releases(22).within(1).ends(1).first(5, 7).breaks(&[Rule::CL30]);
}

#[test]
fn cl_12_a_payload_that_is_dropped_has_no_lease_left() {
    let two = || story("").with_payload(1).first(1, 7).yes(1, 22).with_payload(2).first(2, 8).yes(2, 22).releases(22);
    two().drops(2).operation(3, 7, 1).no(3).releases(22).drops(1).stops().keeps(Rule::CL12);
    two().drops(2).drops(1).breaks(&[Rule::CL12]);
}

#[test]
fn cl_11_a_refused_completion_explains_no_release() {
    let refused = || story("refusal=refuses").first(1, 7).yes(1, 22).first(2, 8).saying_yes(2, 22).releases(22);
    refused().returns(2, 87).first(3, 7).no(3).stops().keeps(Rule::CL11);
    refused().returns(2, 87).operation(3, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_11_a_release_of_equal_values_may_have_come_before_a_completion_that_has_not_returned() {
    let settled = || story("release_counting=per-value,refusal=refuses").first(1, 7).yes(1, 22);
    let user = || settled().first(2, 8).saying_yes(2, 22).releases(22);
    user().returns(2, 87).first(3, 7).no(3).stops().keeps(Rule::CL11);
    user().returns(2, 87).operation(3, 7, 1).breaks(&[Rule::CL31]); // the release was of this one
    user().returns(2, 87).releases(22).breaks(&[Rule::CL11]);
    user().returns(2, 0).operation(3, 8, 1).no(3).releases(22).stops().keeps(Rule::CL11); // it came after the release
    user().returns(2, 0).first(3, 8).no(3).stops().keeps(Rule::CL30); // it came before

    let operation = || settled().first(2, 8).yes(2, 23).operation(3, 8, 1).saying_yes(3, 22).releases(22);
    operation().returns(3, 87).releases(23).stops().keeps(Rule::CL11);
    operation().returns(3, 0).ends(1).releases(22).releases(23).stops().keeps(Rule::CL40);
    settled().first(2, 8).yes(2, 23).operation(3, 8, 1).yes(3, 22).releases(22).breaks(&[Rule::CL40]);

    let reported = || story("release_counting=per-value,refusal=refuses").first(1, 7).saying_yes(1, 22);
    reported().releases(22).returns(1, 87).breaks(&[Rule::CL11]);
    let twice = reported().on(2).first(2, 8).saying_yes(2, 22).releases(22);
    twice.returns(2, 87).on(1).returns(1, 0).stops().keeps(Rule::CL11); // it was of the other one
}

#[test]
fn cl_31_a_sign_decides_however_many_came_before_it() {
    let three = || story("").first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).first(3, 9).yes(3, 22);
    let given = || three().releases(22).releases(22).operation(4, 7, 1).no(4); // so 8 and 9 gave theirs back
    given().operation(5, 8, 2).breaks(&[Rule::CL31]);
    given().first(5, 8).no(5).first(6, 9).no(6).releases(22).stops().keeps(Rule::CL31);
}

#[test]
fn cl_31_a_record_on_two_values_lives_on_either() {
    let raced = story("").first(1, 7).first(2, 7).yes(1, 22).yes(2, 23).first(3, 8).yes(3, 22);
    // The loser's went back, and it was the one on 22.
    raced.releases(22).operation(4, 7, 1).no(4).operation(5, 8, 2).no(5).keeps(Rule::CL31);
}

#[test]
fn unique_values_leave_no_doubt() {
    let story = story("").first(1, 7).yes(1, 0xA).first(2, 8).yes(2, 0xB).releases(0xA).releases(0xB);
    assert!(story.contract.doubts.is_empty() && story.contract.renewing.is_empty());
}

/// User 7's record on the value 22 expired in both applications, with one payload behind it; in the second one user 9
/// has a record on it.
#[test]
fn cl_12_a_payload_that_is_dropped_takes_the_lease_that_was_due() {
    let first = story("release_counting=per-value").with_payload(1).first(1, 7).yes(1, 22);
    let both = first.starts(2).first(2, 7).yes(2, 22).at(IDLE).expires(7).within(1).expires(7);
    let both = both.within(2).first(3, 9).yes(3, 22);
    let dropped = both.releases(22).drops(1);
    dropped.within(1).stops().within(2).releases(22).stops().breaks(&[Rule::CL12]);
}

#[test]
fn cl_31_a_plug_in_cannot_tell_whether_a_record_in_doubt_is_renewed() {
    let known = seen("", Vantage::Plugin).starts(1).asks_user(1, 8, None).yes(1, 22);
    let raced = known.asks_user(2, 7, None).asks_user(3, 7, None).yes(2, 22).on(2).saying_yes(3, 22);
    // User 8's was given back and the first of user 7's. The host did not wait for what it may refuse yet.
    let anew = raced.on(1).releases(22).releases(22).asks_user(4, 7, None).yes(4, 23);
    let accepted = anew.on(2).returns(3, 0).on(1).releases(23);
    accepted.operation(5, 7, 1).no(5).releases(22).stops().keeps(Rule::CL31);
}

#[test]
fn cl_31_a_record_that_may_stand_on_null_says_nothing_of_a_lease_beside_it() {
    let raced = story("authorize_user=parallel").first(1, 7).first(2, 7).first(3, 8).first(4, 8);
    let two = raced.yes(1, 22).yes(2, 22).releases(22).yes(3, 0).yes(4, 22).releases(22); // the losers
    let seen = two.operation(5, 8, 1).yes(5, 22);
    seen.operation(6, 7, 2).no(6).keeps(Rule::CL31);
}

#[test]
fn cl_31_a_lease_beside_null_may_be_released_while_its_user_is_asked_about_again() {
    let raced = story("authorize_user=parallel").first(1, 7).first(2, 7).first(3, 8).yes(3, 22);
    let two = raced.yes(1, 0).yes(2, 22).releases(22); // the loser
    two.again(4, 7).operation(5, 8, 1).no(5).keeps(Rule::CL31);
}
