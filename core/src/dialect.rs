//! Dialects: one consistent choice of host behaviour wherever the documentation is silent or contradicts itself.
//!
//! The real host may speak any of them; the engine must obey every rule under every combination. SPEC.md says what
//! each field means and which open question it stands for.

use core::fmt;

pub use crate::cover::covering_set;

macro_rules! dialect {
    ($(
        $(#[$field_doc:meta])*
        $field:ident : $Type:ident = $field_word:literal {
            $( $(#[$choice_doc:meta])* $Choice:ident = $word:literal, )+
        }
    )+) => {
        $(
            $(#[$field_doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $Type {
                $( $(#[$choice_doc])* $Choice, )+
            }
        )+

        /// One choice for every open point. The default is the first choice of each field: the reading that
        /// SPEC.md considers most natural.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct Dialect {
            $( $(#[$field_doc])* pub $field: $Type, )+
        }

        /// The fields of [`Dialect`] with the words of their choices, in order: what `--list-dialects` prints.
        pub const FIELDS: &[(&str, &[&str])] = &[ $( ($field_word, &[ $( $word, )+ ]), )+ ];

        impl Dialect {
            /// The index of the choice in each field, in the order of [`FIELDS`].
            #[must_use]
            pub const fn choices(self) -> [usize; FIELDS.len()] {
                [ $( self.$field as usize, )+ ]
            }

            /// The dialect with these choices; `None` if an index is out of range.
            #[must_use]
            pub fn from_choices(choices: [usize; FIELDS.len()]) -> Option<Self> {
                let mut rest = choices.into_iter();
                Some(Self { $( $field: *[ $( $Type::$Choice, )+ ].get(rest.next()?)?, )+ })
            }
        }
    };
}

dialect! {
    /// How many releases follow when one context value was reported several times (C2, C3).
    release_counting: ReleaseCounting = "release_counting" {
        /// One for each report.
        #[default] PerReport = "per-report",
        /// One for each distinct value, when its last use ends.
        PerValue = "per-value",
    }
    /// What becomes of a context that was passed together with a failure (C1).
    failure_context: FailureContext = "failure_context" {
        /// Nothing: it is not taken.
        #[default] Ignored = "ignored",
        /// It is released once.
        Released = "released",
    }
    /// Where a release happens that a completion brings about (C10, C11).
    release_timing: ReleaseTiming = "release_timing" {
        /// After the completion function returned.
        #[default] After = "after",
        /// From inside the completion function, on its stack.
        Inside = "inside",
        /// Before the completion function returns, on another thread.
        Concurrent = "concurrent",
    }
    /// Several first requests of one user at a time (D1).
    authorize_user: AuthorizeUser = "authorize_user" {
        /// One asks, the others wait for it.
        #[default] Coalesce = "coalesce",
        /// Each asks; the contexts of the losers are released.
        Parallel = "parallel",
    }
    /// Whether a record expires while operations of it are open (C7, E16).
    expiry: Expiry = "expiry" {
        /// It does not: it is not idle.
        #[default] Pinned = "pinned",
        /// It does; its operations go on and are released at their own end.
        UserFirst = "user-first",
        /// It does; its operations are cancelled and released before the user's context.
        OperationsFirst = "operations-first",
    }
    /// When the context of a shell, a command or a subscription ends (C13).
    long_operations: LongOperations = "long_operations" {
        /// With the object.
        #[default] Object = "object",
        /// With the response that created it.
        Response = "response",
    }
    /// What becomes of live contexts at shutdown (C14).
    shutdown: Shutdown = "shutdown" {
        /// All are released first.
        #[default] Released = "released",
        /// They are left behind.
        Abandoned = "abandoned",
    }
    /// A request that the plug-in does not complete (D5).
    overdue: Overdue = "overdue" {
        /// The host waits for ever.
        #[default] Waits = "waits",
        /// The host times it out and refuses a late completion.
        TimesOut = "times-out",
    }
    /// The `senderDetails` address of the next request (D12).
    sender_pointer: SenderPointer = "sender_pointer" {
        /// Never seen before.
        #[default] Unique = "unique",
        /// That of a request that is over.
        Reused = "reused",
    }
    /// What is asked again when the refresh interval has passed (E9).
    refresh: Refresh = "refresh" {
        /// The quota.
        #[default] Quota = "quota",
        /// The quota and the user's authorization.
        QuotaAndUser = "quota-and-user",
    }
    /// Where the next entry point is called that a completion brings about (D19).
    reentrancy: Reentrancy = "reentrancy" {
        /// After the completion function returned: it only records.
        #[default] Records = "records",
        /// From inside the completion function, on its stack.
        Nests = "nests",
    }
    /// Whether the host may refuse a completion that fits (C17).
    refusal: Refusal = "refusal" {
        /// It accepts each.
        #[default] Accepts = "accepts",
        /// It answers some with `ERROR_INVALID_PARAMETER`.
        Refuses = "refuses",
    }
}

/// How many dialects there are.
pub const COUNT: usize = {
    let mut count = 1;
    let mut field = 0;
    while field < FIELDS.len() {
        count *= FIELDS[field].1.len();
        field += 1;
    }
    count
};

impl Dialect {
    /// The dialect of a number below [`COUNT`]; the numbers count like a clock, the last field fastest.
    #[must_use]
    pub fn nth(number: usize) -> Option<Self> {
        let mut choices = [0; FIELDS.len()];
        let mut rest = number;
        for (choice, (_, words)) in choices.iter_mut().zip(FIELDS).rev() {
            *choice = rest % words.len();
            rest /= words.len();
        }
        if rest == 0 { Self::from_choices(choices) } else { None }
    }

    /// Every dialect, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..COUNT).filter_map(Self::nth)
    }

    /// Reads `field=choice` pairs separated by commas; the fields left out keep their default. `default` alone is
    /// the default dialect.
    ///
    /// ```
    /// use wsman_authz_core::dialect::{Dialect, Expiry};
    /// let dialect = Dialect::parse("expiry=user-first").unwrap();
    /// assert_eq!(dialect.expiry, Expiry::UserFirst);
    /// assert_eq!(dialect.to_string(), "expiry=user-first");
    /// ```
    ///
    /// # Errors
    /// Says which word is not known, and which are.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        let mut choices = [0; FIELDS.len()];
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty() && *pair != "default") {
            let (name, word) = pair.split_once('=').unwrap_or((pair, ""));
            let field = FIELDS.iter().position(|(field, _)| *field == name.trim());
            let field = field.ok_or_else(|| UnknownWord { word: name.into(), field: None })?;
            let choice = FIELDS[field].1.iter().position(|choice| *choice == word.trim());
            choices[field] = choice.ok_or_else(|| UnknownWord { word: word.into(), field: Some(field) })?;
        }
        Self::from_choices(choices).ok_or_else(|| UnknownWord { word: text.into(), field: None })
    }
}

impl fmt::Display for Dialect {
    /// Names the fields that differ from the default dialect; `default` if none does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for ((field, words), choice) in FIELDS.iter().zip(self.choices()).filter(|(_, choice)| *choice != 0) {
            write!(f, "{separator}{field}={}", words[choice])?;
            separator = ",";
        }
        if separator.is_empty() { f.write_str("default") } else { Ok(()) }
    }
}

/// A word that names neither a field nor a choice of a dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    word: alloc::string::String,
    field: Option<usize>,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            Some(field) => {
                let (name, words) = FIELDS[field];
                write!(f, "`{}` is no choice of `{name}`; the choices are: {}", self.word, words.join(", "))
            }
            None => {
                write!(f, "`{}` is no field of a dialect; the fields are:", self.word)?;
                FIELDS.iter().try_for_each(|(name, _)| write!(f, " {name}"))
            }
        }
    }
}

impl core::error::Error for UnknownWord {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn numbers_names_and_choices_agree() {
        assert_eq!(COUNT, 9216);
        assert_eq!(Dialect::all().count(), COUNT);
        assert_eq!(Dialect::nth(COUNT), None);
        for dialect in Dialect::all() {
            assert_eq!(Dialect::parse(&dialect.to_string()), Ok(dialect));
        }
        assert_eq!(Dialect::nth(0), Some(Dialect::default()));
    }

    #[test]
    fn an_unknown_word_names_the_known_ones() {
        let field = Dialect::parse("color=red").unwrap_err().to_string();
        assert!(field.contains("`color`") && field.contains("release_timing"), "{field}");
        let choice = Dialect::parse("expiry=never").unwrap_err().to_string();
        assert!(choice.contains("`never`") && choice.contains("operations-first"), "{choice}");
    }
}
