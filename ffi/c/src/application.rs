//! The one Rust policy that stands for every C policy: it puts each question to a callback.

#![expect(unsafe_code, reason = "the callbacks are the author's")]

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use wsman_authz::{
    ApplicationInfo, DEFAULT_QUOTA, OperationRequest, Plugin, QuotaRequest, ShutdownReason, StartError, UserRequest,
};

use crate::engines::Author;
use crate::foreign::Foreign;
use crate::policy::{self, Policy, QuestionCallback};
use crate::question::Text;
use crate::requests::{Kind, REQUESTS};

/// An application of a C policy.
pub(crate) struct Application {
    state: Arc<State>,
}

/// What the callbacks of one application share. It goes with the last payload, and `drop_state` with it.
pub(crate) struct State {
    pub(crate) author: Arc<Author>,
    pub(crate) policy: Policy,
    pointer: Foreign,
    /// Shutdown has come: nothing is asked any more.
    closed: AtomicBool,
}

/// A pointer that the author handed over, until `drop_payload`.
pub(crate) struct Payload {
    pointer: Foreign,
    state: Arc<State>,
}

impl Application {
    /// Calls `start`.
    pub(crate) fn start(author: &Arc<Author>, info: &ApplicationInfo) -> Result<Self, StartError> {
        let wide = |text: &str| text.encode_utf16().chain([0]).collect::<Vec<u16>>();
        let (identification, extra) = (wide(&info.identification), info.extra.as_deref().map(wide));
        let of = |units: &Vec<u16>| Text { units: units.as_ptr(), length: units.len() - 1 };
        let extra = extra.as_ref().map_or(Text::NONE, of);
        let info = policy::ApplicationInfo { identification: of(&identification), extra, flags: info.flags };
        let policy = author.policy();
        let mut pointer = ptr::null_mut();
        if let Some(start) = policy.start {
            // SAFETY: CA-02: the author's own callback; both pointers are ours and valid until it returns.
            let code = unsafe { start(&raw const info, &raw mut pointer) };
            if code != 0 {
                return Err(StartError::new("the policy refused to start").with_code(code));
            }
        }
        let (author, pointer) = (Arc::clone(author), Foreign(pointer));
        Ok(Self { state: Arc::new(State { author, policy, pointer, closed: AtomicBool::new(false) }) })
    }

    /// Holds the request, puts its question, and lets go of the request if the application ended meanwhile.
    fn put<K: Kind>(&self, request: K, callback: QuestionCallback) {
        let state = &self.state;
        let Some(callback) = callback.filter(|_| !state.is_closed()) else { return drop(request) }; // CL-70
        let held = REQUESTS.hold(request, state);
        // SAFETY: CA-02: the author's own callback. `held` keeps the question until it has returned.
        unsafe { callback(state.pointer.0, held.question()) };
    }
}

impl Plugin for Application {
    type Context = Payload;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Err(StartError::new("a C policy starts from its table"))
    }

    fn authorize_user(&self, request: UserRequest<Payload>) {
        self.put(request, self.state.policy.authorize_user);
    }

    fn authorize_operation(&self, request: OperationRequest<Payload>) {
        self.put(request, self.state.policy.authorize_operation);
    }

    fn query_quota(&self, request: QuotaRequest<Payload>) {
        match self.state.policy.query_quota {
            None => request.answer(DEFAULT_QUOTA),
            callback => self.put(request, callback),
        }
    }

    fn shutdown(&self, reason: ShutdownReason) {
        let state = &self.state;
        state.closed.store(true, Ordering::SeqCst);
        if let Some(shutdown) = state.policy.shutdown {
            // SAFETY: CA-02: the author's own callback.
            unsafe { shutdown(state.pointer.0, number_of(reason)) };
        }
        REQUESTS.let_go(state);
    }
}

impl State {
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(drop_state) = self.policy.drop_state {
            // SAFETY: CA-02: the author's own callback; the last one of this application, called once.
            unsafe { drop_state(self.pointer.0) };
        }
    }
}

impl Payload {
    pub(crate) fn new(pointer: Foreign, state: &Arc<State>) -> Self {
        Self { pointer, state: Arc::clone(state) }
    }

    pub(crate) const fn pointer(&self) -> Foreign {
        self.pointer
    }
}

impl Drop for Payload {
    fn drop(&mut self) {
        if let Some(drop_payload) = self.state.policy.drop_payload {
            // SAFETY: CA-02: the author's own callback; once for this payload (CL-13).
            unsafe { drop_payload(self.state.pointer.0, self.pointer.0) };
        }
    }
}

const fn number_of(reason: ShutdownReason) -> u32 {
    match reason {
        ShutdownReason::System => 1,
        ShutdownReason::Service => 2,
        ShutdownReason::IisHost => 3,
        ShutdownReason::IdleTimeout => 4,
        ShutdownReason::Other(reason) => reason,
    }
}
