//! Delta debugging: inputs are left out of a history for as long as it still fails.

/// Leaves out as many groups of bytes behind the head as it can, and makes the settings in the head as plain as it can.
/// The shortest history that fails may be another one; this one fails no more without any of its inputs.
pub(super) fn minimise(bytes: &[u8], head: usize, group: usize, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let mut best = bytes.to_vec();
    best.truncate(bytes.len() - bytes.len().saturating_sub(head) % group);
    loop {
        let shorter = plainest(shortest(best.clone(), head, group, &fails), head, &fails);
        if shorter == best {
            return best;
        }
        best = shorter;
    }
}

/// Leaves out halves first, then ever smaller pieces, at last one group at a time, until none can be missed.
fn shortest(mut best: Vec<u8>, head: usize, group: usize, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let inputs = |bytes: &[u8]| bytes.len().saturating_sub(head) / group;
    let mut piece = inputs(&best).div_ceil(2).max(1);
    loop {
        let mut removed = false;
        // From the end: what comes late stands on what came early.
        let mut end = inputs(&best);
        while end > 0 {
            let begin = end.saturating_sub(piece);
            let mut shorter = best.clone();
            shorter.drain(head + begin * group..head + end * group);
            if fails(&shorter) {
                (best, removed) = (shorter, true);
            }
            end = begin;
        }
        match piece {
            1 if !removed => return best,
            1 => {}
            _ => piece = piece.div_ceil(2),
        }
    }
}

/// Makes the settings the plainest, zeros, where it fails with them too.
fn plainest(mut best: Vec<u8>, head: usize, fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    for place in 0..head.min(best.len()) {
        let mut plainer = best.clone();
        plainer[place] = 0;
        if fails(&plainer) {
            best = plainer;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::minimise;

    /// Fails with an `a` somewhere before a `b`, and two `c` anywhere.
    fn fails(bytes: &[u8]) -> bool {
        let text = &bytes[1..];
        let a = text.iter().position(|byte| *byte == b'a');
        let is_before = a.is_some_and(|a| text[a..].contains(&b'b'));
        is_before && text.iter().filter(|byte| **byte == b'c').count() >= 2
    }

    #[test]
    fn no_input_of_a_minimal_history_can_be_missed() {
        let long = b"!xxcxaxxaxxxbxxcxxxxcxxbxx";
        let short = minimise(long, 1, 1, fails);
        assert_eq!((short.len(), short[0]), (5, 0), "settings that do not matter are the plainest");
        assert!(fails(&short));
        for left_out in 1..short.len() {
            let mut shorter = short.clone();
            shorter.remove(left_out);
            assert!(!fails(&shorter), "{short:?} without {left_out}");
        }
    }

    #[test]
    fn what_is_no_whole_group_is_left_out() {
        assert_eq!(minimise(b"HEaabbccd", 2, 2, |bytes| bytes.starts_with(b"HE") && bytes.contains(&b'b')), b"HEbb");
    }
}
