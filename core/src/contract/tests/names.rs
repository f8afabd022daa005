//! Which names are still needed: those of everything that is remembered, and of nothing else.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::super::Name;
use super::{IDLE, Rule, Story, story};

/// Every name that is told, with the kind of thing that it is of.
fn names(story: &Story) -> BTreeSet<(&'static str, u64)> {
    let mut names = BTreeSet::new();
    story.contract.each_name(&mut |name| {
        names.insert(match name {
            Name::Application(application) => ("application", u64::from(application.0)),
            Name::User(user) => ("user", u64::from(*user)),
            Name::Request(sender) => ("request", sender.0.get()),
            Name::Context(context) => ("context", context.value()),
            Name::Operation(operation) => ("operation", operation.0),
            Name::Payload(payload) => ("payload", payload.0),
        });
    });
    names
}

/// The names of one kind.
fn of(story: &Story, kind: &str) -> Vec<u64> {
    names(story).into_iter().filter(|(other, _)| *other == kind).map(|(_, name)| name).collect()
}

/// User 7 has a record, an open operation and one that is asked about; user 8's record expired; user 6 is being said
/// yes to.
fn busy() -> Story {
    let known = story("").with_payload(4).first(11, 7).yes(11, 0xA).operation(12, 7, 21).yes(12, 0xB);
    let asked = known.operation(13, 7, 22).first(14, 8).yes(14, 0xC).at(IDLE).expires(8).releases(0xC);
    asked.first(16, 6).saying_yes(16, 0xD).creates(5)
}

#[test]
fn every_name_that_is_remembered_is_told() {
    let busy = busy();
    assert_eq!(of(&busy, "application"), [1]);
    assert_eq!(of(&busy, "user"), [6, 7, 8]);
    assert_eq!(of(&busy, "request"), [11, 12, 13, 14, 16]);
    assert_eq!(of(&busy, "context"), [0xA, 0xB, 0xD]);
    assert_eq!(of(&busy, "operation"), [21, 22]);
    assert_eq!(of(&busy, "payload"), [4, 5]);
}

#[test]
fn the_context_of_a_failure_is_told_until_it_is_released() {
    let failed = story("").first(1, 7).fails(1, 0xF);
    assert_eq!(of(&failed, "context"), [0xF]);
    assert!(of(&failed.releases(0xF), "context").is_empty());
}

#[test]
fn without_memory_no_name_outlives_its_application() {
    let over = story("").remembering(0).with_payload(4).first(1, 7).yes(1, 0xA).operation(2, 7, 21).yes(2, 0xB);
    assert_eq!(over.whys(), []);
    let over = over.ends(21).releases(0xB).releases(0xA).drops(4).stops();
    over.keeps(Rule::CL11);
    assert_eq!(names(&over), BTreeSet::new());
}
