//! What the judge tells about where it stands, and about time.

use alloc::vec::Vec;

use super::{
    ApplicationId, Call, Context, Contract, Crossing, Dialect, IDLE, Rule, Story, ThreadId, Timestamp, Vantage,
    Verdict, seen, sender, story,
};

#[test]
fn what_goes_on_is_counted() {
    let nothing = seen("", Vantage::Both);
    assert_eq!((nothing.contract.applications(), nothing.contract.pending(), nothing.contract.records()), (0, 0, 0));
    let busy = story("").starts(2).first(1, 7).yes(1, 0xA).first(2, 8).first(3, 9);
    assert_eq!((busy.contract.applications(), busy.contract.pending(), busy.contract.records()), (2, 2, 1));
    let given_up = busy.times_out(2).yes(3, 0xB);
    assert_eq!((given_up.contract.pending(), given_up.contract.records()), (1, 2)); // its answer is still owed
}

#[test]
fn who_has_a_record_is_known() {
    let known = story("").first(1, 7).yes(1, 0xA).first(2, 8);
    let has = |application, user| known.contract.has_record(ApplicationId(application), &user);
    assert_eq!([has(1, 7), has(1, 8), has(2, 7)], [true, false, false]); // user 8 is only asked about
}

#[test]
fn which_values_are_live_is_known() {
    let is_live = |story: &Story, context| story.contract.is_live(Context::new(context).expect("not NULL"));
    let known = story("").first(1, 7).yes(1, 0xA);
    assert!(is_live(&known, 0xA) && !is_live(&known, 0xB));
    assert!(!is_live(&known.releases(0xA), 0xA));
}

#[test]
fn cl_35_is_reached_only_by_time_that_runs_backwards() {
    let asked = || story("").at(1).first(1, 7).at(IDLE).no(1); // some of it at the same time
    let onwards = asked();
    assert_eq!(onwards.verdicts.verdict(Rule::CL35, onwards.contract.observables()), Verdict::NotReached);
    asked().at(IDLE - 1).stops().keeps(Rule::CL35);
}

#[test]
fn cl_55_where_crossings_have_no_marks_nobody_is_disturbed() {
    let application = ApplicationId(1);
    let starts = |application| {
        [Call::Startup { application, flags: 0, idle: None }, Call::StartupReturn { application, error: 0 }]
    };
    let stops =
        |application| [Call::Shutdown { application, reason: 3 }, Call::ShutdownReturn { application, error: 0 }];
    let asks = Call::AuthorizeUser { application, sender: sender(1), user: 7, reauthorization: Some(false) };
    let calls = starts(application).into_iter().chain(starts(ApplicationId(2))).chain(stops(ApplicationId(2)));

    let mut contract = Contract::<u8, ()>::new(Dialect::default(), Vantage::Both);
    let mut broken = Vec::new();
    for call in calls.chain([asks]).chain(stops(application)) {
        let crossing = Crossing { at: Timestamp(0), thread: ThreadId(1), call };
        broken.extend(contract.observe((), &crossing).broken.into_iter().map(|violation| violation.rule));
    }
    assert_eq!(broken, [Rule::CL50]); // whether it was asked before the other's end cannot be told
}
