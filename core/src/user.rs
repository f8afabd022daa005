//! Who a user is: the key of user records and grants.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::hash::{BuildHasher, Hash, Hasher};

/// A user as the host names one: the authentication mechanism and the account name.
///
/// The name alone is not a key: `bob` by Basic and a certificate subject `bob` are different people (D2). Compared
/// exactly, never dereferenced, cheap to clone.
///
/// Users are ordered by a fingerprint of their names, and by the names where fingerprints are equal. So a map of users
/// is searched by comparing numbers. People who are not yet authorized choose their names, and can choose some with one
/// fingerprint: then the names are compared, and an ordered map still needs no more comparisons than it always does.
///
/// ```
/// use wsman_authz_core::UserName;
///
/// let bob = UserName::new("Basic", "bob");
/// assert_eq!((bob.mechanism(), bob.name()), ("Basic", "bob"));
/// assert_ne!(bob, UserName::new("ClientCertificate", "bob"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UserName {
    fingerprint: u32,
    /// The mechanism and the name, one behind the other: one allocation for both.
    texts: Arc<str>,
    /// Where the name begins.
    split: u32,
}

impl UserName {
    /// A user of these two names; an empty text stands for NULL.
    ///
    /// # Panics
    /// If the mechanism is longer than 4 GiB.
    #[must_use]
    pub fn new(mechanism: &str, name: &str) -> Self {
        // Any seed will do: nothing depends on it that fingerprints differ. Half of the hash tells most apart.
        let hash = foldhash::fast::FixedState::with_seed(0).hash_one((mechanism, name));
        Self::with_fingerprint((hash >> 32) as u32, mechanism, name)
    }

    fn with_fingerprint(fingerprint: u32, mechanism: &str, name: &str) -> Self {
        let mut texts = String::with_capacity(mechanism.len() + name.len());
        texts.push_str(mechanism);
        texts.push_str(name);
        let split = u32::try_from(mechanism.len()).expect("no mechanism is longer than 4 GiB");
        Self { fingerprint, texts: texts.into(), split }
    }

    /// `senderName`; empty if the host passed NULL.
    #[must_use]
    pub fn name(&self) -> &str {
        self.texts.get(self.split as usize..).unwrap_or_default()
    }

    /// `authenticationMechanism`.
    #[must_use]
    pub fn mechanism(&self) -> &str {
        self.texts.get(..self.split as usize).unwrap_or_default()
    }
}

impl Hash for UserName {
    /// The fingerprint says it all.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.fingerprint);
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name(), self.mechanism())
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::format;
    use alloc::string::ToString;
    use core::cell::Cell;
    use core::cmp::Ordering;
    use core::hash::BuildHasher;

    use super::UserName;

    #[test]
    fn a_name_is_shown_with_its_mechanism() {
        assert_eq!(UserName::new("Basic", "bob").to_string(), "bob (Basic)");
    }

    #[test]
    fn cl_71_users_with_one_fingerprint_are_told_apart() {
        let texts = [("Basic", "bob"), ("Basic", "alice"), ("Kerberos", "bob"), ("Basicb", "ob"), ("", "Basicbob")];
        let users: BTreeSet<UserName> =
            texts.iter().map(|(mechanism, name)| UserName::with_fingerprint(7, mechanism, name)).collect();
        assert_eq!(users.len(), texts.len());
        for (mechanism, name) in texts {
            let user = users.get(&UserName::with_fingerprint(7, mechanism, name)).expect("each is found");
            assert_eq!((user.mechanism(), user.name()), (mechanism, name));
            assert!(!users.contains(&UserName::new(mechanism, name)), "another fingerprint, another key");
        }
    }

    #[test]
    fn users_are_hashed_by_their_fingerprints() {
        let state = foldhash::fast::FixedState::with_seed(0);
        let hash = |fingerprint, name| state.hash_one(UserName::with_fingerprint(fingerprint, "Basic", name));
        assert_eq!(hash(7, "bob"), hash(7, "alice"));
        assert_ne!(hash(7, "bob"), hash(8, "bob"));
    }

    /// A user, and how often users were compared.
    struct Counted<'a>(UserName, &'a Cell<u32>);

    impl Ord for Counted<'_> {
        fn cmp(&self, other: &Self) -> Ordering {
            self.1.set(self.1.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    impl PartialOrd for Counted<'_> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl PartialEq for Counted<'_> {
        fn eq(&self, other: &Self) -> bool {
            self.0 == other.0
        }
    }

    impl Eq for Counted<'_> {}

    /// How many comparisons a look-up takes on average, and the most that one takes.
    #[expect(clippy::mutable_key_type, reason = "the count decides no order")]
    fn comparisons(fingerprint: fn(u64) -> u32) -> (f64, u32) {
        let count = Cell::new(0);
        let user = |number: u64| {
            Counted(UserName::with_fingerprint(fingerprint(number), "Basic", &format!("{number}")), &count)
        };
        let users: BTreeSet<Counted<'_>> = (0..10_000).map(user).collect();
        let look_ups = (0..10_000).map(|number| {
            let wanted = user(number);
            count.set(0);
            assert!(users.contains(&wanted));
            count.get()
        });
        let (sum, most) = look_ups.fold((0, 0), |(sum, most): (u32, u32), count| (sum + count, most.max(count)));
        (f64::from(sum) / 10_000.0, most)
    }

    #[test]
    fn names_that_collide_on_purpose_cost_no_more_comparisons() {
        let (apart, _) = comparisons(|number| (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32);
        let (together, most) = comparisons(|_| 7);
        // A list, as a bucket of a hash table is one, would take 5,000.
        assert!(together < 2.0 * apart && most < 100, "{apart} apart, {together} together, {most} at most");
    }
}
