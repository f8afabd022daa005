//! The form of completions: CL-72, CL-73, CL-80.

use super::{Completion, Quota, Rule, story};

#[test]
fn cl_72_success_names_its_identity() {
    let asked = || story("").first(1, 7);
    let nameless = Completion { identity: None, ..asked().answer(1, 0, 0) };
    asked().says(nameless).returns(1, 0).stops().breaks(&[Rule::CL72]);
    asked().yes(1, 0).stops().keeps(Rule::CL72);
}

#[test]
fn cl_73_redirects_name_a_url() {
    let asked = || story("").first(1, 7);
    asked().redirects(1, "https://host.example/wsman").stops().keeps(Rule::CL73);
    asked().redirects(1, "host.example/wsman").stops().breaks(&[Rule::CL73]);
    let silent = asked().answer(1, 0, crate::code::ERROR_WSMAN_REDIRECT_REQUESTED);
    asked().says(silent).returns(1, 0).stops().breaks(&[Rule::CL73]);
}

#[test]
fn cl_80_a_quota_is_a_quota() {
    let asked = || story("").first(1, 7).yes(1, 0).quota(2, 7);
    asked().yes(2, 0).stops().keeps(Rule::CL80);
    asked().no(2).stops().keeps(Rule::CL50);
    let null = Completion { quota: None, ..asked().answer(2, 0, 0) };
    asked().says(null).returns(2, 87).stops().breaks(&[Rule::CL80]); // and the request is over
    let endless = Quota { shells: 1, operations: 1, timeslot_s: 0, per_timeslot: 1 };
    let endless = Completion { quota: Some(endless), ..asked().answer(2, 0, 0) };
    asked().says(endless).returns(2, 0).stops().breaks(&[Rule::CL80]);
}
