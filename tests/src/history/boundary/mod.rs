//! Random histories of the C boundary: the real entry points, called and answered in any order, legal or not.
//!
//! Behind them are decoding, the engine under its lock, the performer and a policy; what crosses is seen by a host that
//! answers each completion as it likes, and calls back in from inside of some. The reference engine says what must
//! cross: every completion with everything in it, every question that the policy is put, every value that is dropped.

mod board;
mod choose;
mod expect;
#[cfg(test)]
mod teeth;
mod telling;
mod words;

use std::rc::Rc;
use std::time::Duration;

use wsman_authz::testing::wire::{Said, Wire};

use super::{Played, Story};
use crate::reference::engine::Value;
use board::Parrot;
use expect::Expect;
use words::{Act, Event, Letter, Word};

/// No byte is for settings.
pub(super) const HEAD: usize = 0;

/// How many bytes choose one act.
pub(super) const GROUP: usize = 4;

/// How long the policy may take (CL-70).
const ANSWER_WITHIN: Duration = Duration::from_millis(2);

/// The token of clients that have one.
const CLIENT_TOKEN: usize = 0x51;

/// Where the tokens of the policy begin: no system has so many handles, so none of them is one.
const FIRST_TOKEN: u64 = 0x7000_0000;

/// What Startup returns for an application that runs: `ERROR_ALREADY_EXISTS` (CL-55).
const ALREADY_EXISTS: u32 = 183;

pub(super) fn play(bytes: &[u8], twist: Option<fn(&mut Said)>, story: Option<&mut Story>) -> Result<Played, String> {
    History::new(twist, story).run(bytes)
}

struct History<'a> {
    wire: Rc<Wire<Parrot>>,
    expect: Expect,
    /// The plug-in contexts of two applications, and of those that are over.
    running: [Option<usize>; 2],
    stopped: Vec<usize>,
    /// Letters that are over, by user: their addresses may be used again.
    spare: [Vec<Letter>; 3],
    /// Values and tokens are numbered as they are made.
    values: Value,
    tokens: u64,
    played: Played,
    story: Option<&'a mut Story>,
}

impl Drop for History<'_> {
    fn drop(&mut self) {
        board::unload();
    }
}

impl<'a> History<'a> {
    fn new(twist: Option<fn(&mut Said)>, story: Option<&'a mut Story>) -> Self {
        Self {
            wire: board::load(twist),
            expect: Expect::new(),
            running: [None; 2],
            stopped: Vec::new(),
            spare: Default::default(),
            values: 0,
            tokens: FIRST_TOKEN,
            played: Played::default(),
            story,
        }
    }

    fn run(&mut self, bytes: &[u8]) -> Result<Played, String> {
        self.act(Act::Startup(0))?;
        let (acts, _) = bytes.as_chunks::<GROUP>();
        for [what, which, how, more] in acts {
            let act = self.choose(*what, usize::from(*which), *how, *more);
            self.act(act)?;
        }
        self.finish()?;
        Ok(self.played)
    }

    /// Does it, then asks the reference what must have happened.
    fn act(&mut self, act: Act) -> Result<(), String> {
        self.tell_act(act);
        let (mut seen, mut due) = (0, 0);
        match act {
            Act::Startup(place) => return self.startup(place),
            Act::Shutdown(application) => seen = self.wire.shutdown(application),
            Act::Ask(kind, application, letter) => board::ask(kind, application, letter),
            Act::Answer(place, word) => board::answer(place, word),
            Act::Release(context) => self.wire.release(context),
            Act::Wait(span) => self.wire.advance(Duration::from_millis(span)),
        }
        let events = board::events();
        self.tell_events(act, &events, seen);
        self.expect.listen(&events)?;
        match act {
            Act::Startup(_) => {}
            Act::Shutdown(application) => due = self.expect.shutdown(application),
            Act::Ask(kind, application, letter) => self.expect.ask(kind, application, letter),
            Act::Answer(place, word) => self.expect.answer(place, word),
            Act::Release(context) => self.expect.release(context),
            Act::Wait(span) => self.expect.wait(span),
        }
        compare(&events, self.expect.events())?;
        if seen != due {
            return Err(format!("Shutdown returns {seen} and not {due}"));
        }
        self.note(act, &events);
        let (seen, due) = (self.wire.balance(), self.expect.balance());
        if seen == due { Ok(()) } else { Err(format!("contexts, values and requests: {seen:?} and not {due:?}")) }
    }

    fn note(&mut self, act: Act, events: &[Event]) {
        if let Act::Shutdown(application) = act {
            let stopped = self.running.iter_mut().find(|running| **running == Some(application));
            self.stopped.extend(stopped.and_then(Option::take));
        }
        for letter in std::mem::take(&mut self.expect.over) {
            self.spare[usize::from(self.expect.plans[letter].user)].push(letter);
        }
        let heard = |event: &&Event| matches!(event, Event::Said { said, .. } if said.context != 0);
        self.played.contexts += events.iter().filter(heard).count();
        if events.is_empty() { self.played.refused += 1 } else { self.played.taken += 1 }
    }

    /// An application that runs is not started again; another one has a context of its own (CL-55).
    fn startup(&mut self, place: usize) -> Result<(), String> {
        let started = self.wire.startup(["wsman/a", "wsman/b"][place]);
        self.tell_started(place, started);
        match (started, self.running[place]) {
            (Err(ALREADY_EXISTS), Some(_)) => Ok(()),
            (Ok(context), None) if context != 0 && !self.stopped.contains(&context) && !self.runs(context) => {
                self.running[place] = Some(context);
                self.expect.startup(context);
                Ok(())
            }
            (started, running) => Err(format!("Startup says {started:?}, and {running:?} runs")),
        }
    }

    fn runs(&self, context: usize) -> bool {
        self.running.contains(&Some(context))
    }

    /// Shuts everything down and gives everything back: then nothing is left.
    fn finish(&mut self) -> Result<(), String> {
        for application in self.running.into_iter().flatten() {
            self.act(Act::Shutdown(application))?;
        }
        while self.expect.held() > 0 {
            self.act(Act::Answer(0, Word::Drop))?;
        }
        match self.wire.balance() {
            (0, 0, 0) => Ok(()),
            left => Err(format!("CL-13: something is left: {left:?}")),
        }
    }
}

/// What was seen is what was due, each once.
fn compare(seen: &[Event], mut due: Vec<Event>) -> Result<(), String> {
    let mut beyond = Vec::new();
    for event in seen {
        match due.iter().position(|due| due == event) {
            Some(place) => drop(due.swap_remove(place)),
            None => beyond.push(event),
        }
    }
    match (&beyond[..], &due[..]) {
        ([], []) => Ok(()),
        (beyond, []) => Err(format!("seen and not due: {beyond:?}")),
        ([], due) => Err(format!("due and not seen: {due:?}")),
        (beyond, due) => Err(format!("seen and not due: {beyond:?}; due: {due:?}")),
    }
}
