//! What a bystander knows who sees both sides of the boundary: who waits, who holds what, who is inside whom. It says
//! which rule the plug-in broke.

use std::collections::{BTreeMap, BTreeSet};

use wsman_authz_core::call::RequestKind;
use wsman_authz_core::code::ERROR_WSMAN_REDIRECT_REQUESTED;
use wsman_authz_core::engine::is_redirect_url;

use super::letter::Letter;
use super::wire::Said;

/// A plug-in context and the user whom a payload was made for.
pub(crate) type Owner = (usize, String);

/// What a policy is about to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Saying {
    pub(crate) address: usize,
    /// A yes that must go out, if the request still waits.
    pub(crate) yes: bool,
    pub(crate) token: u64,
    pub(crate) payload: Option<usize>,
}

/// What stands on the stack of this thread.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Frame {
    /// One of the three questions: of which application, by which address.
    Entry(usize, usize),
    /// The policy answers.
    Answer(Saying),
    Release,
    Shutdown,
}

/// A question that waits.
struct Waiting {
    letter: Letter,
    kind: RequestKind,
    application: usize,
}

/// A context that the host holds.
#[derive(Clone, Copy, Debug)]
struct Lease {
    application: usize,
    payload: Option<usize>,
}

#[derive(Debug)]
struct Made {
    owner: Owner,
    gone: bool,
}

/// See the module.
#[derive(Default)]
pub(crate) struct Book {
    waiting: BTreeMap<usize, Waiting>,
    live: BTreeMap<u64, Lease>,
    given: Vec<u64>,
    known: BTreeSet<u64>,
    made: Vec<Made>,
    /// Payloads that requests show, by the address of the request.
    shown: Vec<(usize, usize)>,
    /// Plug-in contexts of applications that run.
    pub(crate) running: BTreeSet<usize>,
    stopping: Option<usize>,
    /// The policy has no time at all: every answer of its own comes too late.
    no_time: bool,
    frames: Vec<Frame>,
    wrong: Option<String>,
}

impl Book {
    pub(crate) fn new(no_time: bool) -> Self {
        Self { no_time, ..Self::default() }
    }

    /// Writes down the first thing that is wrong.
    pub(crate) fn complain(&mut self, why: impl FnOnce() -> String) {
        self.wrong.get_or_insert_with(why);
    }

    fn must(&mut self, holds: bool, why: impl FnOnce() -> String) {
        if !holds {
            self.complain(why);
        }
    }

    pub(crate) fn verdict(&self) -> Result<(), String> {
        self.wrong.clone().map_or(Ok(()), Err)
    }

    pub(crate) fn push(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    pub(crate) fn pop(&mut self) {
        self.frames.pop();
    }

    pub(crate) fn top(&self) -> Option<Frame> {
        self.frames.last().copied()
    }

    /// The host asks. An application that does not run owes no answer.
    pub(crate) fn ask(&mut self, letter: Letter, kind: RequestKind, application: usize) {
        self.waiting.insert(letter.address(), Waiting { letter, kind, application });
    }

    /// A question returned. Somebody must have answered it by now, or hold it.
    pub(crate) fn asked(&mut self, address: usize, is_owed: bool, is_held: bool) {
        let waits = self.waiting.contains_key(&address);
        if is_owed {
            self.must(!waits || is_held, || format!("CL-50: the question at {address:#x} is forgotten"));
        } else {
            self.must(waits, || "CL-54: an application that does not run answered".to_owned());
            self.waiting.remove(&address);
        }
    }

    /// The plug-in says something. The structure is freed at once; whether the host takes what was said is another matter.
    pub(crate) fn hear(&mut self, said: &Said) -> bool {
        let Some(Waiting { letter, kind, application }) = self.waiting.remove(&said.address) else {
            self.complain(|| format!("CL-50, CL-51: nobody waits for {said:?}"));
            return false;
        };
        drop(letter);
        self.must(said.kind == kind && said.flags == 0, || format!("CL-51: {said:?} answers a question of {kind:?}"));
        let top = self.top();
        self.must(!matches!(top, Some(Frame::Release)), || format!("CL-52: {said:?} inside a release"));
        if said.error != 0 {
            let is_bare = said.context == 0 && said.token == 0 && !said.administrator && said.quota.is_none();
            self.must(is_bare, || format!("CL-53: {said:?} is a failure"));
            let redirects = said.error == ERROR_WSMAN_REDIRECT_REQUESTED;
            let good = !redirects || said.text.as_deref().is_some_and(is_redirect_url);
            self.must(good, || format!("CL-73: {said:?} leads nowhere"));
            return true;
        }
        let saying = match top {
            Some(Frame::Answer(saying)) if saying.yes && saying.address == said.address && !self.no_time => saying,
            _ => {
                self.complain(|| format!("CL-70: {said:?}, and the policy did not say so"));
                return true;
            }
        };
        self.must(said.token == saying.token, || format!("CL-72: {said:?} is not under token {:#x}", saying.token));
        let lasts = said.quota.is_some_and(|[_, _, timeslot, _]| timeslot > 0);
        self.must(lasts == (kind == RequestKind::Quota), || format!("CL-80: {said:?} is no quota"));
        if said.context != 0 {
            let is_new = self.known.insert(said.context);
            self.must(is_new, || format!("CL-14: {:#x} names two leases", said.context));
            self.given.push(said.context);
            self.live.insert(said.context, Lease { application, payload: saying.payload });
        } else {
            let is_bare = saying.payload.is_none() && kind != RequestKind::User;
            self.must(is_bare, || format!("CL-10: {said:?} reports no context"));
        }
        true
    }

    /// The host did not take it.
    pub(crate) fn refused(&mut self, context: u64) {
        self.live.remove(&context);
    }

    pub(crate) fn released(&mut self, context: u64) {
        self.live.remove(&context);
    }

    /// One of the values that were ever reported; half of the time one that is live.
    pub(crate) fn context(&self, which: usize) -> Option<u64> {
        if which.is_multiple_of(2) {
            return self.live.keys().nth(which / 2 % self.live.len().max(1)).copied();
        }
        self.given.get(which / 2 % self.given.len().max(1)).copied()
    }

    pub(crate) const fn stop(&mut self, application: usize) {
        self.stopping = Some(application);
    }

    /// Shutdown returned: nobody waits any more, and what was not released is gone.
    pub(crate) fn stopped(&mut self, application: usize) {
        self.stopping = None;
        self.running.remove(&application);
        self.live.retain(|_, lease| lease.application != application);
        let waits = self.waiting.values().any(|waiting| waiting.application == application);
        self.must(!waits, || "CL-54: Shutdown returned, and a question was not answered".to_owned());
    }

    /// A payload comes to be.
    pub(crate) fn make(&mut self, owner: Owner) -> usize {
        self.made.push(Made { owner, gone: false });
        self.made.len() - 1
    }

    /// A question shows the payload of its user.
    pub(crate) fn show(&mut self, address: usize, payload: usize, owner: &Owner) {
        let Made { owner: of, gone } = &self.made[payload];
        let (own, gone) = (of == owner, *gone);
        self.must(own, || format!("CL-71: payload {payload} is shown to {owner:?}"));
        self.must(!gone, || format!("CL-12: payload {payload} is shown and gone"));
        self.shown.push((address, payload));
    }

    /// A question shows nothing any more: it is answered.
    pub(crate) fn unshow(&mut self, address: usize) {
        self.shown.retain(|(shown, _)| *shown != address);
    }

    /// A payload is dropped.
    pub(crate) fn drop(&mut self, payload: usize) {
        let gone = std::mem::replace(&mut self.made[payload].gone, true);
        self.must(!gone, || format!("CL-13: payload {payload} is dropped twice"));
        let stopping = self.stopping;
        let leased = |lease: &Lease| lease.payload == Some(payload) && Some(lease.application) != stopping;
        let needed = self.live.values().any(leased) || self.shown.iter().any(|(_, shown)| *shown == payload);
        self.must(!needed, || format!("CL-12: payload {payload} is dropped while it is needed"));
    }

    /// What the plug-in counts must be what is there: applications, leases, requests that the policy holds, payloads.
    pub(crate) fn balance(&mut self, counted: [u64; 4], held: usize) {
        let [applications, leases, requests, payloads] = counted.map(|count| count as usize);
        let fits = applications == self.running.len() && leases == self.live.len() && requests == held;
        let alive = self.made.iter().filter(|made| !made.gone).count();
        let live = self.live.len();
        self.must(fits && payloads <= alive, || {
            format!("CL-10: the plug-in counts {counted:?}; {live} leases, {held} requests, {alive} payloads are there")
        });
    }

    /// Everything was shut down and given back.
    pub(crate) fn nothing_is_left(&mut self) {
        let left = self.made.iter().filter(|made| !made.gone).count();
        self.must(left == 0, || format!("CL-13: {left} payloads are left"));
        let waits = self.waiting.len();
        self.must(waits == 0, || format!("CL-50: {waits} questions wait for ever"));
    }
}
