//! One line of a trace as it stands there: texts and numbers, checked for form only.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
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

macro_rules! record {
    ($($field:ident: $Type:ty,)*) => {
        /// Every field that any record has. Which it must have depends on `call`.
        #[derive(Debug, Default, PartialEq, Eq)]
        pub(super) struct Record<'a> {
            $(pub(super) $field: Field<$Type>,)*
        }

        #[derive(Deserialize)]
        #[serde(field_identifier)]
        #[allow(non_camel_case_types, reason = "the names as they are")]
        enum Name {
            $($field,)*
            #[serde(other)]
            another,
        }

        impl<'a> Visitor<'a> for Place<'_, 'a> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record")
            }

            fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
                while let Some(name) = map.next_key()? {
                    match name {
                        $(Name::$field => {
                            if self.0.$field != Field::Missing {
                                return Err(A::Error::duplicate_field(stringify!($field)));
                            }
                            self.0.$field = map.next_value()?;
                        })*
                        Name::another => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(())
            }
        }
    };
}

record! {
    seq: u64,
    ms: u64,
    thread: u32,
    call: Text<'a>,
    application: Text<'a>,
    request: Text<'a>,
    user: Text<'a>,
    mechanism: Text<'a>,
    reauthorization: bool,
    operation: Text<'a>,
    context: Text<'a>,
    identity: Text<'a>,
    administrator: bool,
    quota: RawQuota,
    error: u32,
    flags: u32,
    extended: Text<'a>,
    payload: Text<'a>,
    idle_ms: u64,
    reason: u32,
    how: Text<'a>,
    side: Text<'a>,
    dialect: Text<'a>,
}

/// Where a record is written as it is read: some hundred bytes, which a record by value would move seven times.
struct Place<'r, 'a>(&'r mut Record<'a>);

impl<'a> Record<'a> {
    /// Reads a line into this record, which is empty.
    pub(super) fn read(&mut self, line: &'a str) -> Result<(), Fault> {
        if !line.trim_start().starts_with('{') {
            let column = 1 + line.chars().take_while(|c| c.is_whitespace()).count();
            return Err(Fault::new(column, "a record is a JSON object and begins with `{`"));
        }
        let mut reader = serde_json::Deserializer::from_str(line);
        let read = reader.deserialize_map(Place(self)).and_then(|()| reader.end());
        read.map_err(|error| {
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
        let mut record = Record::default();
        record.read(line).unwrap();
        assert!(matches!(&record.call, Field::Is(Text(Cow::Borrowed("startup")))));
        assert!(matches!(&record.user, Field::Is(Text(Cow::Owned(user))) if user == "CORP\\u"));
        assert_eq!((record.context, record.request), (Field::Null, Field::Missing));
    }

    #[test]
    fn a_fault_has_its_column() {
        let fault = |line: &str| {
            let fault = Record::default().read(line).unwrap_err();
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
