//! The way back to rest, on the graph of all states.

/// The first state from which none of `rests` can be reached, if there is one: walks back from them, and it is not met.
pub(super) fn first_stuck(states: usize, edges: &[(u32, u32)], rests: &[u32]) -> Option<u32> {
    // The states before each, one list behind the other.
    let mut starts = vec![0_usize; states + 1];
    for (_, to) in edges {
        starts[*to as usize + 1] += 1;
    }
    for state in 0..states {
        starts[state + 1] += starts[state];
    }
    let mut before = vec![0_u32; edges.len()];
    let mut fill = starts.clone();
    for (from, to) in edges {
        before[fill[*to as usize]] = *from;
        fill[*to as usize] += 1;
    }
    let mut met = vec![false; states];
    let mut stack = rests.to_vec();
    for state in &stack {
        met[*state as usize] = true;
    }
    while let Some(state) = stack.pop() {
        for from in &before[starts[state as usize]..starts[state as usize + 1]] {
            if !std::mem::replace(&mut met[*from as usize], true) {
                stack.push(*from);
            }
        }
    }
    met.iter().position(|met| !met).map(|stuck| stuck as u32)
}

#[cfg(test)]
mod tests {
    use super::first_stuck;

    #[test]
    fn a_state_is_stuck_if_no_way_leads_from_it_to_rest() {
        // 0 → 1 → 2 → 1, 1 → 3, 0 → 4 → 5 → 4
        let edges = [(0, 1), (1, 2), (2, 1), (1, 3), (0, 4), (4, 5), (5, 4)];
        assert_eq!(first_stuck(6, &edges, &[3]), Some(4), "a cycle without a way out");
        assert_eq!(first_stuck(6, &edges, &[3, 5]), None);
        assert_eq!(first_stuck(6, &edges, &[]), Some(0));
        assert_eq!(first_stuck(6, &edges[..5], &[3, 4]), Some(5), "nothing leads there, and nothing away");
    }
}
