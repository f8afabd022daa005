//! The story of a host: what its clients and the plug-in do, what the host calls.

use wsman_authz_core::Timestamp;
use wsman_authz_core::call::{Call, RequestKind};
use wsman_authz_core::host::{Effect, Input, Misuse, OperationPhase, Outcome, Place};

use super::super::story::{RELEASES, Story, USUAL};
use super::{History, User};

impl History<'_> {
    /// Tells what happens to the host. What is due by then crosses before a completion does.
    pub(super) fn tell_input(&mut self, now: Timestamp, input: &Input<User>) {
        let Some(story) = &mut self.story else { return };
        story.time(now);
        match input {
            Input::Started { application, error } => {
                story.cross(USUAL, Call::StartupReturn { application: *application, error: *error });
            }
            Input::Stopped { application } => {
                story.cross(USUAL, Call::ShutdownReturn { application: *application, error: 0 });
            }
            Input::Complete { completion, refuse } => {
                let due = self.host.clone().step(now, Input::Tick).map(|outcome| outcome.effects).unwrap_or_default();
                self.due = due.len();
                due.iter().for_each(|effect| tell(story, effect));
                if *refuse {
                    story.say("the host would refuse the next completion, if its dialect lets it");
                }
                story.cross(USUAL, Call::Complete(completion.clone()));
            }
            Input::Start { .. } | Input::Stop { .. } => {}
            Input::Request { operation, user, shape, .. } => {
                story.say(format!("a client asks for {operation} of {user}, {shape:?}"));
            }
            Input::Reauthorize { user, .. } => story.say(format!("the credentials of {user} have changed")),
            Input::Respond { operation } => story.say(format!("the response of {operation} was sent")),
            Input::End { operation, how } => story.say(format!("{operation} is to end: {how:?}")),
            Input::Tick => story.say(format!("it is {} ms", now.0)),
        }
    }

    /// Tells what the host does about it, and who holds what then.
    pub(super) fn tell_effects(&mut self, input: &Input<User>, said: &Result<Outcome<User>, Misuse>) {
        let Some(story) = &mut self.story else { return };
        match (said, input) {
            (Err(misuse), _) => story.say(format!("the host: {misuse}")),
            (Ok(outcome), Input::Complete { completion, .. }) => {
                let effects = &outcome.effects[self.due.min(outcome.effects.len())..];
                let inside = |effect: &Effect<User>| {
                    matches!(effect, Effect::Cross { place: Place::Inside | Place::Concurrent, .. })
                };
                let (before, after) = effects.split_at(effects.iter().rposition(inside).map_or(0, |last| last + 1));
                before.iter().for_each(|effect| tell(story, effect));
                let (kind, sender, error) = (completion.kind, completion.sender, outcome.error);
                story.cross(USUAL, Call::CompleteReturn { kind, sender, error });
                after.iter().for_each(|effect| tell(story, effect));
            }
            (Ok(outcome), _) => outcome.effects.iter().for_each(|effect| tell(story, effect)),
        }
        let records = self.host.records().map(|view| {
            let lease = view.record.lease.map_or_else(|| "NULL".to_owned(), |lease| lease.to_string());
            format!("{lease} of {}", view.user)
        });
        let open = self.host.operations().filter_map(|(number, operation)| match operation.phase {
            OperationPhase::Open { lease: Some(lease), .. } => Some(format!("{lease} of {number}")),
            _ => None,
        });
        story.holds(records.chain(open).collect::<Vec<_>>().join("; "));
    }
}

/// One effect. Calls that bring about nothing here return at once.
fn tell(story: &mut Story, effect: &Effect<User>) {
    let Effect::Cross { call, .. } = effect else { return story.say(format!("{effect:?}")) };
    let (thread, back) = match *call {
        Call::Release { context } => (RELEASES, Some(Call::ReleaseReturn { context })),
        Call::AuthorizeUser { sender, .. } => (USUAL, Some(Call::EntryReturn { kind: RequestKind::User, sender })),
        Call::AuthorizeOperation { sender, .. } => {
            (USUAL, Some(Call::EntryReturn { kind: RequestKind::Operation, sender }))
        }
        Call::QueryQuota { sender, .. } => (USUAL, Some(Call::EntryReturn { kind: RequestKind::Quota, sender })),
        _ => (USUAL, None),
    };
    story.cross(thread, call.clone());
    if let Some(back) = back {
        story.cross(thread, back);
    }
}
