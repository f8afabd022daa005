//! A fake host: requests that remember what was said to them.

use std::ffi::c_void;
use std::fmt;
use std::ptr;
use std::sync::{Arc, Mutex};

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::RemoteManagement::{WSMAN_AUTHZ_QUOTA, WSMAN_SENDER_DETAILS};
use windows_sys::core::{BOOL, PCWSTR};
use wsman_authz_core::ApplicationId;
use wsman_authz_core::call::RequestKind;

use super::policy::{Board, Policy};
use crate::completions::Completions;
use crate::exports::{self, Exported};
use crate::{Plugin, decode};

/// What the plug-in said to a completion function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) kind: RequestKind,
    pub(super) context: usize,
    pub(super) token: usize,
    pub(super) administrator: bool,
    pub(super) error: u32,
    pub(super) text: Option<String>,
    pub(super) quota: Option<[u32; 4]>,
}

type Inside = Box<dyn Fn(&Said) + Send + Sync>;

/// One request. The structure that the plug-in sees comes first, so its pointer finds the way back.
#[repr(C)]
pub(super) struct Request {
    details: WSMAN_SENDER_DETAILS,
    texts: Vec<Vec<u16>>,
    said: Mutex<Vec<Said>>,
    refuse: u32,
    inside: Option<Inside>,
}

// SAFETY: the raw pointers in `details` lead to `texts`, which nobody changes.
unsafe impl Sync for Request {}
// SAFETY: as above.
unsafe impl Send for Request {}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("said", &self.said).finish_non_exhaustive()
    }
}

pub(super) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

impl Request {
    /// A request of a user by `Negotiate`, with the token 0x51.
    pub(super) fn of(user: &str) -> Box<Self> {
        Self::raw(wide(user))
    }

    pub(super) fn raw(user: Vec<u16>) -> Box<Self> {
        let texts = vec![user, wide("Negotiate"), wide("https://host/wsman?x=1")];
        let details = WSMAN_SENDER_DETAILS {
            senderName: texts[0].as_ptr(),
            authenticationMechanism: texts[1].as_ptr(),
            certificateDetails: ptr::without_provenance_mut(22), // HA-04: garbage that nobody may look at
            clientToken: ptr::without_provenance_mut(0x51),
            httpURL: texts[2].as_ptr(),
        };
        Box::new(Self { details, texts, said: Mutex::default(), refuse: 0, inside: None })
    }

    pub(super) fn without_token(mut self: Box<Self>) -> Box<Self> {
        self.details.clientToken = ptr::null_mut();
        self
    }

    pub(super) fn without_names(mut self: Box<Self>) -> Box<Self> {
        (self.details.senderName, self.details.authenticationMechanism) = (ptr::null(), ptr::null());
        self
    }

    /// The host refuses the completion with this code.
    pub(super) fn refused(mut self: Box<Self>, error: u32) -> Box<Self> {
        self.refuse = error;
        self
    }

    /// What the host does inside the completion function.
    pub(super) fn inside(mut self: Box<Self>, inside: impl Fn(&Said) + Send + Sync + 'static) -> Box<Self> {
        self.inside = Some(Box::new(inside));
        self
    }

    /// The one thing that was said (CL-50).
    pub(super) fn verdict(&self) -> Said {
        let said = self.said.lock().unwrap();
        assert_eq!(said.len(), 1, "CL-50: {said:?}");
        said[0].clone()
    }

    pub(super) fn is_open(&self) -> bool {
        self.said.lock().unwrap().is_empty()
    }

    fn pointer(&self) -> *const WSMAN_SENDER_DETAILS {
        assert_eq!(self.texts.len(), 3);
        ptr::from_ref(self).cast()
    }

    fn hear(&self, said: Said) -> u32 {
        if let Some(inside) = &self.inside {
            inside(&said);
        }
        self.said.lock().unwrap().push(said);
        self.refuse
    }
}

unsafe fn request<'a>(details: *const WSMAN_SENDER_DETAILS) -> &'a Request {
    // SAFETY: every pointer that a test hands out leads to the start of a `Request` that outlives the test's host.
    unsafe { &*details.cast::<Request>() }
}

unsafe fn text(text: PCWSTR) -> Option<String> {
    // SAFETY: HA-02 in the other direction: the plug-in's texts end with a NUL.
    unsafe { decode::text(text) }.unwrap()
}

unsafe extern "system" fn user(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    context: *const c_void,
    token: HANDLE,
    administrator: BOOL,
    error: u32,
    extended: PCWSTR,
) -> u32 {
    assert_eq!(flags, 0);
    let (kind, context, token, administrator) = (RequestKind::User, context.addr(), token.addr(), administrator != 0);
    // SAFETY: the plug-in passes text or NULL.
    let text = unsafe { text(extended) };
    // SAFETY: the plug-in passes a pointer of ours.
    unsafe { request(details) }.hear(Said { kind, context, token, administrator, error, text, quota: None })
}

unsafe extern "system" fn operation(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    context: *const c_void,
    error: u32,
    extended: PCWSTR,
) -> u32 {
    assert_eq!(flags, 0);
    let (kind, context) = (RequestKind::Operation, context.addr());
    // SAFETY: the plug-in passes text or NULL.
    let text = unsafe { text(extended) };
    let said = Said { kind, context, token: 0, administrator: false, error, text, quota: None };
    // SAFETY: the plug-in passes a pointer of ours.
    unsafe { request(details) }.hear(said)
}

unsafe extern "system" fn quota(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    quota: *const WSMAN_AUTHZ_QUOTA,
    error: u32,
    extended: PCWSTR,
) -> u32 {
    assert_eq!(flags, 0);
    // SAFETY: the plug-in passes text or NULL.
    let text = unsafe { text(extended) };
    // SAFETY: the plug-in passes a quota or NULL.
    let quota = unsafe { quota.as_ref() }.map(|quota| {
        [
            quota.maxAllowedConcurrentShells,
            quota.maxAllowedConcurrentOperations,
            quota.timeslotSize,
            quota.maxAllowedOperationsPerTimeslot,
        ]
    });
    let said = Said { kind: RequestKind::Quota, context: 0, token: 0, administrator: false, error, text, quota };
    // SAFETY: the plug-in passes a pointer of ours.
    unsafe { request(details) }.hear(said)
}

pub(super) const COMPLETIONS: Completions = Completions { user, operation, quota };

/// A loaded plug-in with one application.
pub(super) struct Host<P: Plugin = Policy> {
    pub(super) plugin: Arc<Exported<P>>,
    pub(super) application: usize,
}

impl<P: Plugin> Clone for Host<P> {
    fn clone(&self) -> Self {
        Self { plugin: Arc::clone(&self.plugin), application: self.application }
    }
}

impl<P: Plugin> Host<P> {
    pub(super) fn load() -> Self {
        let plugin = Arc::new(Exported::new(COMPLETIONS));
        let (error, application) = Self::startup(&plugin, "wsman/test");
        assert_eq!(error, 0);
        Self { plugin, application }
    }

    pub(super) fn startup(plugin: &Exported<P>, name: &str) -> (u32, usize) {
        let mut context = ptr::dangling_mut();
        // SAFETY: HA-02, HA-05 hold. Nonzero flags are legal.
        let error = unsafe { exports::startup(plugin, 7, wide(name).as_ptr(), ptr::null(), &raw mut context) };
        (error, context.addr())
    }

    pub(super) fn user(&self, request: &Request) {
        // SAFETY: HA-01, HA-02 hold for requests of ours.
        unsafe { exports::authorize_user(&self.plugin, self.context(), request.pointer()) };
    }

    pub(super) fn operation(&self, request: &Request, action: &str, resource: &str) {
        let (action, resource) = (wide(action), wide(resource));
        let (action, resource) = (action.as_ptr(), resource.as_ptr());
        // SAFETY: HA-01, HA-02, HA-03 hold for requests of ours.
        unsafe {
            exports::authorize_operation(&self.plugin, self.context(), request.pointer(), 3, action, resource);
        }
    }

    pub(super) fn quota(&self, request: &Request) {
        // SAFETY: HA-01, HA-02 hold for requests of ours.
        unsafe { exports::query_quota(&self.plugin, self.context(), request.pointer()) };
    }

    pub(super) fn release(&self, context: usize) {
        exports::release_context(&self.plugin, ptr::without_provenance(context));
    }

    pub(super) fn shutdown(&self) -> u32 {
        exports::shutdown(&self.plugin, self.context(), 3)
    }

    /// Live leases, payloads, open requests.
    pub(super) fn balance(&self) -> (usize, usize, usize) {
        self.plugin.runtime().balance()
    }

    fn context(&self) -> *const c_void {
        ptr::without_provenance(self.application)
    }
}

impl Host<Policy> {
    pub(super) fn start() -> Self {
        Self::load()
    }

    pub(super) fn board(&self) -> Arc<Board> {
        let application = ApplicationId(u32::try_from(self.application).unwrap());
        Arc::clone(&self.plugin.runtime().policy(application).unwrap().board)
    }
}
