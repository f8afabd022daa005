//! Which report a context value stands for.
//!
//! A plug-in may report one value for everybody, as Microsoft's sample does. A release then names a value, and only the
//! host knows which report it meant. The driver *is* the host: host and judge see a number for each report, and the
//! value where it is unique; what crosses to the plug-in, and into the trace, is the value. Where the dialect counts
//! distinct values, equal values of one application are one report.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use wsman_authz_core::dialect::ReleaseCounting;
use wsman_authz_core::{ApplicationId, Call, Context, Crossing};

use super::super::user::User;

/// Numbers that no sensible pointer has.
const NUMBERED: u64 = 1 << 63;

/// The reports that were not given back.
#[derive(Debug, Default)]
pub(super) struct Reports {
    per_value: bool,
    /// Whose it is and what the plug-in calls it.
    values: BTreeMap<Context, (ApplicationId, Context)>,
    /// Whose records it stands for, if it was reported for users.
    users: BTreeMap<Context, BTreeSet<User>>,
    /// The one report of a value, where values are counted.
    of_value: BTreeMap<(ApplicationId, Context), Context>,
    /// Values that were numbers and were given back, where values are counted: a completion with such a number may still
    /// be on its way back, so it is not another application's before long.
    spent: BTreeSet<Context>,
    numbered: u64,
}

impl Reports {
    pub(super) fn new(counting: ReleaseCounting) -> Self {
        Self { per_value: counting == ReleaseCounting::PerValue, ..Self::default() }
    }

    /// The plug-in reported a value, of a user if one is named.
    pub(super) fn report(&mut self, application: ApplicationId, value: Context, user: Option<User>) -> Context {
        let number = self.number(application, value);
        if let Some(user) = user {
            self.users.entry(number).or_default().insert(user);
        }
        number
    }

    fn number(&mut self, application: ApplicationId, value: Context) -> Context {
        if let Some(known) = self.of_value.get(&(application, value)) {
            return *known;
        }
        let mut number = value;
        if self.values.contains_key(&value) || self.spent.contains(&value) {
            self.numbered += 1;
            number = Context::new(NUMBERED | self.numbered).unwrap_or(value);
        }
        self.values.insert(number, (application, value));
        if self.per_value {
            self.of_value.insert((application, value), number);
        }
        number
    }

    /// What the plug-in calls it.
    pub(super) fn value(&self, number: Context) -> Context {
        self.values.get(&number).map_or(number, |(_, value)| *value)
    }

    /// The users whose records a report stands for, and their application.
    pub(super) fn holders(&self, number: Context) -> Option<(ApplicationId, &BTreeSet<User>)> {
        let (application, _) = self.values.get(&number)?;
        Some((*application, self.users.get(&number)?))
    }

    /// The host decided to give it back: the next report of its value is another one.
    pub(super) fn released(&mut self, number: Context) {
        if let Some(key) = self.values.get(&number) {
            self.of_value.remove(key);
        }
    }

    /// It was given back.
    pub(super) fn returned(&mut self, number: Context) {
        let value = self.values.remove(&number).map(|(_, value)| value);
        self.users.remove(&number);
        if self.per_value && value == Some(number) {
            self.spent.insert(number);
        }
    }

    /// A crossing with the plug-in's values.
    pub(super) fn plain<'a, K: Clone>(&self, crossing: &'a Crossing<K>) -> Cow<'a, Crossing<K>> {
        let number = match &crossing.call {
            Call::Complete(completion) => completion.context,
            Call::Release { context } | Call::ReleaseReturn { context } => *context,
            _ => None,
        };
        let Some(value) = number.map(|number| self.value(number)).filter(|value| Some(*value) != number) else {
            return Cow::Borrowed(crossing);
        };
        let mut plain = crossing.clone();
        match &mut plain.call {
            Call::Complete(completion) => completion.context = Some(value),
            Call::Release { context } | Call::ReleaseReturn { context } => *context = Some(value),
            _ => {}
        }
        Cow::Owned(plain)
    }

    /// A sentence of the judge with the plug-in's values.
    pub(super) fn in_words(&self, why: &str) -> String {
        let word = |word: &str| {
            let digits = word.strip_prefix("0x").unwrap_or_default();
            let digits = digits.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
            let number = u64::from_str_radix(digits, 16).ok().filter(|number| number & NUMBERED != 0);
            match number.and_then(Context::new) {
                Some(number) => word.replacen(&number.to_string(), &self.value(number).to_string(), 1),
                None => word.to_owned(),
            }
        };
        why.split(' ').map(word).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ApplicationId = ApplicationId(1);
    const B: ApplicationId = ApplicationId(2);

    fn value() -> Context {
        Context::new(22).unwrap()
    }

    #[test]
    fn each_report_has_its_number_and_keeps_its_value() {
        let mut reports = Reports::new(ReleaseCounting::PerReport);
        let (first, second) = (reports.report(A, value(), None), reports.report(A, value(), None));
        assert_eq!(first, value());
        assert_ne!(first, second);
        assert_eq!(reports.value(second), value());
        assert_eq!(reports.in_words(&format!("{second}, of a user")), "0x16, of a user");
        reports.returned(first);
        assert_eq!(reports.report(B, value(), None), value());
    }

    #[test]
    fn where_values_count_equal_ones_of_an_application_are_one() {
        let mut reports = Reports::new(ReleaseCounting::PerValue);
        let first = reports.report(A, value(), None);
        assert_eq!(reports.report(A, value(), None), first);
        assert_ne!(reports.report(B, value(), None), first);
        reports.released(first);
        assert_ne!(reports.report(A, value(), None), first, "while the release is under way");
    }

    #[test]
    fn where_values_count_a_number_that_was_given_back_is_nobody_elses() {
        let mut reports = Reports::new(ReleaseCounting::PerValue);
        let first = reports.report(A, value(), None);
        reports.released(first);
        reports.returned(first);
        assert_ne!(reports.report(B, value(), None), first, "a completion with it may be on its way back");
    }
}
