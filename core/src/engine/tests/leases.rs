//! Which reports make a lease, what it is called, and what a wrong value does.

use super::*;
use crate::code::ERROR_ACCESS_DENIED;
use crate::engine::Payload::{Fresh, None as Nothing, Shared};

#[test]
fn cl_10_a_yes_with_a_context_makes_a_lease_before_the_host_can_see_it() {
    let mut story = story();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    assert_eq!(story.engine.live_leases(), 0);
    story.then(answers(R0, let_in(Fresh("p"))), [yes_user(R0, 1, lease(0, 1))]);
    assert_eq!(story.engine.live_leases(), 1, "from the entry of the completion");
    story.then(accepts(R0), []);
    story.then(asks_operation(A, 2, ALICE), [asked(R0, OPERATION, Some("p"))]);
    story.then(answers(R0, allow(Fresh("q"))), [yes_operation(R0, 2, Some(lease(1, 1)))]);
    story.then(accepts(R0), []);
    let live: Vec<_> = story.engine.leases().map(|live| (live.context, live.user.copied(), live.payload)).collect();
    assert_eq!(live, [(lease(0, 1), Some(ALICE), Some(&"p")), (lease(1, 1), None, Some(&"q"))]);
    story.then(releases(lease(1, 1)), [Effect::Drop("q")]);
    assert_eq!(story.engine.payload_of(lease(1, 1)), None);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_10_nothing_but_a_yes_makes_a_lease() {
    let mut story = story();
    for kind in [USER, OPERATION, QUOTA] {
        story.then(asks_user(A, 1, BOB), [asked(R0, USER, None)]);
        story.then(answers(R0, let_in(Nothing)), [yes_user(R0, 1, lease(0, kind as u32 + 1))]);
        story.then(accepts(R0), []);
        for answer in [deny(ERROR_ACCESS_DENIED), redirect("https://b.example/"), redirect("elsewhere")] {
            let user = if kind == USER { ALICE } else { BOB };
            story.then(asks(kind, A, 2, user), [asked(R0, kind, None)]);
            assert!(matches!(story.step(answers(R0, answer)).as_deref(), Ok([Effect::Complete { .. }])));
            story.then(accepts(R0), []);
            assert_eq!(story.engine.live_leases(), 1, "BOB's, from before");
        }
        story.then(releases(lease(0, kind as u32 + 1)), []);
    }
    story.ends(A);
    story.over();
}

#[test]
fn cl_10_a_release_may_overtake_the_return_of_its_completion() {
    let mut story = story();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.then(answers(R0, let_in(Fresh("p"))), [yes_user(R0, 1, lease(0, 1))]);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.then(accepts(R0), []);
    story.misuse(releases(lease(0, 1)), Misuse::ReleasedUnknown(lease(0, 1)));
    story.ends(A);
    story.over();
}

#[test]
fn cl_14_a_reused_slot_has_another_value() {
    let mut story = story();
    for generation in 1..=100 {
        let payload = numbered(generation);
        story.enters(ALICE, payload, lease(0, generation));
        story.then(releases(lease(0, generation)), [Effect::Drop(payload)]);
    }
    assert_eq!(story.engine.retired_slots(), 0);
    story.ends(A);
    story.over();
}

#[test]
fn cl_14_a_slot_out_of_generations_is_retired_for_good() {
    let mut story = untold(EngineConfig { generations: 1, ..EngineConfig::default() });
    story.then(starts(A), []);
    for slot in 0..100 {
        let payload = numbered(slot);
        story.enters(ALICE, payload, lease(slot, 1));
        story.then(releases(lease(slot, 1)), [Effect::Drop(payload)]);
        assert_eq!((story.engine.retired_slots(), story.engine.live_leases()), (slot as usize + 1, 0));
        story.misuse(releases(lease(slot, 1)), Misuse::ReleasedUnknown(lease(slot, 1)));
    }
    story.ends(A);
    story.over();
}

#[test]
fn cl_14_a_slot_lives_through_each_of_its_generations() {
    let mut story = untold(EngineConfig { generations: 2, ..EngineConfig::default() });
    story.then(starts(A), []);
    for (payload, lease) in [("p", lease(0, 1)), ("q", lease(0, 2)), ("r", lease(1, 1))] {
        story.enters(ALICE, payload, lease);
        story.then(releases(lease), [Effect::Drop(payload)]);
    }
    assert_eq!(story.engine.retired_slots(), 1, "slot 0; slot 1 has one generation left");
    story.ends(A);
    story.over();
}

#[test]
fn cl_14_leases_of_all_applications_have_different_values() {
    let mut story = story();
    story.then(starts(B), []);
    story.enters(ALICE, "p", lease(0, 1));
    story.then(asks_user(B, 2, ALICE), [asked(R0, USER, None)]);
    story.then(answers(R0, let_in(Fresh("q"))), [yes_user(R0, 2, lease(1, 1))]);
    story.then(accepts(R0), []);
    story.then(releases(lease(1, 1)), [Effect::Drop("q")]);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.ends(B);
    story.over();
}

#[test]
fn cl_15_null_is_never_released() {
    let mut story = story();
    story.misuse(Input::Release { context: None }, Misuse::ReleasedNull);
    story.enters(ALICE, "p", lease(0, 1));
    story.misuse(Input::Release { context: None }, Misuse::ReleasedNull);
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.ends(A);
    story.over();
}

#[test]
fn cl_15_an_operation_without_a_payload_is_null_and_no_lease() {
    let mut story = story();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    story.then(answers(R0, let_in(Nothing)), [yes_user(R0, 1, lease(0, 1))]);
    story.then(accepts(R0), []);
    for payload in [Nothing, Shared] {
        story.then(asks_operation(A, 2, ALICE), [asked(R0, OPERATION, None)]);
        story.then(answers(R0, allow(payload)), [yes_operation(R0, 2, None)]);
        story.then(accepts(R0), []);
    }
    assert_eq!(story.engine.live_leases(), 1, "a user always has one: its release says that the record ended");
    story.then(releases(lease(0, 1)), []);
    story.ends(A);
    story.over();
}

#[test]
fn cl_16_a_wrong_value_changes_nothing() {
    let mut story = story();
    story.enters(ALICE, "p", lease(0, 1));
    story.then(releases(lease(0, 1)), [Effect::Drop("p")]);
    story.enters(ALICE, "q", lease(0, 2));
    let stale = lease(0, 1);
    let (not_yet, no_slot, low, high) = (lease(0, 3), lease(9, 1), Context::new(22), Context::new(u64::MAX));
    for wrong in [Some(stale), Some(not_yet), Some(no_slot), low, high].into_iter().flatten() {
        story.misuse(releases(wrong), Misuse::ReleasedUnknown(wrong));
    }
    story.then(releases(lease(0, 2)), [Effect::Drop("q")]);
    story.misuse(releases(lease(0, 2)), Misuse::ReleasedUnknown(lease(0, 2)));
    story.ends(A);
    story.misuse(releases(lease(0, 2)), Misuse::ReleasedUnknown(lease(0, 2)));
    story.over();
}
