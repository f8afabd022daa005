//! What is remembered of things that are over, and how much of it.

use super::{Rule, Story, Vantage, seen, story};

#[test]
fn cl_31_records_in_doubt_are_remembered_in_a_bounded_number() {
    let mut story = seen("", Vantage::Plugin).starts(1).remembering(4);
    for user in 0..200 {
        let request = u64::from(user) + 1;
        story = story.asks_user(request, user, None).yes(request, 22);
        story = if user > 0 { story.releases(22) } else { story };
    }
    assert_eq!(story.live(), [22]);
    assert!(story.contract.leases.of(crate::Context::new(22).expect("not NULL")).count() < 10);
    // Any of them may be the one that lives.
    story.operation(300, 0, 1).no(300).releases(22).stops().keeps(Rule::CL31);
}

/// A hundred users have a record on the value 22 and all but three of them were given back, nobody knows whose.
fn crowd(remember: usize) -> Story {
    let mut story = story("").remembering(remember);
    for user in 0..100 {
        let request = u64::from(user) + 1;
        story = story.first(request, user).yes(request, 22);
        story = if user >= 3 { story.releases(22) } else { story };
    }
    assert_eq!(story.live(), [22; 3]);
    story
}

#[test]
fn cl_31_twice_what_is_live_is_remembered_beside_what_is_over() {
    let known = |story: Story| story.contract.leases.of(crate::Context::new(22).expect("not NULL")).count();
    assert_eq!(known(crowd(4)), 10);
    assert_eq!(known(crowd(0)), 100); // a model remembers everything that it can tell apart
}

#[test]
fn cl_30_a_record_that_was_forgotten_in_doubt_may_be_renewed() {
    assert!(!crowd(4).contract.has_record(super::ApplicationId(1), &0));
    crowd(4).again(200, 0).no(200).keeps(Rule::CL30);
}

#[test]
fn cl_11_what_was_left_behind_and_given_back_is_not_counted_for_ever() {
    let mut story = story("shutdown=abandoned").first(1, 7).yes(1, 22);
    for round in 2..9 {
        let asked = story.starts(round).first(u64::from(round), 8).yes(u64::from(round), 22);
        story = asked.releases(22).within(round).stops();
    }
    assert_eq!(story.undecided(22), 1); // it may still have been the record's
    story.within(1).operation(20, 7, 1).no(20).releases(22).stops().keeps(Rule::CL31);
}
