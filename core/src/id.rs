//! Names of things that cross the boundary.
//!
//! Each is a number with one meaning, so that a context can never be passed where a request is meant. The numbers
//! themselves are opaque: compared for equality, never dereferenced.

use core::fmt;
use core::num::NonZeroU64;

/// One hosted application: one successful `WSManPluginStartup`. Several may live in one process at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationId(pub u32);

/// The value of the `senderDetails` pointer: the only correlation between an entry point and its completion
/// (CL-51). NULL is `None` wherever it is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sender(pub NonZeroU64);

/// The value of a context pointer as the host sees it. NULL is `None`: it is never a lease (CL-15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Context(pub NonZeroU64);

/// One operation of one client, numbered by the host. It never crosses the boundary; the trace carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub u64);

/// A thread of the process, as far as a judge must tell threads apart (CL-52).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(pub u32);

/// A payload as a trace names it: links the leases that stand on one value of the plug-in's author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PayloadId(pub u64);

/// The value of a token handle that the plug-in owns until the host accepted it (CL-74).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

impl Sender {
    /// The sender of a pointer value; `None` for NULL.
    #[must_use]
    pub const fn new(value: u64) -> Option<Self> {
        match NonZeroU64::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }
}

impl Context {
    /// The context of a pointer value; `None` for NULL.
    ///
    /// ```
    /// use wsman_authz_core::Context;
    /// assert_eq!(Context::new(0), None);
    /// assert_eq!(Context::new(22).map(Context::value), Some(22));
    /// ```
    #[must_use]
    pub const fn new(value: u64) -> Option<Self> {
        match NonZeroU64::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The pointer value.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0.get()
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "o{}", self.0)
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a{}", self.0)
    }
}

impl fmt::Display for PayloadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn each_kind_of_name_has_a_letter_of_its_own() {
        let (sender, context) = (Sender::new(1).expect("not NULL"), Context::new(0x16).expect("not NULL"));
        let names = format!("{sender} {context} {} {} {}", OperationId(2), ApplicationId(3), PayloadId(4));
        assert_eq!(names, "r1 0x16 o2 a3 p4");
    }
}
