//! States by a name that several may share, where those that share one must go on alike.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

use wsman_authz_models::explore::Stream;
use wsman_authz_models::model::{Model, Tape, World};

/// Explores every state; those of one name must have equal steps. `first` is told the first state of each name, in the
/// order of the numbers.
///
/// Returns how many states there are, the number of each name, and where the steps of each lead, as sorted numbers.
pub(crate) fn classes<N: Eq + Hash + Debug>(
    model: &Model,
    name: impl Fn(&World) -> N,
    mut first: impl FnMut(&World),
) -> (usize, HashMap<N, usize>, Vec<Vec<usize>>) {
    let (mut stream, mut known): (Stream, HashMap<Box<[u8]>, usize>) = (Stream::default(), HashMap::new());
    let (mut numbers, mut steps): (HashMap<N, usize>, Vec<Option<Vec<usize>>>) = (HashMap::new(), vec![]);
    let mut todo = vec![];
    let mut number = |world: World, todo: &mut Vec<(World, usize)>, steps: &mut Vec<Option<Vec<usize>>>| {
        let state = stream.of(&world);
        if let Some(number) = known.get(state) {
            return *number;
        }
        let next = numbers.len();
        let number = *numbers.entry(name(&world)).or_insert(next);
        if number == next {
            steps.push(None);
            first(&world);
        }
        known.insert(state.into(), number);
        todo.push((world, number));
        number
    };
    number(model.initial(), &mut todo, &mut steps);
    while let Some((world, from)) = todo.pop() {
        let mut actions = Vec::new();
        model.actions(&world, &mut actions);
        let next = actions.into_iter().map(|action| model.next(&world, action, &mut Tape::default()));
        let mut after: Vec<usize> = next.map(|next| number(next, &mut todo, &mut steps)).collect();
        after.sort_unstable();
        match &steps[from] {
            Some(known) => assert_eq!(known, &after, "the name hides what matters: {:?}", name(&world)),
            None => steps[from] = Some(after),
        }
    }
    (known.len(), numbers, steps.into_iter().flatten().collect())
}
