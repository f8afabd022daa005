//! What concerns all shards: an application starts, shuts down, ends; the clock ticks.
//!
//! Whoever calls has all shards at once, so each of these is one step to everybody else, and all shards know the same
//! applications in the same state.

use alloc::vec::Vec;
use core::hash::Hash;

use super::effect::{Effect, Effects};
use super::input::Input;
use super::misuse::Misuse;
use super::place::{shard_of, shard_of_context, shard_of_user};
use super::shard::Shard;
use crate::time::Timestamp;

/// The one shard that an input concerns, of 2^`bits`; `None` if it concerns all.
pub(crate) fn concerns<K: Hash, P>(input: &Input<K, P>, bits: u32) -> Option<usize> {
    match input {
        Input::Startup { .. } | Input::Shutdown { .. } | Input::Tick => None,
        Input::AuthorizeUser { user, .. } | Input::AuthorizeOperation { user, .. } | Input::QueryQuota { user, .. } => {
            Some(shard_of_user(user, bits))
        }
        Input::Answer { request, .. } | Input::Abandon { request, .. } | Input::Completed { request, .. } => {
            Some(shard_of(request.0, bits))
        }
        // NULL is nobody's: any shard says so.
        Input::Release { context } => Some(context.map_or(0, |context| shard_of_context(context, bits))),
    }
}

/// One step of all shards together.
pub(crate) fn conduct<K: Ord + Clone + Hash, P: Clone>(
    shards: &mut [&mut Shard<K, P>],
    now: Timestamp,
    input: Input<K, P>,
) -> Result<Effects<P>, Misuse> {
    let mut effects = Effects::default();
    match concerns(&input, shards.len().ilog2()) {
        Some(index) => effects = shards[index].step(now, input)?,
        // They agree on the applications, so the first misuse is that of all, and nothing changed.
        None => {
            for shard in shards.iter_mut() {
                effects.append(shard.step(now, input.clone())?);
            }
        }
    }
    end_drained(shards, &mut effects);
    Ok(effects)
}

/// Applications end that shut down and have nothing open any more, in no shard: not before the last completion
/// returned (CL-54).
fn end_drained<K: Ord + Clone + Hash, P: Clone>(shards: &mut [&mut Shard<K, P>], effects: &mut Effects<P>) {
    let Some(first) = shards.first().filter(|first| first.draining != 0) else { return };
    let draining: Vec<_> = first.draining().collect();
    for application in draining {
        if !shards.iter().all(|shard| shard.is_drained(application)) {
            continue;
        }
        let (mut leases, mut replies) = (0u32, 0u32);
        for shard in shards.iter_mut() {
            let left = shard.end(application, effects);
            (leases, replies) = (leases.saturating_add(left.leases), replies.saturating_add(left.replies));
        }
        effects.push(Effect::Drained { application, leases, replies });
    }
}
