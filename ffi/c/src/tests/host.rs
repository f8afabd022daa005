//! A fake host: requests that remember what was said to them.

use std::ffi::c_void;
use std::ptr;
use std::sync::Mutex;

use super::keep;
use crate::entry::{self, Completions, SenderDetails};
use windows_sys::Win32::System::RemoteManagement::WSMAN_AUTHZ_QUOTA;

use crate::policy::Policy;
use crate::question::Unit;

/// What the plug-in said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) context: usize,
    pub(super) token: usize,
    pub(super) administrator: bool,
    pub(super) error: u32,
    pub(super) text: Option<String>,
    pub(super) quota: Option<[u32; 4]>,
}

/// One request. What the plug-in sees comes first, so its pointer finds the way back.
#[repr(C)]
pub(super) struct Request {
    details: SenderDetails,
    texts: Vec<Vec<u16>>,
    said: Mutex<Vec<Said>>,
    refuse: u32,
}

// SAFETY: the raw pointers in `details` lead to `texts`, which nobody changes.
unsafe impl Sync for Request {}
// SAFETY: as above.
unsafe impl Send for Request {}

pub(super) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

impl Request {
    /// A request of a user by `Negotiate`, with the token 0x51.
    pub(super) fn of(user: &str) -> Box<Self> {
        let texts = vec![wide(user), wide("Negotiate"), wide("https://host/wsman?x=1")];
        let details = SenderDetails {
            senderName: texts[0].as_ptr(),
            authenticationMechanism: texts[1].as_ptr(),
            certificateDetails: ptr::without_provenance_mut(22), // HA-04: garbage that nobody may look at
            clientToken: ptr::without_provenance_mut(0x51),
            httpURL: texts[2].as_ptr(),
        };
        Box::new(Self { details, texts, said: Mutex::default(), refuse: 0 })
    }

    pub(super) fn without_token(mut self: Box<Self>) -> Box<Self> {
        self.details.clientToken = ptr::null_mut();
        self
    }

    pub(super) fn refused(mut self: Box<Self>, error: u32) -> Box<Self> {
        self.refuse = error;
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

    pub(super) fn pointer(&self) -> *mut SenderDetails {
        assert_eq!(self.texts.len(), 3);
        ptr::from_ref(self).cast_mut().cast()
    }

    fn hear(&self, said: Said) -> u32 {
        self.said.lock().unwrap().push(said);
        self.refuse
    }
}

unsafe fn request<'a>(details: *const SenderDetails) -> &'a Request {
    // SAFETY: every pointer that a test hands out leads to the start of a `Request` that outlives the application.
    unsafe { &*details.cast::<Request>() }
}

unsafe fn text(text: *const Unit) -> Option<String> {
    // SAFETY: the plug-in's texts end with a NUL.
    unsafe { crate::text::read(text) }.unwrap()
}

unsafe extern "system" fn user(
    details: *const SenderDetails,
    flags: u32,
    context: *const c_void,
    token: *mut c_void,
    administrator: i32,
    error: u32,
    extended: *const Unit,
) -> u32 {
    assert_eq!(flags, 0);
    let (context, token, administrator) = (context.addr(), token.addr(), administrator != 0);
    // SAFETY: the plug-in passes text or NULL.
    let text = unsafe { text(extended) };
    // SAFETY: the plug-in passes a pointer of ours.
    unsafe { request(details) }.hear(Said { context, token, administrator, error, text, quota: None })
}

unsafe extern "system" fn operation(
    details: *const SenderDetails,
    flags: u32,
    context: *const c_void,
    error: u32,
    extended: *const Unit,
) -> u32 {
    assert_eq!(flags, 0);
    // SAFETY: the plug-in passes text or NULL.
    let text = unsafe { text(extended) };
    // SAFETY: the plug-in passes a pointer of ours.
    unsafe { request(details) }.hear(Said { context: context.addr(), error, text, ..Said::default() })
}

unsafe extern "system" fn quota(
    details: *const SenderDetails,
    flags: u32,
    quota: *const WSMAN_AUTHZ_QUOTA,
    error: u32,
    extended: *const Unit,
) -> u32 {
    assert_eq!(flags, 0);
    // SAFETY: the plug-in passes text or NULL.
    let text = unsafe { text(extended) };
    // SAFETY: the plug-in passes a quota, which is four numbers, or NULL.
    let quota = unsafe { quota.cast::<[u32; 4]>().as_ref() }.copied();
    // SAFETY: the plug-in passes a pointer of ours.
    unsafe { request(details) }.hear(Said { error, text, quota, ..Said::default() })
}

pub(super) const COMPLETIONS: Completions =
    Completions { user: Some(user), operation: Some(operation), quota: Some(quota) };

/// A policy with one application.
#[derive(Clone, Copy)]
pub(super) struct Host {
    pub(super) policy: &'static Policy,
    pub(super) application: usize,
}

impl Host {
    pub(super) fn start(policy: Policy) -> Self {
        let policy = keep(policy); // CA-01
        let (error, application) = Self::startup(policy, "wsman/test");
        assert_eq!(error, 0);
        Self { policy, application }
    }

    pub(super) fn startup(policy: *const Policy, name: &str) -> (u32, usize) {
        let (mut context, name) = (ptr::dangling_mut(), wide(name));
        let (completions, name) = (std::ptr::from_ref(&COMPLETIONS), name.as_ptr());
        // SAFETY: CA-01, CA-04, HA-02, HA-05 hold.
        let error =
            unsafe { entry::wsman_authz_plugin_startup(policy, completions, 0, name, ptr::null(), &raw mut context) };
        (error, context.addr())
    }

    pub(super) fn user(&self, request: &Request) {
        // SAFETY: HA-01, HA-02 hold for requests of ours.
        unsafe { entry::wsman_authz_plugin_authorize_user(self.policy, self.context(), request.pointer(), 0) };
    }

    pub(super) fn operation(&self, request: &Request, action: &str, resource: &str) {
        let (action, resource) = (wide(action), wide(resource));
        let (context, details) = (self.context(), request.pointer());
        let (action, resource) = (action.as_ptr(), resource.as_ptr());
        // SAFETY: HA-01, HA-02, HA-03 hold for requests of ours.
        unsafe {
            entry::wsman_authz_plugin_authorize_operation(self.policy, context, details, 0, 3, action, resource);
        }
    }

    pub(super) fn quota(&self, request: &Request) {
        // SAFETY: HA-01, HA-02 hold for requests of ours.
        unsafe { entry::wsman_authz_plugin_query_quota(self.policy, self.context(), request.pointer(), 0) };
    }

    pub(super) fn release(&self, context: usize) {
        entry::wsman_authz_plugin_release_context(self.policy, ptr::without_provenance_mut(context));
    }

    pub(super) fn shutdown(&self) -> u32 {
        entry::wsman_authz_plugin_shutdown(self.policy, self.context(), 0, 3)
    }

    fn context(&self) -> *mut c_void {
        ptr::without_provenance_mut(self.application)
    }
}
