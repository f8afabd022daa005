//! Requests and completions: CL-50 to CL-53.

use super::{Call, Completion, Identity, RequestKind, Rule, Vantage, seen, sender, story};

#[test]
fn cl_50_a_request_that_nobody_answers() {
    let why = story("").first(9, 7).stops().breaks(&[Rule::CL50]);
    assert!(why.contains("AuthorizeUser r9"), "{why}");
    story("").first(1, 7).stopping().no(1).stopped().keeps(Rule::CL50);
}

#[test]
fn cl_50_a_request_that_timed_out_is_still_owed_an_answer() {
    story("overdue=times-out").first(1, 7).times_out(1).stops().breaks(&[Rule::CL50]);
    let late = || story("overdue=times-out").first(1, 7).times_out(1);
    late().refused(1, 0xA).stops().keeps(Rule::CL50);
    late().no(1).stops().keeps(Rule::CL50);
    late().yes(1, 0xA).stops().breaks(&[Rule::CL11]); // accepted, so a lease
    late().yes(1, 0xA).operation(2, 7, 1).breaks(&[Rule::CL31]); // but no record
}

#[test]
fn cl_50_a_second_completion() {
    let why = story("").first(1, 7).no(1).no(1).breaks(&[Rule::CL50]);
    assert!(why.contains("second"), "{why}");
    story("refusal=refuses").first(1, 7).refused(1, 0xA).no(1).breaks(&[Rule::CL50]);
    story("").first(1, 7).no(1).first(1, 7).no(1).stops().keeps(Rule::CL50); // the address of another request
    story("").first(1, 7).saying_yes(1, 0).on(2).no(1).breaks(&[Rule::CL50]);
}

#[test]
fn cl_50_memory_is_bounded() {
    let two = |remember| story("").remembering(remember).first(1, 7).no(1).first(2, 7).no(2).no(1);
    two(2).breaks(&[Rule::CL50]);
    two(1).breaks(&[Rule::CL51]);
    two(0).breaks(&[Rule::CL51]);
}

#[test]
fn cl_51_a_completion_for_nobody() {
    story("").first(1, 7).no(2).no(1).stops().breaks(&[Rule::CL51]);
    let null = Completion { sender: None, ..Completion::failure(RequestKind::User, sender(1), 5) };
    story("").first(1, 7).says(null).no(1).stops().breaks(&[Rule::CL51]);
}

#[test]
fn cl_51_a_completion_of_another_kind() {
    let asked = || story("").first(1, 7);
    let wrong = || Completion::failure(RequestKind::Operation, sender(1), 5);
    asked().says(wrong()).returns(1, 87).no(1).stops().breaks(&[Rule::CL51]); // still open until it fits
    asked().says(wrong()).returns(1, 87).stops().breaks(&[Rule::CL50, Rule::CL51]);
    asked().no(1).stops().keeps(Rule::CL51);
    // It names no identity, but then it was meant for an operation.
    let operation = story("").first(1, 7).yes(1, 0).operation(2, 7, 1);
    let wrong = Completion { error: 0, ..Completion::failure(RequestKind::User, sender(2), 5) };
    operation.says(wrong).returns(2, 87).no(2).stops().breaks(&[Rule::CL51]);
}

#[test]
fn cl_50_flags_leave_a_request_open() {
    let flagged = || Completion { flags: 1, ..Completion::failure(RequestKind::User, sender(1), 5) };
    story("").first(1, 7).says(flagged()).returns(1, 87).no(1).stops().keeps(Rule::CL50);
    story("").first(1, 7).says(flagged()).returns(1, 87).stops().breaks(&[Rule::CL50]);
}

#[test]
fn cl_52_a_completion_inside_a_release() {
    let inside = || story("").first(1, 7).yes(1, 0xA).first(2, 8).releasing(0xA);
    inside().no(2).breaks(&[Rule::CL52]);
    inside().on(2).no(2).stops().keeps(Rule::CL52);
    let released = Call::ReleaseReturn { context: None };
    inside().crosses(released).no(2).stops().keeps(Rule::CL52);
}

#[test]
fn cl_53_a_failure_carries_nothing() {
    let failure = || Completion::failure(RequestKind::User, sender(1), 5);
    let with_context = Completion { context: crate::Context::new(1), ..failure() };
    let with_token = Completion { identity: Some(Identity::Client), ..failure() };
    story("").first(1, 7).says(with_context).returns(1, 0).stops().breaks(&[Rule::CL53]);
    story("").first(1, 7).says(with_token).returns(1, 0).stops().breaks(&[Rule::CL53]);
    story("").first(1, 7).says(failure()).returns(1, 0).stops().keeps(Rule::CL53);
}

#[test]
fn cl_50_is_seen_from_the_host_too() {
    seen("", Vantage::Host).starts(1).first(1, 7).stops().breaks(&[Rule::CL50]);
}

#[test]
fn cl_50_a_completion_inside_another_one_is_the_second_whatever_is_remembered() {
    let inside = story("").remembering(0).first(1, 7).saying_yes(1, 0).on(2);
    inside.no(1).breaks(&[Rule::CL50]);
}

#[test]
fn cl_54_a_second_completion_may_also_be_too_late() {
    story("").first(1, 7).no(1).stops().no(1).breaks(&[Rule::CL50, Rule::CL54]);
}

#[test]
fn cl_53_the_context_of_a_refused_failure_was_never_a_lease() {
    let failing = story("refusal=refuses").first(1, 7);
    let answer = failing.answer(1, 0xA, 5);
    failing.says(answer).returns(1, 87).stops().breaks(&[Rule::CL53]);
}
