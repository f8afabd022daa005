//! Equal values whose completions have not returned: a release may have come before the host took note of one, and the
//! same value may have been released again since.

use super::{Story, seen, sender, story};
use crate::call::{Call, RequestKind};
use crate::contract::Vantage;
use crate::id::ApplicationId;
use crate::rule::Rule;

/// Two first requests of user 7 raced; the second completion, on a thread of its own, has not returned.
fn raced(dialect: &str) -> Story {
    story(dialect).first(1, 7).first(2, 7).yes(1, 22).on(2).saying_yes(2, 22).on(1)
}

#[test]
fn cl_30_a_record_that_rests_on_a_completion_on_its_way_may_be_asked_for() {
    // The release was of the first one, and the host had not heard the second.
    let anew = || raced("").releases(22).first(3, 7).no(3);
    anew().on(2).returns(2, 0).on(1).releases(22).stops().keeps(Rule::CL30);
    raced("").first(3, 7).breaks(&[Rule::CL30]);
    raced("").on(2).returns(2, 0).on(1).releases(22).first(3, 7).breaks(&[Rule::CL30]);
}

#[test]
fn cl_30_a_user_about_whom_an_operation_is_asked_has_a_record() {
    raced("").releases(22).operation(3, 7, 1).no(3).first(4, 7).breaks(&[Rule::CL30]);
}

#[test]
fn cl_30_either_of_two_completions_on_their_way_may_have_been_released() {
    let both = || story("").first(1, 7).first(2, 7).on(2).saying_yes(1, 22).on(3).saying_yes(2, 22).on(1);
    both().operation(3, 7, 1).no(3).releases(22).first(4, 7).no(4).keeps(Rule::CL30);
    both().operation(3, 7, 1).no(3).first(4, 7).breaks(&[Rule::CL30]);

    let one_lease = "release_counting=per-value";
    let both = story(one_lease).first(1, 7).first(2, 7).on(2).saying_yes(1, 22).on(3).saying_yes(2, 22).on(1);
    both.operation(3, 7, 1).no(3).releases(22).first(4, 7).no(4).keeps(Rule::CL30);
    let three = story(one_lease).first(1, 7).first(2, 7).first(3, 7).yes(1, 22).on(2).saying_yes(2, 22).on(1);
    let third = three.releases(22).on(2).returns(2, 0).on(3).saying_yes(3, 22).on(1);
    third.first(4, 7).no(4).keeps(Rule::CL30);
}

#[test]
fn cl_30_a_record_beside_null_may_have_ended_with_the_release_of_its_lease() {
    let first = seen("authorize_user=parallel", Vantage::Host).starts(1);
    let three = |story: Story, again| {
        let raced = story.asks_user(1, 7, again).asks_user(2, 7, again).asks_user(3, 7, again);
        raced.on(2).saying_yes(1, 0).on(3).saying_yes(2, 22).on(4).saying_yes(3, 23).on(1)
    };
    // The host took the second one, asked, and its record ended. The others it has not taken yet.
    let asked = three(first, Some(false)).operation(4, 7, 1).no(4).releases(22).first(5, 7).no(5);
    asked.keeps(Rule::CL30);
    let plugin = three(seen("authorize_user=parallel", Vantage::Plugin).starts(1), None);
    let asked = plugin.operation(4, 7, 1).no(4).releases(22).asks_user(5, 7, None).no(5);
    asked.on(2).returns(1, 0).on(1).operation(6, 7, 2).no(6).keeps(Rule::CL31);
}

#[test]
fn cl_23_an_operation_under_the_old_record_says_nothing_of_the_new_one() {
    let renewed = || story("refusal=refuses").first(1, 7).yes(1, 0xA).again(2, 7).on(2).saying_yes(2, 0xB).on(1);
    let refused = || renewed().operation(3, 7, 1).no(3).on(2).returns(2, 87).on(1);
    refused().operation(4, 7, 2).breaks(&[Rule::CL23]);
    refused().releases(0xA).first(4, 7).no(4).keeps(Rule::CL30);
}

#[test]
fn cl_30_what_is_on_its_way_is_not_known_to_be_over() {
    let user = story("").first(1, 7).first(2, 7).first(3, 7).on(2).saying_yes(1, 22).on(3).saying_yes(3, 22);
    let given = user.on(1).yes(2, 22).first(4, 8).yes(4, 22).releases(22).releases(22).releases(22);
    // One of the two that are on their way is left, or that of user 8.
    let asked = given.first(5, 7).no(5).first(6, 8).no(6);
    let returned = asked.on(2).returns(1, 0).on(3).returns(3, 0).on(1);
    returned.releases(22).stops().keeps(Rule::CL30);
}

#[test]
fn cl_31_what_lives_is_rather_what_cannot_be_refused() {
    let two = raced("refusal=refuses").first(3, 8).yes(3, 22).releases(22).operation(4, 7, 1).no(4);
    two.on(2).returns(2, 87).on(1).operation(5, 8, 2).breaks(&[Rule::CL31]); // the release was of user 8's
}

#[test]
fn cl_11_a_first_request_decides_nothing_of_a_record_that_may_be_refused() {
    let raced = story("refusal=refuses").first(1, 7).first(2, 7).on(2).saying_yes(1, 0).on(3).saying_yes(2, 22);
    let given = raced.on(1).first(3, 8).yes(3, 22).releases(22).first(4, 7).no(4);
    let refused = given.on(3).returns(2, 87).on(2).returns(1, 0).on(1);
    refused.first(5, 8).no(5).stops().keeps(Rule::CL11); // the release was of user 8's
}

/// User 8 has a record on 22, and user 7 one for which so many first requests raced, and another that is on its way.
fn raced_unseen(settled: u64) -> Story {
    let known = seen("", Vantage::Plugin).starts(1).asks_user(1, 8, None).yes(1, 22);
    let asked = (2..=settled + 2).fold(known, |story, request| story.asks_user(request, 7, None));
    let said = (2..settled + 2).fold(asked, |story, request| story.yes(request, 22));
    said.on(2).saying_yes(settled + 2, 22).on(1)
}

#[test]
fn cl_31_a_plug_in_does_not_take_a_question_for_a_renewal_while_the_record_may_rest_on_another_yes() {
    let anew = raced_unseen(1).releases(22).asks_user(9, 7, None).yes(9, 23);
    let accepted = anew.on(2).returns(3, 0).on(1).releases(23);
    accepted.operation(10, 7, 1).no(10).keeps(Rule::CL31);
    // Of two that have returned one is left, so the record is asked about again.
    let again = raced_unseen(2).releases(22).asks_user(9, 7, None).no(9);
    again.operation(10, 7, 1).breaks(&[Rule::CL23]);
}

/// The value 22 is that of user 7 and, on its way, of user 8 in the first application; in the second one of user 9.
fn shared() -> Story {
    let first = story("release_counting=per-value").first(1, 7).yes(1, 22).first(2, 8);
    first.starts(2).first(3, 9).yes(3, 22).on(2).saying_yes(2, 22).on(1)
}

#[test]
fn what_may_begin_after_a_release_may_be_live() {
    assert_eq!(shared().live(), [22, 22], "one lease in each application");
    assert_eq!(shared().releases(22).live(), [22, 22], "one of them, or what is on its way");
    assert_eq!(shared().on(2).returns(2, 0).on(1).releases(22).live(), [22]);
}

#[test]
fn cl_11_a_completion_that_returns_after_a_release_may_have_begun_after_it() {
    let returned = || shared().releases(22).on(2).returns(2, 0).on(1).releases(22).releases(22);
    returned().within(1).stops().within(2).stops().keeps(Rule::CL11);
    returned().releases(22).breaks(&[Rule::CL11]);
    let settled = || shared().on(2).returns(2, 0).on(1).releases(22);
    settled().releases(22).releases(22).breaks(&[Rule::CL11]);
    settled().within(1).stops().within(2).releases(22).stops().keeps(Rule::CL11);
}

#[test]
fn cl_11_a_release_while_a_completion_is_on_its_way_explains_one_more_and_no_other() {
    // Only in the application in which the value stood for something before, and only for what a release may have ended.
    let returned = || shared().releases(22).on(2).returns(2, 0).on(1);
    returned().within(1).stops().within(2).stops().breaks(&[Rule::CL11]);
    let alone = story("release_counting=per-value").first(1, 7).yes(1, 22).starts(2).first(2, 9);
    let alone = alone.on(2).saying_yes(2, 22).on(1).releases(22).on(2).returns(2, 0).on(1);
    alone.releases(22).releases(22).breaks(&[Rule::CL11]);
    let third = || shared().starts(3).first(5, 6).yes(5, 22).releases(22).within(1).operation(4, 7, 1).no(4);
    let returned = || third().on(2).returns(2, 0).on(1).releases(22).releases(22);
    returned().stops().within(2).stops().within(3).stops().keeps(Rule::CL11);
    returned().releases(22).breaks(&[Rule::CL11]);
    // An open operation keeps the value of its application from any release.
    let open = story("release_counting=per-value").first(1, 7).yes(1, 22).operation(2, 7, 1).yes(2, 22);
    let three = open.starts(2).first(3, 9).yes(3, 22).starts(3).first(4, 6).yes(4, 22).releases(22).within(1);
    let ended = three.first(5, 8).yes(5, 22).ends(1).releases(22).releases(22);
    ended.releases(22).breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_each_completion_on_its_way_may_begin_anew() {
    let again = || shared().releases(22).within(1).first(5, 6).yes(5, 22).on(2).returns(2, 0).on(1);
    let four = || again().releases(22).releases(22).releases(22);
    four().stops().within(2).stops().keeps(Rule::CL11);
    four().releases(22).breaks(&[Rule::CL11]);

    let both = || shared().within(1).first(5, 6).on(3).saying_yes(5, 22).on(1).releases(22);
    let four = || both().on(2).returns(2, 0).on(3).returns(5, 0).on(1).releases(22).releases(22).releases(22);
    four().stops().within(2).stops().keeps(Rule::CL11);
    four().releases(22).breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_what_has_returned_begins_anew_but_once() {
    let first = story("release_counting=per-value").first(1, 7).yes(1, 22).first(2, 5).yes(2, 22).first(9, 3);
    let others = first.starts(2).first(3, 9).yes(3, 22).starts(3).first(4, 6).yes(4, 22);
    let given = others.on(2).saying_no(9).on(1).releases(22).releases(22);
    let four = given.within(1).first(5, 8).yes(5, 22).releases(22).releases(22);
    four.releases(22).breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_what_may_be_over_in_another_application_explains_no_release_at_shutdown() {
    let four = || {
        let story = story("release_counting=per-value").first(1, 7).yes(1, 22).starts(2).first(2, 9).yes(2, 22);
        story.starts(3).first(3, 4).yes(3, 22).starts(4).first(4, 3).yes(4, 22)
    };
    let again = || four().releases(22).releases(22).releases(22).within(2).first(5, 6).yes(5, 22);
    let stopped = || again().within(1).stops().releases(22).releases(22);
    stopped().within(2).stops().within(3).stops().within(4).stops().keeps(Rule::CL11);
    stopped().releases(22).breaks(&[Rule::CL11]);
}

#[test]
fn cl_11_what_was_taken_for_over_may_be_refused() {
    let null = story("release_counting=per-value,refusal=refuses").first(1, 7).first(2, 7).yes(1, 0);
    let beside = null.first(3, 8).yes(3, 22).on(2).saying_yes(2, 22).on(1).releases(22);
    beside.first(4, 7).no(4).on(2).returns(2, 87).on(1).stops().keeps(Rule::CL11);
}

#[test]
fn cl_11_as_many_releases_as_applications_decide_nothing_while_one_may_begin_anew() {
    let two = || shared().releases(22).releases(22).on(2).returns(2, 0).on(1);
    two().operation(4, 9, 1).no(4).releases(22).within(1).stops().within(2).stops().keeps(Rule::CL11);
    shared().on(2).returns(2, 0).on(1).releases(22).releases(22).operation(4, 9, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_11_what_may_be_over_needs_no_release_before_shutdown() {
    let first = || story("release_counting=per-value").first(1, 7).yes(1, 22);
    let beside = || first().first(2, 8).on(2).saying_yes(2, 22).on(1).releases(22);
    let other = beside().starts(2).first(3, 9).yes(3, 22).releases(22).on(2).returns(2, 0).on(1);
    other.within(1).stops().within(2).stops().keeps(Rule::CL11);
    // It is live, for the host asks what its user may do.
    let live = beside().operation(4, 8, 1).no(4).on(2).returns(2, 0).on(1);
    live.stops().breaks(&[Rule::CL11]);
}

#[test]
fn cl_31_a_record_under_which_an_operation_is_asked_may_have_begun_after_the_release() {
    let begun = shared().releases(22).within(1).operation(4, 8, 1).no(4).on(2).returns(2, 0).on(1);
    begun.releases(22).releases(22).stops().within(2).stops().keeps(Rule::CL31);
}

#[test]
fn cl_11_what_the_plug_in_does_not_see_given_up_may_be_refused() {
    let told = |dialect| {
        let known = seen(dialect, Vantage::Plugin).starts(1).asks_user(1, 7, None).yes(1, 0xA);
        let asks = |story: Story, request| {
            let (application, sender) = (ApplicationId(1), sender(request));
            let call = Call::AuthorizeOperation { application, sender, user: 7, operation: None };
            story.asks(request, RequestKind::Operation, call)
        };
        let two = asks(asks(known, 2), 3).on(2).saying_yes(2, 22).on(1).yes(3, 22);
        two.releases(22).on(2).returns(2, 87).on(1).releases(0xA).stops()
    };
    told("overdue=times-out").keeps(Rule::CL11);
    told("").breaks(&[Rule::CL11]); // a host that accepts everything has no reason to refuse one
}
