//! One line of a trace as it stands there: texts and numbers, checked for form only.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use super::error::Fault;

/// A field of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Field<T> {
    /// It is not there.
    #[default]
    Missing,
    /// It is there and says `null`.
    Null,
    /// It is there.
    Is(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Is))
    }
}

/// A text, in place where it holds no escapes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// `WSMAN_AUTHZ_QUOTA` in a record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct RawQuota {
    pub(super) shells: u32,
    pub(super) operations: u32,
    pub(super) timeslot_s: u32,
    pub(super) per_timeslot: u32,
}

/// Every field that any record has. Which it must have depends on `call`.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct Record<'a> {
    pub(super) seq: Field<u64>,
    pub(super) ms: Field<u64>,
    pub(super) thread: Field<u32>,
    #[serde(borrow)]
    pub(super) call: Field<Text<'a>>,
    pub(super) application: Field<Text<'a>>,
    pub(super) request: Field<Text<'a>>,
    pub(super) user: Field<Text<'a>>,
    pub(super) mechanism: Field<Text<'a>>,
    pub(super) reauthorization: Field<bool>,
    pub(super) operation: Field<Text<'a>>,
    pub(super) context: Field<Text<'a>>,
    pub(super) identity: Field<Text<'a>>,
    pub(super) administrator: Field<bool>,
    pub(super) quota: Field<RawQuota>,
    pub(super) error: Field<u32>,
    pub(super) flags: Field<u32>,
    pub(super) extended: Field<Text<'a>>,
    pub(super) payload: Field<Text<'a>>,
    pub(super) idle_ms: Field<u64>,
    pub(super) reason: Field<u32>,
    pub(super) how: Field<Text<'a>>,
    pub(super) side: Field<Text<'a>>,
    pub(super) dialect: Field<Text<'a>>,
}

impl<'a> Record<'a> {
    /// Reads a line.
    pub(super) fn read(line: &'a str) -> Result<Self, Fault> {
        if !line.trim_start().starts_with('{') {
            let column = 1 + line.chars().take_while(|c| c.is_whitespace()).count();
            return Err(Fault::new(column, "a record is a JSON object and begins with `{`"));
        }
        serde_json::from_str(line).map_err(|error| {
            // The words say "at line 1": the line of the file is known better elsewhere.
            let column = characters(line, error.column().saturating_sub(1));
            Fault::new(column, &in_plain_words(&error.to_string()))
        })
    }
}

/// The column of a place in a line, both counted in what they are made of: characters from 1, bytes from 0.
pub(super) fn characters(line: &str, bytes: usize) -> usize {
    1 + line.char_indices().take_while(|(at, _)| *at < bytes).count()
}

fn in_plain_words(error: &str) -> String {
    let words = error.split(" at line ").next().unwrap_or(error);
    words
        .replace("expected u32", "expected a number from 0 to 4294967295")
        .replace("expected u64", "expected a number from 0 on, without a fraction")
        .replace("EOF while parsing", "the line ends within")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_escapes_are_not_copied() {
        let line = r#"{"seq":1,"call":"startup","user":"CORP\\u","context":null,"strange":[{"x":1.5}]}"#;
        let record = Record::read(line).unwrap();
        assert!(matches!(&record.call, Field::Is(Text(Cow::Borrowed("startup")))));
        assert!(matches!(&record.user, Field::Is(Text(Cow::Owned(user))) if user == "CORP\\u"));
        assert_eq!((record.context, record.request), (Field::Null, Field::Missing));
    }

    #[test]
    fn a_fault_has_its_column() {
        let fault = |line: &str| {
            let fault = Record::read(line).unwrap_err();
            (fault.column, fault.what)
        };
        let (column, what) = fault(r#"{"seq":1,"ms":"ä""#);
        assert_eq!(
            (column, what.as_str()),
            (17, "invalid type: string \"ä\", expected a number from 0 on, without a fraction")
        );
        assert_eq!(fault("  [1]").0, 3);
        assert_eq!(fault(r#"{"seq":1 "ms":2}"#).0, 10);
        assert_eq!(fault(r#"{"seq":1,"seq":2}"#).1, "duplicate field `seq`");
        assert_eq!(fault(r#"{"seq":-1}"#).0, 9);
        assert_eq!(fault(r#"{"seq":1} {}"#).0, 11);
        assert!(fault(r#"{"seq":1,"#).1.starts_with("the line ends within"));
    }
}
