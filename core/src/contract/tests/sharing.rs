//! One value in several applications: what each of them shows of the others.

use super::{Rule, Story, story};

/// Where equal values are one lease: users 7, 8 and 9 of applications 1, 2 and 3 have a record on the value 22, one of
/// the three was given back, and it was not user 7's.
fn not_the_first() -> Story {
    let one = story("release_counting=per-value").first(1, 7).yes(1, 22);
    let three = one.starts(2).first(2, 8).yes(2, 22).starts(3).first(3, 9).yes(3, 22);
    three.releases(22).within(1).operation(4, 7, 1).no(4)
}

#[test]
fn cl_32_a_record_that_was_seen_alive_does_not_expire_early() {
    not_the_first().at(1).expires(7).breaks(&[Rule::CL32]);
    not_the_first().within(2).at(1).expires(8).keeps(Rule::CL31); // this one may have been over
}

#[test]
fn cl_11_a_value_that_was_seen_alive_and_is_reported_again_is_left_behind() {
    let again = || not_the_first().first(5, 6).yes(5, 22);
    again().stops().breaks(&[Rule::CL11]);
    again().releases(22).stops().keeps(Rule::CL11);
    again().first(6, 7).breaks(&[Rule::CL30]); // the record was not over before
}

#[test]
fn cl_31_the_lease_of_an_open_operation_keeps_its_users_beside_it() {
    let open = story("release_counting=per-value").first(1, 7).yes(1, 22).operation(2, 7, 1).yes(2, 22);
    let both = open.starts(2).first(3, 8).yes(3, 22).releases(22);
    both.operation(4, 8, 2).breaks(&[Rule::CL31]); // hence it was user 8's
}

#[test]
fn cl_31_what_is_left_behind_takes_no_release_from_the_others() {
    let two = story("").first(1, 7).yes(1, 22).first(2, 8).yes(2, 22).starts(2).first(3, 9).yes(3, 22);
    let asked = two.releases(22).within(1).operation(4, 7, 1).no(4).stops(); // it was user 8's
    asked.within(2).operation(5, 9, 2).no(5).releases(22).stops().breaks(&[Rule::CL11]);
}

#[test]
fn cl_30_what_the_host_may_refuse_in_one_application_is_certain_in_another() {
    let raced = story("authorize_user=parallel").first(1, 7).first(2, 7).yes(1, 22).yes(2, 23);
    let both = raced.starts(2).first(3, 8).saying_yes(3, 22).within(1);
    both.releases(23).first(4, 7).breaks(&[Rule::CL30]);
}

#[test]
fn cl_31_the_lease_that_a_refusal_gives_back_may_have_been_released_before() {
    let one = story("release_counting=per-value,refusal=refuses").first(1, 7).yes(1, 22);
    let three = one.starts(2).first(2, 8).yes(2, 22).starts(3).first(3, 9).yes(3, 22);
    let renewing = three.releases(22).within(1).again(4, 7).saying_yes(4, 22).releases(22).returns(4, 87);
    // User 8's was given back, then user 7's old one.
    renewing
        .within(3)
        .operation(5, 9, 1)
        .no(5)
        .releases(22)
        .stops()
        .within(2)
        .stops()
        .within(1)
        .stops()
        .keeps(Rule::CL31);
}
