//! The requests that wait for an author's answer, by number (CL-50).
//!
//! A number is used once and for all: whoever answers it a second time finds nothing, and no memory is at risk. The
//! first number is drawn at random, so that the numbers of two copies of this library are strangers to each other.

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use wsman_authz::{OperationRequest, QuotaRequest, UserRequest};
use wsman_authz_core::sync::Mutex;

use crate::application::{Payload, State};
use crate::foreign::Foreign;
use crate::question::{Facts, Question, Request};
use crate::status::Status;

/// Every request that some policy behind this library has not answered.
pub(crate) static REQUESTS: LazyLock<Requests> = LazyLock::new(Requests::new);

/// See the module.
pub(crate) struct Requests {
    first: Request,
    next: AtomicU64,
    held: Mutex<BTreeMap<Request, Held>>,
    /// Answers that were refused.
    refused: AtomicU64,
}

struct Held {
    reply: Reply,
    facts: Arc<Facts>,
    state: Arc<State>,
    /// Its callback has not returned.
    inside: bool,
}

/// The right to answer.
pub(crate) enum Reply {
    User(UserRequest<Payload>),
    Operation(OperationRequest<Payload>),
    Quota(QuotaRequest<Payload>),
}

/// A kind of request.
pub(crate) trait Kind: Sized {
    fn facts(&self, number: Request) -> Facts;
    fn wrap(self) -> Reply;
    fn peek(reply: &Reply) -> Option<&Self>;
    fn unwrap(reply: Reply) -> Option<Self>;
}

macro_rules! kind {
    ($Request:ident, $Variant:ident, $facts:ident) => {
        impl Kind for $Request<Payload> {
            fn facts(&self, number: Request) -> Facts {
                Facts::$facts(number, self)
            }

            fn wrap(self) -> Reply {
                Reply::$Variant(self)
            }

            fn peek(reply: &Reply) -> Option<&Self> {
                if let Reply::$Variant(request) = reply { Some(request) } else { None }
            }

            fn unwrap(reply: Reply) -> Option<Self> {
                if let Reply::$Variant(request) = reply { Some(request) } else { None }
            }
        }
    };
}

kind!(UserRequest, User, of_user);
kind!(OperationRequest, Operation, of_operation);
kind!(QuotaRequest, Quota, of_quota);

/// A request that was taken out to be answered.
pub(crate) struct Taken<K> {
    pub(crate) request: K,
    pub(crate) facts: Arc<Facts>,
    pub(crate) state: Arc<State>,
}

/// A request whose callback runs: the question stays until this is dropped, whoever answers meanwhile.
pub(crate) struct Inside {
    number: Request,
    facts: Arc<Facts>,
}

impl Inside {
    pub(crate) fn question(&self) -> *const Question {
        self.facts.question()
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        drop(REQUESTS.returned(self.number));
    }
}

impl Requests {
    fn new() -> Self {
        let first = RandomState::new().hash_one(0_u8) >> 1 | 1; // not 0, and half of all numbers are ahead
        Self { first, next: AtomicU64::new(first), held: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// Keeps a request until it is answered.
    pub(crate) fn hold<K: Kind>(&self, request: K, state: &Arc<State>) -> Inside {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let facts = Arc::new(request.facts(number));
        let (reply, state) = (request.wrap(), Arc::clone(state));
        let held = Held { reply, facts: Arc::clone(&facts), state, inside: true };
        self.held.lock().insert(number, held);
        Inside { number, facts }
    }

    /// Takes a request out, if it is of this kind and `check` has nothing against it.
    pub(crate) fn take<K: Kind>(
        &self,
        number: Request,
        check: impl FnOnce(&K, &Facts, &State) -> Result<(), Status>,
    ) -> Result<Taken<K>, Status> {
        let mut table = self.held.lock();
        let held = table.get(&number).ok_or_else(|| self.why_not(number))?;
        let request = K::peek(&held.reply).ok_or(Status::WrongKind)?;
        check(request, &held.facts, &held.state)?;
        let Held { reply, facts, state, .. } = table.remove(&number).ok_or(Status::Internal)?;
        let request = K::unwrap(reply).ok_or(Status::Internal)?;
        Ok(Taken { request, facts, state })
    }

    /// Takes a request of any kind out.
    pub(crate) fn take_any(&self, number: Request) -> Result<Taken<Reply>, Status> {
        let taken = self.held.lock().remove(&number);
        let Held { reply, facts, state, .. } = taken.ok_or_else(|| self.why_not(number))?;
        Ok(Taken { request: reply, facts, state })
    }

    /// The question of a request that is not answered.
    pub(crate) fn question(&self, number: Request) -> Result<*const Question, Status> {
        self.held.lock().get(&number).map(|held| held.facts.question()).ok_or_else(|| self.why_not(number))
    }

    /// The pointer that the user of such a request has.
    pub(crate) fn user_payload(&self, number: Request) -> Result<Foreign, Status> {
        self.held.lock().get(&number).map(|held| held.facts.user_payload()).ok_or_else(|| self.why_not(number))
    }

    /// Lets go of an application's requests, but for those whose callback runs: they go when it returns.
    pub(crate) fn let_go(&self, state: &Arc<State>) {
        let goes = |held: &Held| Arc::ptr_eq(&held.state, state) && !held.inside;
        let gone: Vec<_> = self.held.lock().extract_if(.., |_, held| goes(held)).collect();
        drop(gone); // with no lock held: a payload may end here (CL-60)
    }

    /// How many are not answered, of these applications.
    pub(crate) fn held_by(&self, is_theirs: impl Fn(&State) -> bool) -> usize {
        self.held.lock().values().filter(|held| is_theirs(&held.state)).count()
    }

    pub(crate) fn note_refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// The callback of a request returned. What is to be dropped, with no lock held.
    fn returned(&self, number: Request) -> Option<Held> {
        let mut table = self.held.lock();
        let held = table.get_mut(&number)?;
        held.inside = false;
        if held.state.is_closed() { table.remove(&number) } else { None }
    }

    fn why_not(&self, number: Request) -> Status {
        let given_out = (self.first..self.next.load(Ordering::Relaxed)).contains(&number);
        if given_out { Status::StaleRequest } else { Status::UnknownRequest }
    }
}
