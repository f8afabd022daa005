//! User records and time: CL-30 to CL-35.

use super::{IDLE, Rule, Story, Vantage, Verdict, seen, story};

/// User 7 has a record with lease 0xA since moment 0.
fn known(dialect: &str) -> Story {
    story(dialect).first(1, 7).yes(1, 0xA)
}

#[test]
fn cl_30_a_first_request_while_a_record_lives() {
    known("").first(2, 7).breaks(&[Rule::CL30]);
    known("authorize_user=parallel").first(2, 7).breaks(&[Rule::CL30]);
    known("").again(2, 7).yes(2, 0xB).releases(0xA).releases(0xB).stops().keeps(Rule::CL30);
}

#[test]
fn cl_30_a_re_authorization_without_a_record() {
    story("").again(1, 7).breaks(&[Rule::CL30]);
    known("").at(IDLE).expires(7).releases(0xA).again(2, 7).breaks(&[Rule::CL30]);
    known("").releases(0xA).again(2, 7).breaks(&[Rule::CL30]);
    known("").releases(0xA).first(2, 7).no(2).stops().keeps(Rule::CL30);
}

#[test]
fn cl_30_first_requests_race() {
    let race = || story("authorize_user=parallel").first(1, 7).first(2, 7).yes(1, 0xA).yes(2, 0xB);
    race().releases(0xB).operation(3, 7, 1).no(3).releases(0xA).stops().keeps(Rule::CL30);
    race().releases(0xA).operation(3, 7, 1).no(3).releases(0xB).stops().keeps(Rule::CL30);
    race().releases(0xA).stops().breaks(&[Rule::CL11]); // the loser's
    race().releases(0xA).releases(0xB).operation(3, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_31_null_races_a_context() {
    let race = || story("authorize_user=parallel").first(1, 7).first(2, 7);
    let (null_first, null_last) = (|| race().yes(1, 0).yes(2, 0xB), || race().yes(1, 0xA).yes(2, 0));
    null_first().releases(0xB).operation(3, 7, 1).no(3).stops().keeps(Rule::CL31); // what went was the loser's
    null_first().at(IDLE).expires(7).releases(0xB).first(3, 7).no(3).stops().keeps(Rule::CL30); // or the record's
    null_last().releases(0xA).operation(3, 7, 1).no(3).stops().keeps(Rule::CL31);
    null_last().releases(0xA).first(3, 7).no(3).stops().keeps(Rule::CL30);
    null_first().releases(0xB).again(3, 7).yes(3, 0xC).releases(0xC).operation(4, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_31_one_of_two_racing_first_requests_is_refused() {
    let race = || story("authorize_user=parallel,refusal=refuses").first(1, 7).first(2, 7);
    let refused = || race().saying_yes(1, 0).on(2).saying_yes(2, 0);
    refused().on(1).returns(1, 87).operation(3, 7, 1).no(3).on(2).returns(2, 0).stops().keeps(Rule::CL31);
    refused().on(2).returns(2, 87).on(1).returns(1, 87).operation(3, 7, 1).breaks(&[Rule::CL31]);
    refused().on(1).returns(1, 0).on(2).returns(2, 87).operation(3, 7, 1).no(3).stops().keeps(Rule::CL31);
}

#[test]
fn cl_31_questions_without_a_record() {
    story("").operation(1, 7, 1).breaks(&[Rule::CL31]);
    story("").quota(1, 7).breaks(&[Rule::CL31]);
    story("").first(1, 7).operation(2, 7, 1).breaks(&[Rule::CL31]);
    story("").first(1, 7).no(1).operation(2, 7, 1).breaks(&[Rule::CL31]);
    known("").operation(2, 8, 1).breaks(&[Rule::CL31]);
    known("").quota(2, 7).yes(2, 0).operation(3, 7, 1).no(3).releases(0xA).stops().keeps(Rule::CL31);
}

#[test]
fn cl_31_a_null_context_makes_a_record_too() {
    story("").first(1, 7).yes(1, 0).operation(2, 7, 1).no(2).stops().keeps(Rule::CL31);
}

#[test]
fn cl_31_a_refused_completion_makes_no_record() {
    story("refusal=refuses").first(1, 7).refused(1, 0xA).operation(2, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_32_expiry_before_the_deadline() {
    known("").at(IDLE - 1).expires(7).releases(0xA).stops().breaks(&[Rule::CL32]);
    known("").at(IDLE).expires(7).releases(0xA).stops().keeps(Rule::CL32);
}

#[test]
fn cl_32_a_request_moves_the_deadline() {
    for dialect in ["expiry=user-first", "expiry=operations-first", ""] {
        let asked = || known(dialect).at(50).operation(2, 7, 1).no(2);
        asked().at(IDLE + 49).expires(7).releases(0xA).stops().breaks(&[Rule::CL32]);
        asked().at(IDLE + 50).expires(7).releases(0xA).stops().keeps(Rule::CL32);
    }
}

#[test]
fn cl_32_the_end_of_the_last_operation_moves_the_deadline_where_it_pins() {
    let ended = |dialect| known(dialect).operation(2, 7, 1).yes(2, 0).at(50).ends(1);
    ended("").at(IDLE + 49).expires(7).releases(0xA).stops().breaks(&[Rule::CL32]);
    ended("").at(IDLE + 50).expires(7).releases(0xA).stops().keeps(Rule::CL32);
    ended("expiry=user-first").at(IDLE).expires(7).releases(0xA).stops().keeps(Rule::CL32);
}

#[test]
fn cl_32_an_answer_that_comes_too_late_moves_nothing() {
    let late = known("overdue=times-out").operation(2, 7, 1).at(50).times_out(2).at(60).refused(2, 0xB);
    late.at(IDLE + 50).expires(7).releases(0xA).stops().keeps(Rule::CL32);
}

#[test]
fn cl_32_is_not_observable_without_the_time_out() {
    let story = seen("", Vantage::Both);
    assert!(!story.contract.observable(Rule::CL32));
    assert!(story.starts(1).contract.observable(Rule::CL32));
}

#[test]
fn cl_33_a_pinned_record_does_not_expire() {
    let open = |dialect| known(dialect).operation(2, 7, 1).yes(2, 0xB).at(IDLE).expires(7);
    open("").releases(0xA).ends(1).releases(0xB).stops().breaks(&[Rule::CL33]);
    open("expiry=user-first").releases(0xA).ends(1).releases(0xB).stops().keeps(Rule::CL32);
    open("expiry=operations-first").ends(1).releases(0xB).releases(0xA).stops().keeps(Rule::CL32);
    known("").quota(2, 7).at(IDLE).expires(7).releases(0xA).no(2).stops().breaks(&[Rule::CL33]);
    known("").quota(2, 7).no(2).at(IDLE).expires(7).releases(0xA).stops().keeps(Rule::CL33);
}

#[test]
fn cl_34_an_expired_record_is_not_used() {
    let expired = || known("").at(IDLE).expires(7).releases(0xA);
    expired().operation(2, 7, 1).breaks(&[Rule::CL34]);
    expired().quota(2, 7).breaks(&[Rule::CL34]);
    expired().first(2, 7).no(2).stops().keeps(Rule::CL34);
    expired().first(2, 7).operation(3, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_34_the_lease_of_an_expired_record_is_released_once() {
    known("").at(IDLE).expires(7).stops().breaks(&[Rule::CL34]);
    known("").at(IDLE).expires(7).releases(0xA).releases(0xA).breaks(&[Rule::CL11]);
}

#[test]
fn cl_34_without_memory_is_known_while_something_lives() {
    known("").remembering(0).at(IDLE).expires(7).operation(2, 7, 1).breaks(&[Rule::CL34]);
    known("").remembering(0).at(IDLE).expires(7).releases(0xA).operation(2, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_35_time_that_runs_backwards_stands_still() {
    known("").at(IDLE).quota(2, 8).at(1).expires(7).releases(0xA).breaks(&[Rule::CL31]); // quota of a stranger
    let story = known("").at(IDLE).first(2, 8).no(2).at(1).expires(7).releases(0xA).stops();
    story.keeps(Rule::CL32);
    story.keeps(Rule::CL35);
}

#[test]
fn what_only_the_host_knows_is_not_observable_from_the_plug_in() {
    let story = seen("", Vantage::Plugin).starts(1).asks_user(1, 7, None).yes(1, 0xA).releases(0xA).stops();
    let verdict = |rule| story.verdicts.verdict(rule, story.contract.observables());
    for rule in [Rule::CL20, Rule::CL24, Rule::CL30, Rule::CL32, Rule::CL33, Rule::CL34, Rule::CL40, Rule::CL41] {
        assert_eq!(verdict(rule), Verdict::NotObservable, "{rule}");
    }
    assert_eq!(verdict(Rule::CL11), Verdict::Kept);
}

#[test]
fn cl_30_the_host_knows_first_that_it_refused() {
    let refusing = || story("refusal=refuses").first(1, 7).saying_yes(1, 0xA);
    refusing().first(2, 7).returns(1, 87).yes(2, 0xB).operation(3, 7, 1).no(3).releases(0xB).stops().keeps(Rule::CL30);
    let renewing = || known("refusal=refuses").again(2, 7).saying_yes(2, 0xB).releases(0xA);
    let asked = || renewing().on(2).first(3, 7).yes(3, 0xC).on(1).returns(2, 87);
    asked().operation(4, 7, 1).no(4).releases(0xC).stops().keeps(Rule::CL30);
}

#[test]
fn cl_33_the_host_knows_first_that_it_refused() {
    let refusing = known("refusal=refuses").operation(2, 7, 1).saying_yes(2, 0xB).at(IDLE).expires(7);
    refusing.returns(2, 87).releases(0xA).stops().keeps(Rule::CL33);
}

#[test]
fn cl_33_an_operation_pins_its_record_before_its_completion_returned() {
    let beneath = || known("refusal=refuses").operation(2, 7, 1).saying_yes(2, 0xB).at(IDLE).expires(7);
    beneath().returns(2, 0).releases(0xA).ends(1).releases(0xB).stops().breaks(&[Rule::CL33]);
    beneath().releases(0xA).ends(1).releases(0xB).returns(2, 0).stops().breaks(&[Rule::CL33]);
    let ended = || known("refusal=refuses").operation(2, 7, 1).saying_yes(2, 0xB).ends(1).at(IDLE).expires(7);
    ended().releases(0xB).returns(2, 0).releases(0xA).stops().keeps(Rule::CL33);
    let other = || known("refusal=refuses").first(3, 8).yes(3, 0xC).operation(2, 7, 1).saying_yes(2, 0xB);
    other()
        .at(IDLE)
        .expires(8)
        .returns(2, 0)
        .releases(0xC)
        .ends(1)
        .releases(0xB)
        .releases(0xA)
        .stops()
        .keeps(Rule::CL33);
    let unpinned = known("refusal=refuses,expiry=user-first").operation(2, 7, 1).saying_yes(2, 0xB).at(IDLE).expires(7);
    unpinned.returns(2, 0).releases(0xA).ends(1).releases(0xB).stops().keeps(Rule::CL34);
}

#[test]
fn cl_31_a_plug_in_cannot_tell_first_requests_from_a_re_authorization() {
    let asked = || {
        let known = seen("", Vantage::Plugin).starts(1).asks_user(1, 7, None).yes(1, 0xA);
        known.asks_user(2, 7, None).asks_user(3, 7, None).releases(0xA).yes(2, 0xB)
    };
    asked().yes(3, 0xC).releases(0xC).operation(4, 7, 1).no(4).releases(0xB).stops().keeps(Rule::CL31);
    asked().no(3).operation(4, 7, 1).no(4).releases(0xB).stops().keeps(Rule::CL31);
    asked().yes(3, 0xC).releases(0xC).releases(0xB).operation(4, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_31_a_record_that_lost_its_lease_stands_on_what_the_host_may_refuse() {
    let refused = || {
        let known = seen("", Vantage::Plugin).starts(1).asks_user(1, 7, None).saying_yes(1, 0xA);
        let renewed = known.on(2).asks_user(2, 7, None).on(1).returns(1, 0).saying_yes(2, 0xB);
        renewed.releases(0xA).returns(2, 87)
    };
    let anew = || refused().asks_user(3, 7, None).asks_user(4, 7, None).yes(3, 0xC).yes(4, 0xD).releases(0xD);
    anew().operation(5, 7, 1).no(5).releases(0xC).stops().keeps(Rule::CL31);
    refused().operation(5, 7, 1).breaks(&[Rule::CL31]);
}

#[test]
fn cl_33_each_request_in_flight_pins_the_record() {
    let three = || story("authorize_user=parallel").first(1, 7).first(2, 7).first(3, 7).no(1).yes(2, 0xA).at(IDLE);
    three().expires(7).breaks(&[Rule::CL33]);
    three().no(3).at(2 * IDLE).expires(7).releases(0xA).stops().keeps(Rule::CL33);
}

#[test]
fn cl_33_a_request_is_given_up_once() {
    let asked = known("overdue=times-out").quota(2, 7).quota(3, 7).times_out(2).times_out(2);
    asked.at(IDLE).expires(7).breaks(&[Rule::CL33]); // the other one is in flight
}
