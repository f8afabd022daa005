//! What the engine asks its surroundings to do, in causal order, with no lock held (CL-60).
//!
//! Effects of steps taken on different threads may be performed in either order. Each variant says why that is
//! sound.

use core::iter::FusedIterator;

use smallvec::SmallVec;

use super::input::RequestId;
use super::misuse::Misuse;
use crate::call::{Completion, RequestKind};
use crate::id::{ApplicationId, Token};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Effect<P> {
    /// Put the question to the policy. Commutes: the request is on record, and only its own reply can follow.
    Ask {
        /// Which request; the reply names it.
        request: RequestId,
        /// Which question.
        kind: RequestKind,
        /// The payload of the user's grant, if there is one. Pinned until the reply came back (CL-12).
        payload: Option<P>,
    },
    /// Call the completion function, then report its return as [`super::Input::Completed`]. Commutes: its lease was
    /// counted before (CL-10), so a release may even overtake the return.
    Complete {
        /// Which request.
        request: RequestId,
        /// What to say.
        completion: Completion,
    },
    /// Drop the payload: nothing names it any more (CL-13). Commutes: nobody can reach it.
    Drop(P),
    /// Close a token that the host did not take (CL-74). Commutes: nobody else has it.
    CloseToken(Token),
    /// Shutdown of this application may return (CL-54). Commutes: it is the last effect that names the application.
    Drained {
        /// The application.
        application: ApplicationId,
        /// Leases that the host had not released; their payloads are dropped.
        leases: u32,
        /// Replies that the policy still holds; answering them has no effect any more.
        replies: u32,
    },
    /// Write to the log: the step went on, but something is not as it should be. Commutes: it changes nothing.
    Report(Misuse),
}

/// Everything one step asks for, in order: mostly one effect or none, which takes no allocation.
#[must_use = "effects must be performed, or leases and requests are lost"]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Effects<P>(SmallVec<[Effect<P>; 1]>);

impl<P> Default for Effects<P> {
    fn default() -> Self {
        Self(SmallVec::new())
    }
}

impl<P> Effects<P> {
    pub(crate) fn push(&mut self, effect: Effect<P>) {
        self.0.push(effect);
    }

    pub(crate) fn extend(&mut self, effect: Option<Effect<P>>) {
        if let Some(effect) = effect {
            self.push(effect);
        }
    }

    pub(crate) fn append(&mut self, mut effects: Self) {
        self.0.append(&mut effects.0);
    }

    /// The effects, to look at.
    #[must_use]
    pub fn as_slice(&self) -> &[Effect<P>] {
        &self.0
    }
}

impl<P> IntoIterator for Effects<P> {
    type Item = Effect<P>;
    type IntoIter = IntoEffects<P>;

    fn into_iter(self) -> IntoEffects<P> {
        IntoEffects(self.0.into_iter())
    }
}

/// The effects of one step, each of them once.
#[must_use = "effects must be performed, or leases and requests are lost"]
#[derive(Clone, Debug)]
pub struct IntoEffects<P>(smallvec::IntoIter<[Effect<P>; 1]>);

impl<P> Iterator for IntoEffects<P> {
    type Item = Effect<P>;

    fn next(&mut self) -> Option<Effect<P>> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<P> ExactSizeIterator for IntoEffects<P> {}

impl<P> FusedIterator for IntoEffects<P> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_say_how_many_of_them_are_left() {
        let mut effects = Effects::default();
        effects.push(Effect::Drop('p'));
        effects.push(Effect::Drop('q'));
        let mut left = effects.into_iter();
        for number in [2, 1, 0] {
            assert_eq!((left.len(), left.size_hint()), (number, (number, Some(number))));
            left.next();
        }
    }
}
