//! The policy: part of the environment, so it may say anything on the menu.

use std::borrow::Cow;

use wsman_authz_core::call::{Identity, RequestKind};
use wsman_authz_core::engine::{Abandoned, Answer, EngineConfig, Input, Payload, RequestId};
use wsman_authz_core::{PayloadId, code};

use super::User;
use super::ghost::{Asked, GOOD_URL, Ghost, Said};
use super::scenario::Choice;

/// What reaches the engine when the policy makes this choice. The ledger learns what the policy meant.
pub(super) fn answer(ghost: &mut Ghost, now: u64, request: RequestId, choice: Choice) -> Input<User, PayloadId> {
    let Some(asked) = ghost.asked.get(&request).cloned() else {
        return Input::Abandon { request, why: Abandoned::Dropped };
    };
    let (answer, said) = match choice {
        Choice::Fresh => {
            let payload = ghost.create_payload();
            yes(&asked, Payload::Fresh(payload), Some(payload), Identity::Client)
        }
        Choice::Token => {
            let (payload, token) = (ghost.create_payload(), ghost.create_token());
            yes(&asked, Payload::Fresh(payload), Some(payload), Identity::Token(token))
        }
        Choice::Shared => yes(&asked, Payload::Shared, asked.shown, Identity::Client),
        Choice::Bare => yes(&asked, Payload::None, None, Identity::Client),
        Choice::HostProcess => yes(&asked, Payload::None, None, Identity::Host),
        Choice::ZeroTimeslot => {
            let quota = wsman_authz_core::call::Quota { timeslot_s: 0, ..EngineConfig::SERVICE_QUOTA };
            (Answer::Quota(quota), Said::No)
        }
        Choice::Deny => (Answer::Deny { error: code::ERROR_ACCESS_DENIED, text: None }, Said::No),
        Choice::DenyWithZero => (Answer::Deny { error: code::ERROR_SUCCESS, text: None }, Said::No),
        Choice::Redirect => (Answer::Redirect { url: Cow::Borrowed(GOOD_URL) }, Said::No),
        Choice::BadRedirect => (Answer::Redirect { url: Cow::Borrowed("elsewhere") }, Said::No),
        Choice::Drop => return Input::Abandon { request, why: Abandoned::Dropped },
        Choice::Panic => return Input::Abandon { request, why: Abandoned::Panicked },
    };
    if let Some(asked) = ghost.asked.get_mut(&request).filter(|asked| !asked.completed) {
        let overdue = asked.deadline.is_some_and(|deadline| deadline <= now); // CL-70
        asked.said = if overdue { Said::No } else { said };
    }
    Input::Answer { request, answer }
}

fn yes(
    asked: &Asked,
    payload: Payload<PayloadId>,
    stands_on: Option<PayloadId>,
    identity: Identity,
) -> (Answer<PayloadId>, Said) {
    let again = payload == Payload::Shared && stands_on.is_some();
    let said = |payload, identity| Said::Yes { payload, again, identity };
    match asked.kind {
        RequestKind::User => {
            (Answer::AllowUser { payload, identity, administrator: false }, said(stands_on, Some(identity)))
        }
        RequestKind::Operation => (Answer::AllowOperation { payload }, said(stands_on, None)),
        RequestKind::Quota => (Answer::Quota(EngineConfig::SERVICE_QUOTA), said(None, None)),
    }
}
