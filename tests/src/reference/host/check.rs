//! What the owner of a host may not ask for.

use wsman_authz_core::host::{Input, Misuse, Phase};

use super::{Machine, Person, Stage, User};

impl Machine {
    /// Judged by the state before the step: what the clock takes away in the same step is nobody's mistake.
    pub(super) fn check(&self, input: &Input<User>) -> Result<(), Misuse> {
        let stage = |number| self.operation(number).map(|operation| operation.stage);
        let wrong = match *input {
            Input::Start { application } if self.phase(application).is_some() => Misuse::StartedTwice(application),
            Input::Started { application, .. } if self.phase(application) != Some(Phase::Starting) => {
                Misuse::NotStarting(application)
            }
            Input::Stop { application, .. } | Input::Reauthorize { application, .. }
                if self.phase(application) != Some(Phase::Running) =>
            {
                Misuse::NotRunning(application)
            }
            Input::Stopped { application } if self.phase(application) != Some(Phase::Stopping) => {
                Misuse::NotStopping(application)
            }
            Input::Reauthorize { application, user } if !self.may_ask_again((application, user)) => {
                Misuse::NothingToReauthorize(application)
            }
            Input::Request { operation, .. } if stage(operation).is_some() => Misuse::NumberTaken(operation),
            Input::Respond { operation } if !matches!(stage(operation), Some(Stage::Open { responded: false, .. })) => {
                Misuse::NoResponseDue(operation)
            }
            Input::End { operation, .. } if matches!(stage(operation), None | Some(Stage::GivenUp(_))) => {
                Misuse::UnknownOperation(operation)
            }
            _ => return Ok(()),
        };
        Err(wrong)
    }

    /// The user has a record, and the plug-in is not being asked about the user (CL-30).
    pub(super) fn may_ask_again(&self, of: Person) -> bool {
        self.record(of).is_some() && !self.is_asked_about(of)
    }
}
