//! The three completion functions: C values in, [`Said`] to whoever listens on this thread, its answer back.

use std::cell::RefCell;
use std::ffi::c_void;
use std::rc::Rc;

use windows_sys::Win32::System::RemoteManagement::{WSMAN_AUTHZ_QUOTA, WSMAN_SENDER_DETAILS};
use wsman_authz::__private::Completions;
use wsman_authz_core::call::RequestKind;
use wsman_authz_core::code::ERROR_INVALID_PARAMETER;

/// What the plug-in said to a completion function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) kind: RequestKind,
    /// The value of the `senderDetails` pointer, which nobody follows.
    pub(crate) address: usize,
    pub(crate) flags: u32,
    pub(crate) context: u64,
    pub(crate) token: u64,
    pub(crate) administrator: bool,
    /// Shells, operations, time slot, operations in a time slot.
    pub(crate) quota: Option<[u32; 4]>,
    pub(crate) error: u32,
    pub(crate) text: Option<String>,
}

/// Who hears it.
pub(crate) trait Listener {
    /// What the completion function returns: 0 if it takes what was said.
    fn hear(&self, said: Said) -> u32;
}

thread_local! {
    static LISTENER: RefCell<Option<Rc<dyn Listener>>> = const { RefCell::new(None) };
}

/// Runs `body`; what the plug-in says meanwhile on this thread goes to `listener`.
pub(crate) fn listening<R>(listener: Rc<dyn Listener>, body: impl FnOnce() -> R) -> R {
    LISTENER.set(Some(listener));
    let result = body();
    LISTENER.set(None);
    result
}

/// What the host's library would export.
pub(crate) const COMPLETIONS: Completions = Completions { user, operation, quota };

fn hear(said: Said) -> u32 {
    let listener = LISTENER.with_borrow(Clone::clone);
    listener.map_or(ERROR_INVALID_PARAMETER, |listener| listener.hear(said))
}

pub(crate) unsafe extern "system" fn user(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    context: *const c_void,
    token: *mut c_void,
    administrator: i32,
    error: u32,
    extended: *const u16,
) -> u32 {
    let (kind, address, administrator) = (RequestKind::User, details.addr(), administrator != 0);
    let (context, token) = (context.addr() as u64, token.addr() as u64);
    // SAFETY: HA-02, in the other direction: NULL, or a text with a NUL.
    let text = unsafe { text(extended) };
    hear(Said { kind, address, flags, context, token, administrator, quota: None, error, text })
}

pub(crate) unsafe extern "system" fn operation(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    context: *const c_void,
    error: u32,
    extended: *const u16,
) -> u32 {
    let (kind, address, context) = (RequestKind::Operation, details.addr(), context.addr() as u64);
    // SAFETY: HA-02, in the other direction, as above.
    let text = unsafe { text(extended) };
    hear(Said { kind, address, flags, context, token: 0, administrator: false, quota: None, error, text })
}

pub(crate) unsafe extern "system" fn quota(
    details: *const WSMAN_SENDER_DETAILS,
    flags: u32,
    quota: *const WSMAN_AUTHZ_QUOTA,
    error: u32,
    extended: *const u16,
) -> u32 {
    let (kind, address) = (RequestKind::Quota, details.addr());
    // SAFETY: HA-02, in the other direction, as above.
    let text = unsafe { text(extended) };
    // SAFETY: HA-07: NULL, or a quota, which is four numbers, valid until we return.
    let quota = unsafe { quota.cast::<[u32; 4]>().as_ref() }.copied();
    hear(Said { kind, address, flags, context: 0, token: 0, administrator: false, quota, error, text })
}

/// # Safety
/// `start` is NULL, or the start of a text that ends with a NUL.
unsafe fn text(start: *const u16) -> Option<String> {
    let mut units = Vec::new();
    if start.is_null() {
        return None;
    }
    for index in 0.. {
        // SAFETY: HA-02, in the other direction: no NUL came before `index`.
        match unsafe { start.wrapping_add(index).read() } {
            0 => break,
            unit => units.push(unit),
        }
    }
    Some(String::from_utf16_lossy(&units))
}
