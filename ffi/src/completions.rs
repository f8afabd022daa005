//! The only file that calls the host: the three completion functions, as a table.
//!
//! A table, because the functions exist only in the process that loads the plug-in: `wsmsvc.dll` on Windows, the
//! program that loads the library elsewhere. Only `export_plugin!` names them, so everything else links without.

#![expect(unsafe_code, reason = "the host's functions take pointers")]

use std::ffi::c_void;
use std::num::NonZeroU64;
use std::ptr;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::RemoteManagement::{WSMAN_AUTHZ_QUOTA, WSMAN_SENDER_DETAILS};
use windows_sys::core::{BOOL, PCWSTR};
use wsman_authz_core::call::{Completion, Identity, Quota, RequestKind};
use wsman_authz_core::code::{ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER};

use crate::log;

/// The functions by which a plug-in answers.
#[derive(Clone, Copy, Debug)]
pub struct Completions {
    /// `WSManPluginAuthzUserComplete`.
    pub user:
        unsafe extern "system" fn(*const WSMAN_SENDER_DETAILS, u32, *const c_void, HANDLE, BOOL, u32, PCWSTR) -> u32,
    /// `WSManPluginAuthzOperationComplete`.
    pub operation: unsafe extern "system" fn(*const WSMAN_SENDER_DETAILS, u32, *const c_void, u32, PCWSTR) -> u32,
    /// `WSManPluginAuthzQueryQuotaComplete`.
    pub quota:
        unsafe extern "system" fn(*const WSMAN_SENDER_DETAILS, u32, *const WSMAN_AUTHZ_QUOTA, u32, PCWSTR) -> u32,
}

impl Completions {
    /// Says `completion` and returns what the host says to it: 0 if it was accepted.
    ///
    /// `client_token` is the handle that stands for [`Identity::Client`].
    pub(crate) fn call(&self, completion: &Completion, client_token: Option<NonZeroU64>) -> u32 {
        match completion.kind {
            RequestKind::User => self.call_user(completion, client_token),
            RequestKind::Operation => self.call_operation(completion),
            RequestKind::Quota => self.call_quota(completion),
        }
    }

    fn call_user(&self, completion: &Completion, client_token: Option<NonZeroU64>) -> u32 {
        let Some(token) = impersonation_token(completion, client_token) else {
            // CL-72: the NULL that would go out here means the host process. Say no, and report a refusal to the
            // engine, so that it takes the lease back.
            log::identity_missing();
            let mut failure = Completion { error: ERROR_ACCESS_DENIED, ..completion.clone() };
            (failure.context, failure.identity, failure.administrator) = (None, None, false); // CL-53
            let _ = self.call_user(&failure, None);
            return ERROR_INVALID_PARAMETER;
        };
        let (sender, text) = (sender_pointer(completion), wide(completion));
        let administrator = BOOL::from(completion.administrator);
        // SAFETY: HA-01: the host still waits for this request. HA-07: it copies the text before it returns. HA-10: it
        // does not look behind the context. HA-11: any thread may call.
        unsafe {
            (self.user)(sender, 0, context(completion), token, administrator, completion.error, pointer(text.as_ref()))
        }
    }

    fn call_operation(&self, completion: &Completion) -> u32 {
        let (sender, text) = (sender_pointer(completion), wide(completion));
        // SAFETY: HA-01, HA-07, HA-10, HA-11, as above.
        unsafe { (self.operation)(sender, 0, context(completion), completion.error, pointer(text.as_ref())) }
    }

    fn call_quota(&self, completion: &Completion) -> u32 {
        let (sender, text) = (sender_pointer(completion), wide(completion));
        let quota = completion.quota.map(quota_structure);
        let quota = quota.as_ref().map_or(ptr::null(), ptr::from_ref);
        // SAFETY: HA-01, HA-11, as above. HA-07: the host copies quota and text before it returns.
        unsafe { (self.quota)(sender, 0, quota, completion.error, pointer(text.as_ref())) }
    }
}

/// The token that goes out; NULL with a failure (CL-53). `None`: a success does not say whose identity it means.
fn impersonation_token(completion: &Completion, client_token: Option<NonZeroU64>) -> Option<HANDLE> {
    let value = match completion.identity {
        Some(Identity::Client) => client_token?.get(),
        Some(Identity::Token(token)) => token.0,
        Some(Identity::Host) => 0,
        None if completion.is_success() => return None,
        None => 0,
    };
    Some(ptr::without_provenance_mut(value as usize))
}

/// The host's own pointer, from the number under which the request is known (CL-51).
fn sender_pointer(completion: &Completion) -> *const WSMAN_SENDER_DETAILS {
    ptr::with_exposed_provenance(completion.sender.map_or(0, |sender| sender.0.get() as usize))
}

fn context(completion: &Completion) -> *const c_void {
    ptr::without_provenance(completion.context.map_or(0, |context| context.value() as usize))
}

const fn quota_structure(quota: Quota) -> WSMAN_AUTHZ_QUOTA {
    WSMAN_AUTHZ_QUOTA {
        maxAllowedConcurrentShells: quota.shells,
        maxAllowedConcurrentOperations: quota.operations,
        timeslotSize: quota.timeslot_s,
        maxAllowedOperationsPerTimeslot: quota.per_timeslot,
    }
}

/// The text as NUL-terminated UTF-16. A NUL inside would cut it off, so it becomes a space.
fn wide(completion: &Completion) -> Option<Vec<u16>> {
    let text = completion.extended.as_deref()?;
    Some(text.encode_utf16().map(|unit| if unit == 0 { u16::from(b' ') } else { unit }).chain([0]).collect())
}

fn pointer(text: Option<&Vec<u16>>) -> PCWSTR {
    text.map_or(ptr::null(), |text| text.as_ptr())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use wsman_authz_core::{Context, Sender};

    use super::*;
    use crate::testing::said::COMPLETIONS;

    thread_local! {
        /// Context, token, administrator and error of each call.
        static SAID: RefCell<Vec<(usize, usize, BOOL, u32)>> = const { RefCell::new(Vec::new()) };
    }

    extern "system" fn user(
        _: *const WSMAN_SENDER_DETAILS,
        _: u32,
        context: *const c_void,
        token: HANDLE,
        administrator: BOOL,
        error: u32,
        _: PCWSTR,
    ) -> u32 {
        SAID.with_borrow_mut(|said| said.push((context.addr(), token.addr(), administrator, error)));
        0
    }

    #[test]
    fn cl_72_a_yes_that_does_not_say_whose_identity_goes_out_as_a_no() {
        let completions = Completions { user, ..COMPLETIONS };
        let sender = Sender::new(0x1000).expect("not NULL");
        let yes = Completion {
            context: Context::new(22),
            administrator: true,
            ..Completion::failure(RequestKind::User, sender, 0)
        };
        let say = |identity, client_token| {
            let said = Completion { identity, ..yes.clone() };
            (completions.call(&said, NonZeroU64::new(client_token)), SAID.take())
        };
        let no = (ERROR_INVALID_PARAMETER, vec![(0, 0, 0, ERROR_ACCESS_DENIED)]);
        assert_eq!(say(None, 5), no, "nothing is named");
        assert_eq!(say(Some(Identity::Client), 0), no, "the client has no token");
        assert_eq!(say(Some(Identity::Client), 5), (0, vec![(22, 5, 1, 0)]));
        assert_eq!(say(Some(Identity::Host), 5), (0, vec![(22, 0, 1, 0)]), "the host process, by name");
    }
}
