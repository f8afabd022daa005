//! How the owner of a host can misuse it. A misuse changes nothing, not even the time.

use core::fmt;

use super::Host;
use super::input::Input;
use super::operation::OperationPhase;
use super::record::Phase;
use crate::id::{ApplicationId, OperationId};

/// What the caller got wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Misuse {
    /// Start of an application that was started and has not stopped.
    StartedTwice(ApplicationId),
    /// Startup returned for an application whose Startup is not under way.
    NotStarting(ApplicationId),
    /// Stop or re-authorization in an application that does not run.
    NotRunning(ApplicationId),
    /// Shutdown returned for an application whose Shutdown is not under way.
    NotStopping(ApplicationId),
    /// Re-authorization of a user without a record, or of one who is being asked about.
    NothingToReauthorize(ApplicationId),
    /// A request under the number of an operation that the host remembers.
    NumberTaken(OperationId),
    /// The end of an operation that never began or has ended.
    UnknownOperation(OperationId),
    /// A response of an operation that is not open, or a second one.
    NoResponseDue(OperationId),
}

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartedTwice(a) => write!(f, "application {a} was started already"),
            Self::NotStarting(a) => write!(f, "application {a} is not being started"),
            Self::NotRunning(a) => write!(f, "application {a} does not run"),
            Self::NotStopping(a) => write!(f, "application {a} is not being stopped"),
            Self::NothingToReauthorize(a) => {
                write!(f, "the user has no record in application {a}, or is being asked about")
            }
            Self::NumberTaken(o) => write!(f, "the number of operation {o} is taken"),
            Self::UnknownOperation(o) => write!(f, "there is no operation {o}, or it has ended"),
            Self::NoResponseDue(o) => write!(f, "operation {o} is not open, or has responded"),
        }
    }
}

impl core::error::Error for Misuse {}

impl<K: Ord + Clone> Host<K> {
    /// Judges an input by the state before the step: what the clock takes away in the same step is nobody's mistake.
    pub(super) fn check(&self, input: &Input<K>) -> Result<(), Misuse> {
        match *input {
            Input::Start { application } => {
                demand(self.phase(application).is_none(), Misuse::StartedTwice(application))
            }
            Input::Started { application, .. } => {
                demand(self.phase(application) == Some(Phase::Starting), Misuse::NotStarting(application))
            }
            Input::Stop { application, .. } => {
                demand(self.phase(application) == Some(Phase::Running), Misuse::NotRunning(application))
            }
            Input::Stopped { application } => {
                demand(self.phase(application) == Some(Phase::Stopping), Misuse::NotStopping(application))
            }
            Input::Reauthorize { application, ref user } => {
                demand(self.phase(application) == Some(Phase::Running), Misuse::NotRunning(application))?;
                demand(self.can_reauthorize(application, user), Misuse::NothingToReauthorize(application))
            }
            Input::Request { operation, .. } => {
                demand(!self.operations.contains_key(&operation), Misuse::NumberTaken(operation))
            }
            Input::Respond { operation } => {
                let phase = self.operations.get(&operation).map(|known| known.phase);
                let is_due = matches!(phase, Some(OperationPhase::Open { responded: false, .. }));
                demand(is_due, Misuse::NoResponseDue(operation))
            }
            Input::End { operation, .. } => {
                let phase = self.operations.get(&operation).map(|known| known.phase);
                let has_ended = matches!(phase, None | Some(OperationPhase::GivenUp(_)));
                demand(!has_ended, Misuse::UnknownOperation(operation))
            }
            Input::Complete { .. } | Input::Tick => Ok(()),
        }
    }
}

const fn demand(holds: bool, otherwise: Misuse) -> Result<(), Misuse> {
    if holds { Ok(()) } else { Err(otherwise) }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn each_misuse_says_what_it_is_about() {
        let (application, operation) = (ApplicationId(7), OperationId(8));
        for (misuse, words) in [
            (Misuse::StartedTwice(application), "a7 was started already"),
            (Misuse::NotStarting(application), "a7 is not being started"),
            (Misuse::NotRunning(application), "a7 does not run"),
            (Misuse::NotStopping(application), "a7 is not being stopped"),
            (Misuse::NothingToReauthorize(application), "no record in application a7"),
            (Misuse::NumberTaken(operation), "o8 is taken"),
            (Misuse::UnknownOperation(operation), "no operation o8"),
            (Misuse::NoResponseDue(operation), "o8 is not open"),
        ] {
            let text = format!("{misuse}");
            assert!(text.contains(words), "{text}");
        }
    }
}
