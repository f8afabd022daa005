//! The story of an engine: what the host calls, what the policy says, what the engine does.

use wsman_authz_core::call::{Call, Completion, RequestKind};
use wsman_authz_core::engine::{Answer, Effect, Input, Misuse, Payload};
use wsman_authz_core::{PayloadId, Timestamp, code};

use super::super::story::{RELEASES, USUAL};
use super::{Does, Happens, History, Value};

/// What Startup returns for an application that runs already: `ERROR_ALREADY_EXISTS` (CL-55).
const ALREADY_EXISTS: u32 = 183;

impl History<'_> {
    /// Tells what happens to the engine.
    pub(super) fn tell_input(&mut self, now: Timestamp, input: &Happens) {
        let asked = match input {
            Input::Completed { request, .. } => self.reference.question(*request),
            _ => None,
        };
        let Some(story) = &mut self.story else { return };
        story.time(now);
        match *input {
            Input::Startup { application } => story.cross(USUAL, Call::Startup { application, flags: 0, idle: None }),
            Input::Shutdown { application } => story.cross(USUAL, Call::Shutdown { application, reason: 3 }),
            Input::AuthorizeUser { application, sender, user } => {
                story.cross(USUAL, Call::AuthorizeUser { application, sender, user, reauthorization: None });
            }
            Input::AuthorizeOperation { application, sender, user } => {
                story.cross(USUAL, Call::AuthorizeOperation { application, sender, user, operation: None });
            }
            Input::QueryQuota { application, sender, user } => {
                story.cross(USUAL, Call::QueryQuota { application, sender, user });
            }
            Input::Answer { request, ref answer } => {
                if let Some(payload) = fresh(answer) {
                    story.cross(USUAL, Call::PayloadCreated { payload });
                }
                story.say(format!("the policy answers request {}: {answer:?}", request.0));
            }
            Input::Abandon { request, why } => story.say(format!("the policy gives request {} up: {why:?}", request.0)),
            Input::Completed { request, error } => match asked {
                Some((kind, sender)) => {
                    story.cross(USUAL, Call::CompleteReturn { kind, sender: Some(sender), error });
                }
                None => story.say(format!("a completion of request {} returns that was not made", request.0)),
            },
            Input::Release { context } => story.cross(RELEASES, Call::Release { context }),
            Input::Tick => story.say(format!("it is {} ms", now.0)),
        }
    }

    /// Tells what the engine does about it, and who holds what then.
    pub(super) fn tell_effects(&mut self, input: &Happens, effects: Result<&[Does], Misuse>) {
        let Some(story) = &mut self.story else { return };
        if let Err(misuse) = effects {
            story.say(format!("the engine: {misuse}"));
        }
        for effect in effects.unwrap_or_default() {
            match effect {
                Effect::Ask { request, kind, payload } => {
                    let shown = payload.map_or_else(String::new, |payload| format!(", and shown p{payload}"));
                    story.say(format!("the policy is asked request {} ({kind:?}){shown}", request.0));
                }
                Effect::Complete { completion, .. } => {
                    let behind = completion.context.and_then(|context| self.engine.payload_of(context));
                    let payload = behind.map(|payload| PayloadId(u64::from(*payload)));
                    story.cross(USUAL, Call::Complete(Completion { payload, ..completion.clone() }));
                }
                Effect::Drop(payload) => {
                    story.cross(USUAL, Call::PayloadDropped { payload: PayloadId(u64::from(*payload)) });
                }
                Effect::CloseToken(token) => story.say(format!("the engine closes token {}", token.0)),
                Effect::Drained { application, leases, replies } => {
                    story.say(format!("left behind: contexts {leases}, replies {replies}"));
                    story.cross(USUAL, Call::ShutdownReturn { application: *application, error: 0 });
                }
                Effect::Report(misuse) => story.say(format!("the engine: {misuse}")),
            }
        }
        match *input {
            Input::Startup { application } => {
                let error = if effects.is_ok() { code::ERROR_SUCCESS } else { ALREADY_EXISTS };
                story.cross(USUAL, Call::StartupReturn { application, error });
            }
            Input::Shutdown { application } if effects.is_err() => {
                story.cross(USUAL, Call::ShutdownReturn { application, error: code::ERROR_INVALID_PARAMETER });
            }
            Input::AuthorizeUser { sender, .. } => {
                story.cross(USUAL, Call::EntryReturn { kind: RequestKind::User, sender });
            }
            Input::AuthorizeOperation { sender, .. } => {
                story.cross(USUAL, Call::EntryReturn { kind: RequestKind::Operation, sender });
            }
            Input::QueryQuota { sender, .. } => {
                story.cross(USUAL, Call::EntryReturn { kind: RequestKind::Quota, sender });
            }
            Input::Release { context } => story.cross(RELEASES, Call::ReleaseReturn { context }),
            _ => {}
        }
        let lease = |lease: wsman_authz_core::engine::LeaseView<'_, super::User, Value>| {
            let whose = lease.user.map_or_else(|| "operation".to_owned(), |user| format!("user {user}"));
            let payload = lease.payload.map_or_else(|| "nothing".to_owned(), |payload| format!("p{payload}"));
            format!("{} {whose} of {} → {payload}", lease.context, lease.application)
        };
        story.holds(self.engine.leases().map(lease).collect::<Vec<_>>().join("; "));
    }
}

/// The payload that an answer brings along.
fn fresh(answer: &Answer<Value>) -> Option<PayloadId> {
    match answer {
        Answer::AllowUser { payload: Payload::Fresh(payload), .. }
        | Answer::AllowOperation { payload: Payload::Fresh(payload) } => Some(PayloadId(u64::from(*payload))),
        _ => None,
    }
}
