//! The names in a trace as numbers for the judge, and back.
//!
//! A trace names requests, contexts and so on by texts; the judge knows numbers. Most texts are numbers already, as
//! those of our own writers are (`r17`, `0x100000001`); every other text gets a number from a table. The tables hold
//! what the judge still remembers and little more: when one has doubled, the judge is asked what it needs, and the
//! numbers of the rest are free for other texts.

use std::borrow::Cow;
use std::fmt;
use std::hash::BuildHasher as _;

use hashbrown::HashTable;
use wsman_authz_core::contract::Name;
use wsman_authz_core::{ApplicationId, Context, OperationId, PayloadId, Sender};

/// A table is not swept before it has so many entries more than after the last time.
const ROOM: usize = 1 << 14;

/// Numbers from a table have this bit, those that are the text itself do not.
const FROM_TABLE: u64 = 1 << 63;

/// A user, by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct User(pub(super) u32);

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "u{}", self.0)
    }
}

/// Two texts as one; most have no second part.
#[derive(Clone, Debug, Default)]
struct Entry {
    text: Box<str>,
    /// Where the second part begins.
    split: usize,
    hash: u64,
    needed: bool,
}

impl Entry {
    fn parts(&self) -> (&str, &str) {
        self.text.split_at(self.split)
    }
}

/// Texts and their numbers.
#[derive(Clone, Debug, Default)]
struct Table {
    places: HashTable<u32>,
    entries: Vec<Entry>,
    free: Vec<u32>,
    /// Entries that stayed after the last sweep.
    stayed: usize,
}

impl Table {
    fn number(&mut self, first: &str, second: &str, hasher: &foldhash::fast::RandomState) -> u32 {
        let hash = hasher.hash_one((first, second));
        let entries = &self.entries;
        if let Some(place) = self.places.find(hash, |place| entries[*place as usize].parts() == (first, second)) {
            return *place;
        }
        let text = [first, second].concat().into_boxed_str();
        let entry = Entry { text, split: first.len(), hash, needed: false };
        let place = if let Some(place) = self.free.pop() {
            self.entries[place as usize] = entry;
            place
        } else {
            self.entries.push(entry);
            u32::try_from(self.entries.len() - 1).expect("fewer than 4 thousand million names are needed at a time")
        };
        let entries = &self.entries;
        self.places.insert_unique(hash, place, |place| entries[*place as usize].hash);
        place
    }

    fn is_full(&self, room: usize) -> bool {
        self.places.len() > 2 * self.stayed + room
    }

    fn need(&mut self, place: u32) {
        if let Some(entry) = self.entries.get_mut(place as usize) {
            entry.needed = true;
        }
    }

    fn sweep(&mut self) {
        let (entries, free) = (&mut self.entries, &mut self.free);
        self.places.retain(|place| {
            let entry = &mut entries[*place as usize];
            if !std::mem::take(&mut entry.needed) {
                *entry = Entry::default();
                free.push(*place);
                return false;
            }
            true
        });
        self.stayed = self.places.len();
    }

    fn parts(&self, place: u64) -> Option<(&str, &str)> {
        Some(self.entries.get(usize::try_from(place).ok()?)?.parts())
    }
}

/// A text of a trace for a terminal: what would move its cursor is told, not done.
pub(super) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

/// The names of a trace.
#[derive(Clone, Debug)]
pub(super) struct Names {
    hasher: foldhash::fast::RandomState,
    room: usize,
    applications: Table,
    users: Table,
    /// Every other text.
    others: Table,
}

impl Default for Names {
    fn default() -> Self {
        Self::with_room(ROOM)
    }
}

/// The number that a text such as `r17` is; `None` if another text would read the same, or none would.
fn plain(text: &str, prefix: &str, radix: u32) -> Option<u64> {
    let digits = text.strip_prefix(prefix)?;
    let (first, rest) = digits.as_bytes().split_first()?;
    let is_digit = |byte: &u8| byte.is_ascii_digit() || (radix == 16 && (b'a'..=b'f').contains(byte));
    let canonical = *first != b'0' && is_digit(first) && rest.iter().all(is_digit) && digits.len() <= 18;
    let number = if canonical { u64::from_str_radix(digits, radix).ok()? } else { return None };
    (number & FROM_TABLE == 0).then_some(number)
}

impl Names {
    /// Tables that are swept when they have doubled and have `room` entries more.
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            hasher: foldhash::fast::RandomState::default(),
            room,
            applications: Table::default(),
            users: Table::default(),
            others: Table::default(),
        }
    }

    pub(super) fn application(&mut self, name: &str) -> ApplicationId {
        ApplicationId(self.applications.number(name, "", &self.hasher))
    }

    pub(super) fn user(&mut self, name: &str, mechanism: &str) -> User {
        User(self.users.number(name, mechanism, &self.hasher))
    }

    pub(super) fn request(&mut self, text: &str) -> Option<Sender> {
        Sender::new(self.other(text, "r", 10))
    }

    pub(super) fn context(&mut self, text: &str) -> Option<Context> {
        Context::new(self.other(text, "0x", 16))
    }

    pub(super) fn operation(&mut self, text: &str) -> OperationId {
        OperationId(self.other(text, "o", 10))
    }

    pub(super) fn payload(&mut self, text: &str) -> PayloadId {
        PayloadId(self.other(text, "p", 10))
    }

    fn other(&mut self, text: &str, prefix: &str, radix: u32) -> u64 {
        plain(text, prefix, radix).unwrap_or_else(|| FROM_TABLE | u64::from(self.others.number(text, "", &self.hasher)))
    }

    /// Whether it is time to [sweep](Self::sweep).
    pub(super) fn are_many(&self) -> bool {
        [&self.applications, &self.users, &self.others].iter().any(|table| table.is_full(self.room))
    }

    /// How many names are known.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        [&self.applications, &self.users, &self.others].iter().map(|table| table.entries.len()).sum()
    }

    /// Forgets every name that is not among those that `each` tells.
    pub(super) fn sweep(&mut self, each: impl FnOnce(&mut dyn FnMut(Name<'_, User>))) {
        let (applications, users, others) = (&mut self.applications, &mut self.users, &mut self.others);
        each(&mut |name| {
            let number = match name {
                Name::Application(application) => return applications.need(application.0),
                Name::User(user) => return users.need(user.0),
                Name::Request(sender) => sender.0.get(),
                Name::Context(context) => context.value(),
                Name::Operation(operation) => operation.0,
                Name::Payload(payload) => payload.0,
            };
            if number & FROM_TABLE != 0 {
                others.need((number & !FROM_TABLE) as u32);
            }
        });
        for table in [applications, users, others] {
            table.sweep();
        }
    }

    /// The text of a context.
    pub(super) fn context_text(&self, context: Context) -> String {
        self.in_words(&context.to_string())
    }

    /// A sentence of the judge with the names of the trace in place of numbers. What stands between backticks is a
    /// text of the trace and stays.
    pub(super) fn in_words(&self, sentence: &str) -> String {
        let mut parts = sentence.splitn(2, '`');
        let mut words = self.tokens(parts.next().unwrap_or_default());
        if let Some(rest) = parts.next() {
            words.push('`');
            let (quoted, rest) = rest.rsplit_once('`').unwrap_or((rest, ""));
            words.push_str(quoted);
            words.push('`');
            words.push_str(&self.tokens(rest));
        }
        printable(&words)
    }

    fn tokens(&self, text: &str) -> String {
        let mut words = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = |word: bool| rest.find(|c: char| c.is_ascii_alphanumeric() != word).unwrap_or(rest.len());
            let (token, after) = rest.split_at(match end(true) {
                0 => end(false),
                length => length,
            });
            words.push_str(&self.token(token).unwrap_or_else(|| token.into()));
            rest = after;
        }
        words
    }

    /// The name of the trace that a word such as `u3` stands for.
    fn token(&self, word: &str) -> Option<Cow<'_, str>> {
        if let Some(digits) = word.strip_prefix('u') {
            let (name, mechanism) = self.users.parts(digits.parse().ok()?)?;
            let name = if name.is_empty() { "a user without a name" } else { name };
            return Some(format!("{name} ({mechanism})").into());
        }
        if let Some(digits) = word.strip_prefix('a') {
            return Some(self.applications.parts(digits.parse().ok()?)?.0.into());
        }
        let number: u64 = match word.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok()?,
            None => word.strip_prefix(['r', 'o', 'p'])?.parse().ok()?,
        };
        let place = if number & FROM_TABLE == 0 { return None } else { number & !FROM_TABLE };
        Some(self.others.parts(place)?.0.into())
    }
}
