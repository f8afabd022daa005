//! Values in numbered slots; the lowest free number is given out next.
//!
//! Lowest first keeps the table dense, and makes it forget in which order its numbers came back: what is equal to the
//! outside is equal as a value, which is what a model checker compares.
//!
//! No generations: a number is safe to reuse once the machine knows that nobody holds it any more. Where somebody
//! outside may hold a stale number, see `engine::lease`.

use alloc::vec::Vec;

use crate::vacant::Vacant;

/// Numbered slots with a free list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slab<T> {
    slots: Vec<Option<T>>,
    free: Vacant,
    /// How many slots have a value. Follows from them: kept so that nobody must count.
    live: usize,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vacant::EMPTY, live: 0 }
    }
}

impl<T> Slab<T> {
    /// Puts `value` into a slot and returns its number; gives it back if all numbers below 2³² − 1 are taken.
    pub(crate) fn insert(&mut self, value: T) -> Result<u32, T> {
        if let Some(number) = self.free.pop_first() {
            self.slots[number as usize] = Some(value);
            self.live += 1;
            return Ok(number);
        }
        let Ok(next) = u32::try_from(self.slots.len() + 1) else { return Err(value) };
        self.slots.push(Some(value));
        self.live += 1;
        Ok(next - 1)
    }

    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        self.slots.get(number as usize)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.slots.get_mut(number as usize)?.as_mut()
    }

    pub(crate) fn remove(&mut self, number: u32) -> Option<T> {
        let value = self.slots.get_mut(number as usize)?.take()?;
        self.live -= 1;
        if self.live == 0 {
            // Nothing is left: give the memory back after a burst.
            self.slots.clear();
            self.free.clear();
            self.slots.shrink_to(64);
        } else {
            self.free.insert(number);
        }
        Some(value)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.slots).filter_map(|(number, slot)| Some((number, slot.as_ref()?)))
    }

    pub(crate) const fn len(&self) -> usize {
        self.live
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freed_number_is_given_out_again() {
        let mut slab = Slab::default();
        assert_eq!((slab.insert('a'), slab.insert('b')), (Ok(0), Ok(1)));
        assert_eq!((slab.remove(0), slab.remove(0), slab.len()), (Some('a'), None, 1));
        assert_eq!((slab.insert('c'), slab.get(0), slab.get(9)), (Ok(0), Some(&'c'), None));
    }
}
