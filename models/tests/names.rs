//! States that are the same but for names have steps that are the same but for names. So whoever has seen one of them
//! has seen the others (`Same::UpToNames`).
//!
//! `promela.rs` checks it at the usual sizes, with the second model beside it; here it is checked at larger ones, for
//! which counting names as one is made.

use std::collections::HashMap;

use wsman_authz_core::dialect::Dialect;
use wsman_authz_models::explore::Stream;
use wsman_authz_models::model::{Model, SCENARIOS, Scenario, Tape, World};

/// What of a state is no name.
type Nameless = (String, bool);

/// Every state of a model, and what was found of those without names.
#[derive(Default)]
struct Classes {
    known: HashMap<Box<[u8]>, usize>,
    numbers: HashMap<Nameless, usize>,
    /// Where the steps of each class lead.
    steps: Vec<Option<Vec<usize>>>,
    to_do: Vec<(World, usize)>,
}

impl Classes {
    fn number(&mut self, model: &Model, world: World) -> usize {
        assert!(world.broken.is_empty(), "{:?}", world.broken);
        let state = Stream::default().of(&world).into();
        if let Some(number) = self.known.get(&state) {
            return *number;
        }
        let next = self.numbers.len();
        let number = *self.numbers.entry((model.nameless(&world), world.at_rest())).or_insert(next);
        if number == next {
            self.steps.push(None);
        }
        self.known.insert(state, number);
        self.to_do.push((world, number));
        number
    }

    /// The numbers of states and of classes.
    fn explore(mut self, model: &Model) -> (usize, usize) {
        self.number(model, model.initial());
        let mut actions = Vec::new();
        while let Some((world, number)) = self.to_do.pop() {
            model.actions(&world, &mut actions);
            let next = |action| model.next(&world, action, &mut Tape::default());
            let mut after: Vec<usize> = actions.drain(..).map(|action| self.number(model, next(action))).collect();
            after.sort_unstable();
            let known = self.steps[number].get_or_insert_with(|| after.clone());
            assert_eq!(*known, after, "what has no names hides what matters: {}", model.nameless(&world));
        }
        (self.known.len(), self.steps.len())
    }
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
        let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name).expect("a scenario of that name");
        let scenario = Scenario { users, operations, waits: scenario.waits.min(2), ..scenario.clone() };
        let model = Model::new(scenario, Dialect::parse(dialect).expect("a dialect"));
        assert!(model.has_nameless_states(), "{name}");
        let (states, classes) = Classes::default().explore(&model);
        println!("{name}, {users} × {operations}: {states} states, {classes} without names");
        assert!(classes * 6 < states, "{name}: {states} states, {classes} without names");
    }
}

/// Requests at one address at a time have one name, and crossings that race hide to which operation they belong.
#[test]
fn where_something_has_no_name_of_its_own_every_state_counts() {
    let has = |name: &str, users, operations, dialect: &str| {
        let scenario = SCENARIOS.iter().find(|scenario| scenario.name == name).expect("a scenario of that name");
        let dialect = Dialect::parse(dialect).expect("a dialect");
        Model::new(Scenario { users, operations, ..scenario.clone() }, dialect).has_nameless_states()
    };
    assert!(has("traffic", 2, 2, "default") && has("races", 1, 1, "default") && has("lifecycle", 1, 1, "default"));
    assert!(!has("traffic", 2, 2, "sender_pointer=reused"));
    assert!(!has("races", 1, 2, "default") && !has("races", 2, 1, "default") && !has("lifecycle", 2, 1, "default"));
    assert!(!has("traffic", 5, 5, "default"), "outlines have no room for so many requests");
}
