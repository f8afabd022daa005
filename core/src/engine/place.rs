//! Shards: users are spread over several, and all that concerns one user is in one of them.
//!
//! Each shard numbers its requests and leases by itself. The low bits of a number say which shard gave it out, so a
//! number leads back to where it came from, and no two shards give the same one.

use core::hash::{BuildHasher, Hash};

use crate::id::Context;

/// The most shards that there are, as bits of a number: what is left of it is room enough for each.
pub(super) const MOST_BITS: u32 = 10;

/// Which of 2^`bits` shards this is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) index: u32,
    pub(super) bits: u32,
}

impl Place {
    /// The number of a slot of this shard, if there is room for it.
    pub(super) const fn number(self, slot: u32) -> Option<u32> {
        if slot > self.last_slot() { None } else { Some((slot << self.bits) + self.index) }
    }

    /// The last slot of this shard that there is a number for.
    pub(super) const fn last_slot(self) -> u32 {
        u32::MAX >> self.bits
    }

    /// The slot of a number, if this shard gave it out.
    pub(super) const fn slot(self, number: u32) -> Option<u32> {
        if shard_of(number, self.bits) == self.index as usize { Some(number >> self.bits) } else { None }
    }
}

/// The shard that gave this number out.
pub(super) const fn shard_of(number: u32, bits: u32) -> usize {
    (number & ((1 << bits) - 1)) as usize
}

/// The shard that gave this handle out.
pub(crate) const fn shard_of_context(context: Context, bits: u32) -> usize {
    shard_of(context.value() as u32, bits)
}

/// Any would do. With this one the first three numbers go to one shard and another by turns: the users of models.
const SEED: u64 = 3;

/// The shard of this user. Who chooses names can fill one shard, and is then served by one lock, as without shards.
pub(super) fn shard_of_user(user: &impl Hash, bits: u32) -> usize {
    if bits == 0 {
        return 0;
    }
    shard_of(foldhash::fast::FixedState::with_seed(SEED).hash_one(user) as u32, bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cl_14_a_number_leads_back_to_its_shard_and_slot() {
        for (index, bits, slot) in [(0, 0, 7), (0, 0, u32::MAX), (3, 2, 7), (0, 2, 9), (1023, MOST_BITS, (1 << 22) - 1)]
        {
            let place = Place { index, bits };
            let number = place.number(slot).expect("room");
            assert_eq!((place.slot(number), shard_of(number, bits)), (Some(slot), index as usize));
            let other = Place { index: index + 1, bits };
            assert_eq!(other.slot(number), None, "not of that shard");
        }
    }

    #[test]
    fn a_shard_ends_where_its_numbers_do() {
        let place = Place { index: 1, bits: 2 };
        assert_eq!(place.number((1 << 30) - 1), Some(u32::MAX - 2));
        assert_eq!(place.number(1 << 30), None);
    }

    #[test]
    fn users_are_spread() {
        let mut met = [0; 4];
        for user in 0..400_u32 {
            met[shard_of_user(&user, 2)] += 1;
            assert_eq!(shard_of_user(&user, 0), 0);
        }
        assert!(met.iter().all(|users| (60..140).contains(users)), "{met:?}");
        assert_eq!([0_u8, 1, 2].map(|user| shard_of_user(&user, 1)), [1, 0, 1], "what models and races count on");
    }
}
