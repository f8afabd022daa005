//! Re-authorization: CL-20 to CL-24.

use super::{IDLE, Rule, Story, Vantage, Verdict, seen, story};

/// The re-authorization (request 2) of user 7, whose lease is 0xA, is pending.
fn pending(dialect: &str) -> Story {
    story(dialect).first(1, 7).yes(1, 0xA).again(2, 7)
}

#[test]
fn cl_20_the_old_lease_outlives_the_question() {
    pending("").releases(0xA).breaks(&[Rule::CL20]);
    pending("").yes(2, 0xB).releases(0xA).releases(0xB).stops().keeps(Rule::CL20);
    // From inside the completion it is over.
    pending("").saying_yes(2, 0xB).releases(0xA).returns(2, 0).releases(0xB).stops().keeps(Rule::CL20);
}

#[test]
fn cl_20_a_time_out_ends_the_question() {
    pending("overdue=times-out").times_out(2).releases(0xA).stopping().no(2).stopped().keeps(Rule::CL20);
    pending("").times_out(2).releases(0xA).stopping().refused(2, 0xB).stopped().keeps(Rule::CL21);
}

#[test]
fn cl_20_expiry_does_not_end_the_question() {
    let expired = || pending("expiry=user-first").at(IDLE).expires(7);
    expired().releases(0xA).breaks(&[Rule::CL20]);
    expired().no(2).releases(0xA).stops().keeps(Rule::CL20);
}

#[test]
fn cl_20_a_second_re_authorization_does_not_hold_the_first_lease() {
    pending("").yes(2, 0xB).again(3, 7).releases(0xA).yes(3, 0xC).releases(0xB).releases(0xC).stops().keeps(Rule::CL20);
}

#[test]
fn cl_20_of_a_plug_ins_trace_is_never_guessed() {
    let known = seen("", Vantage::Plugin).starts(1).asks_user(1, 7, None).yes(1, 0xA).asks_user(2, 7, None);
    known.releases(0xA).yes(2, 0xB).releases(0xB).stops().keeps(Rule::CL11);
}

#[test]
fn cl_21_failed_reauth_still_releases_old() {
    pending("").no(2).stops().breaks(&[Rule::CL21]);
    pending("").no(2).releases(0xA).stops().keeps(Rule::CL21);
}

#[test]
fn cl_21_successful_reauth_releases_old() {
    pending("").yes(2, 0xB).releases(0xB).stops().breaks(&[Rule::CL21]);
    pending("").yes(2, 0).stops().breaks(&[Rule::CL21]);
    pending("").yes(2, 0).releases(0xA).stops().keeps(Rule::CL21);
    pending("shutdown=abandoned").yes(2, 0xB).stops().keeps(Rule::CL55);
}

#[test]
fn cl_21_refused_reauth_releases_old() {
    pending("refusal=refuses").refused(2, 0xB).stops().breaks(&[Rule::CL21]);
    pending("refusal=refuses").refused(2, 0xB).releases(0xA).stops().keeps(Rule::CL21);
}

#[test]
fn cl_21_overdue_reauth_releases_old() {
    pending("overdue=times-out").times_out(2).no(2).stops().breaks(&[Rule::CL21]);
}

#[test]
fn cl_23_nothing_is_asked_after_a_failure() {
    pending("").no(2).releases(0xA).operation(3, 7, 1).breaks(&[Rule::CL23]);
    pending("").no(2).quota(3, 7).breaks(&[Rule::CL23]);
    pending("refusal=refuses").refused(2, 0xB).operation(3, 7, 1).breaks(&[Rule::CL23]);
    pending("overdue=times-out").times_out(2).operation(3, 7, 1).breaks(&[Rule::CL23]);
    let after = || pending("").no(2).releases(0xA).first(3, 7);
    after().operation(4, 7, 1).breaks(&[Rule::CL23]);
    after().yes(3, 0).operation(4, 7, 1).no(4).stops().keeps(Rule::CL23);
}

#[test]
fn cl_23_an_operation_in_flight_may_go_on() {
    let in_flight = || story("").first(1, 7).yes(1, 0xA).operation(3, 7, 1).again(2, 7).no(2).releases(0xA);
    in_flight().yes(3, 0xB).ends(1).releases(0xB).stops().keeps(Rule::CL23);
    in_flight().no(3).stops().keeps(Rule::CL23);
}

#[test]
fn cl_23_a_plug_ins_trace_shows_it() {
    let known = seen("", Vantage::Plugin).starts(1).asks_user(1, 7, None).yes(1, 0xA).asks_user(2, 7, None);
    known.no(2).releases(0xA).operation(3, 7, 1).breaks(&[Rule::CL23]);
}

#[test]
fn cl_23_a_host_may_ask_until_it_has_heard_of_the_failure() {
    let known = || seen("", Vantage::Plugin).starts(1).asks_user(1, 7, None).yes(1, 0xA).asks_user(2, 7, None);
    let failing = || known().saying_no(2);
    failing().operation(3, 7, 1).returns(2, 0).no(3).releases(0xA).stops().keeps(Rule::CL23);
    failing().returns(2, 0).operation(3, 7, 1).breaks(&[Rule::CL23]);
    let anew = || failing().releases(0xA).on(2).asks_user(4, 7, None).yes(4, 0xB);
    anew().on(1).returns(2, 0).operation(3, 7, 1).no(3).releases(0xB).stops().keeps(Rule::CL31);
    let by_host = pending("").saying_no(2).on(2).operation(3, 7, 1);
    by_host.breaks(&[Rule::CL23]);
}

#[test]
fn cl_23_without_memory_is_known_while_something_lives() {
    pending("").remembering(0).no(2).operation(3, 7, 1).breaks(&[Rule::CL23]);
    pending("").remembering(0).no(2).releases(0xA).operation(3, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_24_operations_keep_their_leases() {
    let open = || story("").first(1, 7).yes(1, 0xA).operation(3, 7, 1).yes(3, 0xB).again(2, 7);
    open().no(2).releases(0xA).releases(0xB).breaks(&[Rule::CL24]);
    open().no(2).releases(0xA).ends(1).releases(0xB).stops().keeps(Rule::CL24);
    open().yes(2, 0xC).releases(0xA).releases(0xB).breaks(&[Rule::CL24]);
    open().no(2).releases(0xB).breaks(&[Rule::CL40]);
}

#[test]
fn cl_24_after_expiry_too() {
    let expired = || {
        let open = story("expiry=user-first").first(1, 7).yes(1, 0xA).operation(3, 7, 1).yes(3, 0xB);
        open.at(IDLE).expires(7).releases(0xA)
    };
    expired().releases(0xB).breaks(&[Rule::CL24]);
    expired().ends(1).releases(0xB).stops().keeps(Rule::CL24);
}

#[test]
fn cl_20_is_about_the_user_who_is_asked_about() {
    let two = story("").first(1, 7).yes(1, 0xA).first(2, 8).yes(2, 0xB).again(3, 7).releases(0xB);
    two.first(4, 8).no(4).yes(3, 0xC).releases(0xA).releases(0xC).stops().keeps(Rule::CL20);
}

#[test]
fn cl_21_is_reached_by_re_authorizations_alone() {
    let without_lease = || story("").first(1, 7).yes(1, 0);
    without_lease().again(2, 7).yes(2, 0).stops().keeps(Rule::CL21);
    let never = without_lease().quota(2, 7).no(2).stops();
    assert_eq!(never.verdicts.verdict(Rule::CL21, never.contract.observables()), Verdict::NotReached);
}

#[test]
fn cl_41_a_renewal_to_null_keeps_no_loser_of_a_race_that_was_released() {
    let raced = || {
        let two = story("authorize_user=parallel").first(1, 8).yes(1, 22).first(2, 7).first(3, 7).yes(3, 0);
        two.yes(2, 22).releases(22).operation(4, 7, 1).yes(4, 22).again(5, 7).yes(5, 0).again(6, 8).no(6)
    };
    raced().releases(22).ends(1).releases(22).stops().keeps(Rule::CL41);
    raced().releases(22).ends(1).stops().breaks(&[Rule::CL41]);
}
