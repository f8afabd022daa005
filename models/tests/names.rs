//! States that are the same but for names have steps that are the same but for names. So whoever has seen one of them
//! has seen the others (`Same::UpToNames`).
//!
//! `promela.rs` checks it at the usual sizes, with the second model beside it; here it is checked at larger ones, for
//! which counting names as one is made.

use crate::classes::classes;
use wsman_authz_core::dialect::Dialect;
use wsman_authz_models::model::{Model, Scenario, World};

/// What of a state is no name. No rule is broken in any.
fn nameless(model: &Model, world: &World) -> (String, bool) {
    assert!(world.broken.is_empty(), "{:?}", world.broken);
    (model.nameless(world), world.at_rest())
}

#[test]
fn what_is_alike_goes_on_alike_at_larger_sizes() {
    let few = "authorize_user=parallel,release_timing=inside,refusal=refuses";
    for (name, users, operations, dialect) in [
        ("pairs", 3, 1, "default"),
        ("traffic", 3, 1, "default"),
        ("verdicts", 1, 2, few),
        ("refresh", 1, 3, few),
        ("idle", 1, 3, "expiry=user-first,overdue=times-out,reentrancy=nests"),
    ] {
        let scenario = Scenario::find(name).expect("a scenario of that name");
        let scenario = Scenario { users, operations, waits: scenario.waits.min(2), ..scenario.clone() };
        let model = Model::new(scenario, Dialect::parse(dialect).expect("a dialect"));
        assert!(model.has_nameless_states(), "{name}");
        let (states, _, steps) = classes(&model, |world| nameless(&model, world), |_| {});
        let classes = steps.len();
        println!("{name}, {users} × {operations}: {states} states, {classes} without names");
        assert!(classes * 6 < states, "{name}: {states} states, {classes} without names");
    }
}

/// Requests at one address at a time have one name, and crossings that race hide to which operation they belong.
#[test]
fn where_something_has_no_name_of_its_own_every_state_counts() {
    let has = |name: &str, users, operations, dialect: &str| {
        let scenario = Scenario::find(name).expect("a scenario of that name");
        let dialect = Dialect::parse(dialect).expect("a dialect");
        Model::new(Scenario { users, operations, ..scenario.clone() }, dialect).has_nameless_states()
    };
    assert!(has("traffic", 2, 2, "default") && has("races", 1, 1, "default") && has("lifecycle", 1, 1, "default"));
    assert!(!has("traffic", 2, 2, "sender_pointer=reused"));
    assert!(!has("races", 1, 2, "default") && !has("races", 2, 1, "default") && !has("lifecycle", 2, 1, "default"));
    assert!(!has("traffic", 5, 5, "default"), "outlines have no room for so many requests");
}
