//! What is done at the boundary, what is said, and what is seen.

use wsman_authz::testing::Client;
use wsman_authz::testing::wire::{RequestKind, Said};

use crate::reference::engine::Value;

/// The number of a letter, which is one `senderDetails`.
pub(super) type Letter = usize;

/// What the policy says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Nothing yet: it puts the request aside.
    Hold,
    Drop,
    Panic,
    Deny,
    DenyWith(u32),
    /// To one of `REDIRECTS`; for an operation and a quota, no.
    Redirect(usize),
    Allow {
        payload: Behind,
        who: Who,
        administrator: bool,
    },
}

/// What stands behind a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    Nothing,
    Fresh(Value),
    Kept,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Client,
    Host,
    Token(u64),
}

impl Who {
    /// The time slot of a quota; 0 must not go out (CL-80).
    pub(super) const fn seconds(self) -> u32 {
        match self {
            Self::Client => 0,
            Self::Host => 1,
            Self::Token(_) => 60,
        }
    }
}

/// What the host does inside a completion function that hears a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    /// It releases the context that it hears of.
    Release,
    /// It asks for an operation of the same user.
    Ask(Letter),
}

/// What becomes of a letter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plan {
    pub(super) application: usize,
    pub(super) user: u8,
    /// What the policy says when it is asked.
    pub(super) word: Word,
    /// What the completion function returns.
    pub(super) refuse: u32,
    pub(super) inside: Option<Inside>,
}

/// What is seen at the boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Asked { letter: Option<Letter>, kind: RequestKind, shown: Option<Value> },
    Said { letter: Letter, said: Said },
    Inside(Letter, Inside),
    Returned { letter: Letter, kind: RequestKind, error: u32 },
    Dropped(Value),
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Startup(usize),
    Shutdown(usize),
    Ask(RequestKind, usize, Option<Letter>),
    Answer(usize, Word),
    Release(usize),
    Wait(u64),
}

/// Whether the host has a token of the user.
pub(super) const fn has_token(user: u8) -> bool {
    user != 1
}

/// Two users have one name and differ by mechanism (CL-71); one comes without a token (CL-72).
pub(super) fn client(user: u8) -> Client {
    match user {
        0 => Client::new("CORP\\ann"),
        1 => Client::new("CORP\\bob").without_token(),
        _ => Client::new("CORP\\ann").mechanism("Basic"),
    }
}
