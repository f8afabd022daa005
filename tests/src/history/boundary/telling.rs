//! The story of the boundary, call by call.

use wsman_authz::testing::wire::{RequestKind, Said};
use wsman_authz_core::call::{Call, Completion, Identity};
use wsman_authz_core::{ApplicationId, Context, PayloadId, Sender, Token, code};

use super::super::story::{RELEASES, Story, USUAL};
use super::words::{Act, Event, Inside, Letter, Plan};
use super::{ALREADY_EXISTS, CLIENT_TOKEN, History};
use crate::reference::engine::User;

fn sender(letter: Letter) -> Sender {
    Sender::new(letter as u64 + 1).unwrap_or(Sender(std::num::NonZeroU64::MIN))
}

impl History<'_> {
    pub(super) fn tell_act(&mut self, act: Act) {
        let Some(story) = &mut self.story else { return };
        match act {
            Act::Startup(place) => {
                story.say(format!("an application named {} is to start", ["wsman/a", "wsman/b"][place]));
            }
            Act::Shutdown(application) => {
                story.cross(USUAL, Call::Shutdown { application: ApplicationId(application as u32), reason: 3 });
            }
            Act::Ask(kind, application, Some(letter)) => {
                story.cross(USUAL, entry(kind, application, letter, self.expect.plans[letter].user));
            }
            Act::Ask(_, _, None) => story.say("a question with NULL for its senderDetails"),
            Act::Answer(place, word) => {
                story.say(format!("the policy answers what it put aside, number {place}: {word:?}"));
            }
            Act::Release(context) => story.cross(RELEASES, Call::Release { context: Context::new(context as u64) }),
            Act::Wait(span) => story.say(format!("{span} ms pass")),
        }
    }

    pub(super) fn tell_started(&mut self, place: usize, started: Result<usize, u32>) {
        let Some(story) = &mut self.story else { return };
        let application = started.ok().or(self.running[place]).unwrap_or_default();
        let application = ApplicationId(application as u32);
        story.cross(USUAL, Call::Startup { application, flags: 0, idle: None });
        let error = if started.is_ok() { code::ERROR_SUCCESS } else { ALREADY_EXISTS };
        story.cross(USUAL, Call::StartupReturn { application, error });
    }

    pub(super) fn tell_events(&mut self, act: Act, events: &[Event], returned: u32) {
        let plans = &self.expect.plans;
        let Some(story) = &mut self.story else { return };
        events.iter().for_each(|event| tell(story, event, plans));
        match act {
            Act::Shutdown(application) => {
                let application = ApplicationId(application as u32);
                story.cross(USUAL, Call::ShutdownReturn { application, error: returned });
            }
            Act::Ask(kind, _, Some(letter)) => story.cross(USUAL, Call::EntryReturn { kind, sender: sender(letter) }),
            Act::Release(context) => {
                story.cross(RELEASES, Call::ReleaseReturn { context: Context::new(context as u64) });
            }
            Act::Startup(_) | Act::Ask(..) | Act::Answer(..) | Act::Wait(_) => {}
        }
        story.holds(format!(
            "contexts {}, values {}, requests {}",
            self.wire.balance().0,
            self.wire.balance().1,
            self.wire.balance().2
        ));
    }
}

fn entry(kind: RequestKind, application: usize, letter: Letter, user: u8) -> Call<User> {
    let (application, sender, user) = (ApplicationId(application as u32), sender(letter), User(user));
    match kind {
        RequestKind::User => Call::AuthorizeUser { application, sender, user, reauthorization: None },
        RequestKind::Operation => Call::AuthorizeOperation { application, sender, user, operation: None },
        RequestKind::Quota => Call::QueryQuota { application, sender, user },
    }
}

fn tell(story: &mut Story, event: &Event, plans: &[Plan]) {
    match event {
        Event::Asked { letter, kind, shown } => {
            let letter = letter.map_or_else(|| "nobody knows what".to_owned(), |letter| sender(letter).to_string());
            let shown = shown.map_or_else(String::new, |value| format!(", and shown p{value}"));
            story.say(format!("the policy is asked {letter} ({kind:?}){shown}"));
        }
        Event::Said { letter, said } => story.cross(USUAL, Call::Complete(completion(*letter, said))),
        Event::Inside(letter, Inside::Release) => {
            story.say(format!("inside, the host releases what {} got", sender(*letter)));
        }
        Event::Inside(letter, Inside::Ask(next)) => {
            let plan = plans[*letter];
            story.cross(USUAL, entry(RequestKind::Operation, plan.application, *next, plan.user));
        }
        Event::Returned { letter, kind, error } => {
            let (kind, sender, error) = (*kind, Some(sender(*letter)), *error);
            story.cross(USUAL, Call::CompleteReturn { kind, sender, error });
        }
        Event::Dropped(value) => {
            story.cross(USUAL, Call::PayloadDropped { payload: PayloadId(u64::from(*value)) });
        }
    }
}

/// What was heard, in the words of the alphabet.
fn completion(letter: Letter, said: &Said) -> Completion {
    let identity = match said.token {
        0 => Some(Identity::Host).filter(|_| said.error == 0),
        CLIENT_TOKEN => Some(Identity::Client),
        token => Some(Identity::Token(Token(token as u64))),
    };
    Completion {
        flags: said.flags,
        context: Context::new(said.context as u64),
        identity: identity.filter(|_| said.kind == RequestKind::User),
        administrator: said.administrator,
        quota: said.quota,
        extended: said.text.clone().map(Into::into),
        ..Completion::failure(said.kind, sender(letter), said.error)
    }
}
