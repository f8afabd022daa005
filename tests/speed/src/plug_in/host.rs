//! The host's side, the same for every plug-in: one letter for each thread, written once.

use std::ffi::c_void;
use std::marker::PhantomData;
use std::ptr;

use super::Library;
use super::completions::{Letter, wide};
use crate::leases::Leases;
use crate::payload::{Payload, name};

/// A host with one application of a plug-in.
pub struct HostSide<L: Library> {
    application: *const c_void,
    letters: Vec<Letter>,
    action: Vec<u16>,
    resource: Vec<u16>,
    /// The contexts of the users; released at the end.
    users: Vec<*const c_void>,
    library: PhantomData<L>,
}

// SAFETY: each letter is used by the thread whose number it has; the rest is only read, and the pointers are the
// plug-in's, which takes calls from any thread.
unsafe impl<L: Library> Sync for HostSide<L> {}

/// A context that may go to another thread.
#[derive(Clone, Copy, Debug)]
pub struct Context(*const c_void);

// SAFETY: a host hands a context back from any thread, and never looks behind it.
unsafe impl Send for Context {}

impl<L: Library> HostSide<L> {
    /// The application runs, and a user for each thread was let in.
    ///
    /// # Panics
    /// If the plug-in does not say yes.
    #[must_use]
    pub fn start(threads: usize) -> Self {
        let identification = wide("wsman/speed");
        let mut application = ptr::null_mut();
        // SAFETY: a text with a NUL, and a place to write.
        let error = unsafe { (L::EXPORTS.startup)(0, identification.as_ptr(), ptr::null(), &raw mut application) };
        assert_eq!(error, 0, "Startup");
        let letters: Vec<_> = (0..threads).map(|thread| Letter::new(&name(thread), "Negotiate")).collect();
        let let_in = |letter: &Letter| {
            // SAFETY: the letter outlives the call, and the plug-in answers before it returns.
            unsafe { (L::EXPORTS.user)(application, letter.pointer(), 0) };
            letter.take()
        };
        let users = letters.iter().map(let_in).collect();
        let action = wide("http://schemas.xmlsoap.org/ws/2004/09/transfer/Get");
        let resource = wide("http://schemas.example.org/resource");
        Self { application, letters, action, resource, users, library: PhantomData }
    }
}

impl<L: Library> Leases for HostSide<L> {
    type Handle = Context;

    /// The payload is made by the policy.
    fn report(&self, thread: usize, _: impl FnOnce() -> Payload) -> Context {
        let letter = &self.letters[thread];
        let (action, resource) = (self.action.as_ptr(), self.resource.as_ptr());
        // SAFETY: the letter and both texts outlive the call, and the plug-in answers before it returns.
        unsafe { (L::EXPORTS.operation)(self.application, letter.pointer(), 0, 1, action, resource) };
        Context(letter.take())
    }

    fn release(&self, _: usize, handle: Context) {
        // SAFETY: the context was reported, and is released once.
        unsafe { (L::EXPORTS.release)(handle.0) };
    }
}

impl<L: Library> Drop for HostSide<L> {
    fn drop(&mut self) {
        for user in &self.users {
            // SAFETY: the context was reported, and is released once.
            unsafe { (L::EXPORTS.release)(*user) };
        }
        // SAFETY: the application was started, and everything of it has come back.
        let error = unsafe { (L::EXPORTS.shutdown)(self.application, 0, 3) };
        assert_eq!(error, 0, "Shutdown");
    }
}

impl<L: Library> std::fmt::Debug for HostSide<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostSide").field("letters", &self.letters).finish_non_exhaustive()
    }
}
