//! Which dialects a run goes through, if not all of them.

use wsman_authz_core::dialect::{COUNT, Dialect};

use crate::random::Random;

pub use wsman_authz_core::dialect::covering_set;

/// The covering set, then dialects drawn at random from all of them by `seed`: `count` in all, or the covering set.
#[must_use]
pub fn covering_then_drawn(seed: u64, count: usize) -> Vec<Dialect> {
    let mut random = Random::new(seed);
    let drawn = std::iter::repeat_with(move || Dialect::nth(random.below(COUNT as u64) as usize)).flatten();
    let set = covering_set();
    let wanted = count.max(set.len());
    set.into_iter().chain(drawn).take(wanted).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn drawn_dialects_follow_the_covering_set_and_the_seed() {
        let set = covering_set();
        let [drawn, again, other] = [1, 1, 2].map(|seed| covering_then_drawn(seed, 300));
        assert_eq!((drawn.len(), &drawn[..set.len()]), (300, &set[..]));
        assert_eq!(drawn, again);
        assert_ne!(drawn, other);
        assert!(drawn.iter().collect::<BTreeSet<_>>().len() > 250, "few of 9,216 are drawn twice");
        assert_eq!(covering_then_drawn(1, 0), set);
    }
}
