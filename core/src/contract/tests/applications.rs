//! Start and end: CL-54 and CL-55.

use super::{ApplicationId, Call, IDLE, Rule, Story, Vantage, seen, story};

#[test]
fn cl_54_nothing_is_asked_of_an_application_that_does_not_run() {
    story("").stopping().first(1, 7).breaks(&[Rule::CL54]);
    story("").stops().first(1, 7).no(1).breaks(&[Rule::CL54]);
    seen("", Vantage::Both).first(1, 7).breaks(&[Rule::CL54]);
    seen("", Vantage::Both).starting(1).first(1, 7).no(1).breaks(&[Rule::CL54]);
    story("").first(1, 7).stopping().no(1).stopped().keeps(Rule::CL54);
}

#[test]
fn cl_54_nothing_is_completed_after_shutdown() {
    story("").first(1, 7).stops().no(1).breaks(&[Rule::CL50, Rule::CL54]); // also never answered in time
    story("").first(1, 7).remembering(0).stops().no(1).breaks(&[Rule::CL50, Rule::CL54]);
    story("").first(1, 7).stopping().saying_yes(1, 0).stopped().breaks(&[Rule::CL54]); // still inside the host
    story("").first(1, 7).no(1).stops().starts(1).first(1, 7).no(1).stops().keeps(Rule::CL54);
}

#[test]
fn cl_55_shutdown_once() {
    story("").stops().stops().breaks(&[Rule::CL55]);
    story("").stopping().stopping().stopped().breaks(&[Rule::CL55]);
    story("").stops().starts(1).stops().keeps(Rule::CL55);
}

#[test]
fn cl_55_no_shutdown_after_a_failed_start() {
    let failed = || {
        let failure = Call::StartupReturn { application: ApplicationId(1), error: 1359 };
        seen("", Vantage::Both).starting(1).crosses(failure)
    };
    failed().stops().breaks(&[Rule::CL55]);
    failed().starts(1).stops().keeps(Rule::CL55);
}

#[test]
fn cl_55_one_application_is_started_once() {
    story("").starts(1).breaks(&[Rule::CL55]);
    story("").starts(2).stops().within(1).stops().keeps(Rule::CL55);
}

#[test]
fn cl_55_applications_do_not_disturb_each_other() {
    let two = || story("").starts(2).stops().within(1).first(1, 7);
    two().stops().breaks(&[Rule::CL50, Rule::CL55]);
    two().no(1).stops().keeps(Rule::CL55);
    two().no(1).first(2, 7).stops().breaks(&[Rule::CL50]); // it had answered since: this is its own omission
}

#[test]
fn records_end_with_their_application() {
    story("").first(1, 7).yes(1, 0).stops().starts(1).operation(2, 7, 1).breaks(&[Rule::CL31]);
    let story = story("").first(1, 7).yes(1, 0).operation(2, 7, 1).yes(2, 0).stops();
    assert_eq!((story.contract.records(), story.contract.pending()), (0, 0));
}

#[test]
fn cl_55_a_second_shutdown_is_told_from_one_too_late() {
    let why = story("").stopping().stopping().breaks(&[Rule::CL55]);
    assert!(why.contains("is being shut down"), "{why}");
    let why = story("").stops().stopping().breaks(&[Rule::CL55]);
    assert!(why.contains("already shut down"), "{why}");
}

#[test]
fn cl_55_who_was_silent_before_was_silent_on_its_own_account() {
    let silent = story("").first(1, 7).starts(2).stops().within(1).first(2, 8);
    silent.stops().breaks(&[Rule::CL50]);
}

#[test]
fn cl_55_a_completion_on_its_way_outlives_another_application() {
    let inside = || story("refusal=refuses").first(1, 7).saying_yes(1, 0xA).starts(2).on(2).stops().on(1).within(1);
    inside().returns(1, 0).releases(0xA).stops().keeps(Rule::CL54);
    inside().returns(1, 87).stops().keeps(Rule::CL11);
}

#[test]
fn cl_55_what_is_known_of_users_outlives_another_application() {
    let known = || story("").first(1, 7).yes(1, 0xA);
    let another = |story: Story| story.starts(2).stops().within(1);
    another(known().operation(2, 7, 1).yes(2, 0xB)).ends(1).releases(0xB).releases(0xA).stops().keeps(Rule::CL40);
    another(known().at(IDLE).expires(7).releases(0xA)).operation(2, 7, 1).breaks(&[Rule::CL34]);
    another(known().again(2, 7)).releases(0xA).breaks(&[Rule::CL20]);
}
