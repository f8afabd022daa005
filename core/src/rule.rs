//! The rules of the contract, by their permanent numbers.
//!
//! SPEC.md has one heading for each: the normative sentence, why, the evidence. Numbers are never reused.

use core::fmt;

/// Who can break a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The host: WinRM itself, or the [`crate::host::Host`] machine.
    Host,
    /// The plug-in: the engine and the policy on top of it.
    Plugin,
    /// Either.
    Both,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Host => "host",
            Self::Plugin => "plug-in",
            Self::Both => "both",
        })
    }
}

macro_rules! rules {
    ($( $Name:ident = $id:literal, $side:ident, $title:literal; )+) => {
        /// One rule of the contract. The discriminants are dense: see [`RuleSet`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Rule {
            $( #[doc = $title] $Name, )+
        }

        impl Rule {
            /// Every rule, in order.
            pub const ALL: &[Self] = &[ $( Self::$Name, )+ ];

            /// The permanent name, such as `CL-20`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $( Self::$Name => $id, )+ }
            }

            /// The rule in one sentence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $( Self::$Name => $title, )+ }
            }

            /// Who can break it.
            #[must_use]
            pub const fn side(self) -> Side {
                match self { $( Self::$Name => Side::$side, )+ }
            }
        }
    };
}

rules! {
    CL10 = "CL-10", Both, "A lease exists from an accepted, successful, non-NULL report; nothing else makes one";
    CL11 = "CL-11", Host, "Each lease is released exactly once before Shutdown";
    CL12 = "CL-12", Plugin, "A payload is never dropped while a lease on it is live or a request in flight may look at it";
    CL13 = "CL-13", Plugin, "A payload is dropped exactly once, at the end of its last lease or pin; none is left after Shutdown";
    CL14 = "CL-14", Plugin, "A handle value never names two leases; a slot out of generations is retired for good";
    CL15 = "CL-15", Both, "NULL is never a lease and is never released";
    CL16 = "CL-16", Plugin, "Releasing a foreign, forged, stale or already released value changes nothing and is reported as misuse";
    CL17 = "CL-17", Plugin, "A completion that the host refuses leaves no lease behind";
    CL20 = "CL-20", Host, "Acquire before release: the old user lease is not released while its re-authorization is pending";
    CL21 = "CL-21", Host, "The old user lease is always released, whether or not re-authorization succeeded";
    CL22 = "CL-22", Plugin, "Reporting the same payload again at re-authorization keeps it alive across the old lease's release";
    CL23 = "CL-23", Both, "After a failed re-authorization no operation is authorized under the old grant";
    CL24 = "CL-24", Both, "Operations begun under the old context keep their own leases until they end";
    CL30 = "CL-30", Host, "While a record lives, AuthorizeUser is called for that user only to re-authorize";
    CL31 = "CL-31", Host, "AuthorizeOperation and QueryQuota are called only for a user with a live record";
    CL32 = "CL-32", Host, "A record expires at the first step at or after its idle deadline, never before; every request moves the deadline";
    CL33 = "CL-33", Host, "A record with a request in flight or an open operation is not idle (dialect `pinned`)";
    CL34 = "CL-34", Host, "Expiry releases the user lease once; the user's next request calls AuthorizeUser again";
    CL35 = "CL-35", Both, "Time never runs backwards inside a machine, whatever the caller passes";
    CL40 = "CL-40", Host, "An operation's lease is not released before the operation has ended";
    CL41 = "CL-41", Host, "An operation's lease is released exactly once, however the operation ends";
    CL50 = "CL-50", Plugin, "Every request gets exactly one accepted completion";
    CL51 = "CL-51", Plugin, "A completion is of its request's kind and carries its `senderDetails` pointer";
    CL52 = "CL-52", Plugin, "No completion is made from inside ReleaseContext";
    CL53 = "CL-53", Plugin, "A failure carries no context and no token";
    CL54 = "CL-54", Both, "After Shutdown returned: no completion, no entry-point call";
    CL55 = "CL-55", Both, "Shutdown once per successful Startup, none after a failed one; applications do not disturb each other";
    CL60 = "CL-60", Plugin, "No lock is held across a host call, a policy call or a payload destructor";
    CL61 = "CL-61", Plugin, "No panic crosses the boundary; a panicking policy denies that request and harms no other";
    CL62 = "CL-62", Plugin, "No host memory is read after its request was completed, and no engine thread outlives Shutdown";
    CL70 = "CL-70", Plugin, "Nobody is authorized unless the policy said so";
    CL71 = "CL-71", Plugin, "A verdict, grant or payload for one user is never applied to another";
    CL72 = "CL-72", Plugin, "Success names its identity explicitly: client token, another token, or the host process";
    CL73 = "CL-73", Plugin, "A redirect carries a valid absolute http(s) URL, or becomes a failure";
    CL74 = "CL-74", Plugin, "A token is closed once or handed over once, on every path";
    CL80 = "CL-80", Plugin, "QueryQuota is always answered, never with a NULL quota and success, nor with a zero timeslot";
}

impl Rule {
    /// The rule of a name, whatever its case.
    ///
    /// ```
    /// use wsman_authz_core::Rule;
    /// assert_eq!(Rule::find("cl-20"), Some(Rule::CL20));
    /// assert_eq!(Rule::find("CL-99"), None);
    /// ```
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id().eq_ignore_ascii_case(id.trim()))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

/// A set of rules, as one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleSet(u64);

impl RuleSet {
    /// No rule.
    pub const EMPTY: Self = Self(0);

    /// With `rule` in it.
    pub const fn insert(&mut self, rule: Rule) {
        self.0 |= 1 << rule as u8;
    }

    /// Whether `rule` is in it.
    #[must_use]
    pub const fn contains(self, rule: Rule) -> bool {
        self.0 & (1 << rule as u8) != 0
    }

    /// Whether no rule is in it.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The rules of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The rules in it, in order.
    pub fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.iter().copied().filter(move |rule| self.contains(*rule))
    }
}

impl FromIterator<Rule> for RuleSet {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        rules.into_iter().fold(Self::EMPTY, |mut set, rule| {
            set.insert(rule);
            set
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn a_set_holds_every_rule() {
        let all: RuleSet = Rule::ALL.iter().copied().collect();
        assert!(Rule::ALL.len() <= 64);
        assert!(all.iter().eq(Rule::ALL.iter().copied()));
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        let (mut one, other) = (RuleSet::EMPTY, RuleSet::from_iter([Rule::CL20, Rule::CL21]));
        assert!(one.is_empty() && !other.is_empty());
        one.insert(Rule::CL80);
        one.insert(Rule::CL21);
        assert!(one.contains(Rule::CL80) && !one.contains(Rule::CL20));
        assert!(one.union(other).iter().eq([Rule::CL20, Rule::CL21, Rule::CL80]));
    }

    #[test]
    fn a_rule_is_found_by_its_name_and_shown_by_it() {
        assert_eq!((Rule::find(" cl-20 "), Rule::find("CL-99")), (Some(Rule::CL20), None));
        assert_eq!(format!("{:7}|", Rule::CL20), "CL-20  |");
        assert_eq!(format!("{} {} {}", Side::Host, Side::Plugin, Side::Both), "host plug-in both");
    }
}
