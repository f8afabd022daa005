//! The users of the reference host: `CORP\user1` and so on, and a few whose names are odd.

use std::borrow::Cow;
use std::fmt;

/// A user, by number from 1. Small and copied freely: it is the key of the host's records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct User(pub(super) u32);

/// How all of them authenticated.
pub(super) const MECHANISM: &str = "Negotiate";

/// Length of the longest odd name in UTF-16 units: far beyond what an account name can be.
const LONG: usize = 1 << 20;

impl User {
    /// The host passes NULL for the name.
    const NAMELESS: Self = Self(u32::MAX);
    /// A name of a mebi of units.
    const ENDLESS: Self = Self(u32::MAX - 1);
    /// A name with half a surrogate pair in it.
    const ILL_FORMED: Self = Self(u32::MAX - 2);
    /// Users whose names are odd. They appear only when asked for.
    pub(super) const ODD: [Self; 3] = [Self::NAMELESS, Self::ENDLESS, Self::ILL_FORMED];

    /// The name as a trace has it.
    pub(super) fn name(self) -> Cow<'static, str> {
        match self {
            Self::NAMELESS => "".into(),
            Self::ENDLESS => "CORP\\endless".into(),
            Self::ILL_FORMED => "CORP\\ill-\u{fffd}-formed".into(),
            Self(number) => format!("CORP\\user{number}").into(),
        }
    }

    /// The name as the plug-in gets it, without the NUL; `None` is a NULL pointer.
    pub(super) fn units(self) -> Option<Vec<u16>> {
        match self {
            Self::NAMELESS => None,
            Self::ENDLESS => {
                let mut name: Vec<u16> = "CORP\\".encode_utf16().collect();
                name.resize(LONG, u16::from(b'x'));
                Some(name)
            }
            Self::ILL_FORMED => {
                let name = "CORP\\ill-\u{fffd}-formed".encode_utf16();
                Some(name.map(|unit| if unit == 0xFFFD { 0xD800 } else { unit }).collect())
            }
            Self(_) => Some(self.name().encode_utf16().collect()),
        }
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NAMELESS => f.write_str("a user without a name"),
            user => f.pad(&user.name()),
        }
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
