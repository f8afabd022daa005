//! The plug-in library: loading it, finding its exports, calling them.
//!
//! The only file that calls into the plug-in. Its promises to it are the host assumptions HA-nn of SPEC.md.

use std::error::Error as _;
use std::ffi::c_void;
use std::io::Read as _;
use std::path::Path;

use libloading::Library;

use super::abi::{AuthzOperation, AuthzQueryQuota, AuthzReleaseContext, AuthzUser, Shutdown, Startup};
use super::crash;
use super::error::DriveError;
use super::sender_pool::Address;

/// What the first bytes of a shared library are on this system.
#[cfg(not(windows))]
const MAGIC: (&[u8], &str) = (b"\x7fELF", "ELF");
#[cfg(windows)]
const MAGIC: (&[u8], &str) = (b"MZ", "PE");

/// A loaded plug-in with its entry points.
#[derive(Debug)]
pub(super) struct Plugin {
    startup: Startup,
    shutdown: Shutdown,
    authorize_user: AuthzUser,
    authorize_operation: AuthzOperation,
    query_quota: Option<AuthzQueryQuota>,
    release_context: AuthzReleaseContext,
}

/// The `pluginContext` of one application: opaque, passed back unchanged (HA-10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PluginContext(usize);

impl PluginContext {
    const fn pointer(self) -> *mut c_void {
        std::ptr::without_provenance_mut(self.0)
    }
}

/// A path that is no library is told apart before its code could run.
pub(super) fn check_file(path: &Path) -> Result<(), DriveError> {
    let unreadable = |why: std::io::Error| match why.kind() {
        std::io::ErrorKind::NotFound => DriveError::Missing(path.into()),
        _ => DriveError::Unreadable { path: path.into(), why: why.to_string() },
    };
    let not_a_library = |why: String| DriveError::NotALibrary { path: path.into(), why };
    if path.metadata().map_err(unreadable)?.is_dir() {
        return Err(not_a_library("it is a directory".to_owned()));
    }
    let mut start = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(MAGIC.0.len() as u64).read_to_end(&mut start).map_err(unreadable)?;
    if start != MAGIC.0 {
        return Err(not_a_library(format!("it does not begin as an {} file does", MAGIC.1)));
    }
    Ok(())
}

impl Plugin {
    /// Loads the library at `path`, which is never looked up in a search path. The entry points are good as long as
    /// the library stays.
    pub(super) fn load(path: &Path) -> Result<(Self, Library), DriveError> {
        check_file(path)?;
        #[cfg(windows)]
        super::forwarder::load()?;
        let place = std::path::absolute(path).map_err(|why| DriveError::host("the path of the plug-in", why))?;
        let library = open(&place).map_err(|error| {
            // The loader's own words are the cause.
            let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
            DriveError::NotLoadable { path: path.into(), why }
        })?;
        Ok((Self::find(path, &library)?, library))
    }

    fn find(path: &Path, library: &Library) -> Result<Self, DriveError> {
        let mut names = Vec::new();
        let startup = export::<Startup>(library, "WSManPluginStartup", &mut names);
        let shutdown = export::<Shutdown>(library, "WSManPluginShutdown", &mut names);
        let user = export::<AuthzUser>(library, "WSManPluginAuthzUser", &mut names);
        let operation = export::<AuthzOperation>(library, "WSManPluginAuthzOperation", &mut names);
        let release = export::<AuthzReleaseContext>(library, "WSManPluginAuthzReleaseContext", &mut names);
        // The one optional export: without it quotas are not asked for.
        let query_quota = export::<AuthzQueryQuota>(library, "WSManPluginAuthzQueryQuota", &mut Vec::new());
        let all = (startup, shutdown, user, operation, release);
        let (Some(startup), Some(shutdown), Some(authorize_user), Some(authorize_operation), Some(release_context)) =
            all
        else {
            return Err(DriveError::MissingExports { path: path.into(), names });
        };
        Ok(Self { startup, shutdown, authorize_user, authorize_operation, query_quota, release_context })
    }

    /// Whether it answers quota queries.
    pub(super) const fn has_quota(&self) -> bool {
        self.query_quota.is_some()
    }

    /// `WSManPluginStartup` of an application; `name` ends in NUL.
    pub(super) fn startup(&self, name: &[u16]) -> (u32, PluginContext) {
        debug_assert_eq!(name.last(), Some(&0));
        let mut context: *mut c_void = std::ptr::null_mut();
        // SAFETY: HA-02 for `name`, HA-05 for `context`; NULL is allowed for the extra information.
        let error = must_return(|| unsafe { (self.startup)(0, name.as_ptr(), std::ptr::null(), &raw mut context) });
        (error, PluginContext(context.addr()))
    }

    /// `WSManPluginShutdown` of an application.
    pub(super) fn shutdown(&self, context: PluginContext, reason: u32) -> u32 {
        // SAFETY: HA-10; the caller does it once per successful Startup (CL-55).
        must_return(|| unsafe { (self.shutdown)(context.pointer(), 0, reason) })
    }

    /// `WSManPluginAuthzUser`.
    pub(super) fn authorize_user(&self, context: PluginContext, sender: Address) {
        // SAFETY: HA-01, HA-02, HA-10: the pool keeps the sender until it is completed.
        must_return(|| unsafe { (self.authorize_user)(context.pointer(), sender.pointer(), 0) });
    }

    /// `WSManPluginAuthzOperation`; both strings end in NUL.
    pub(super) fn authorize_operation(
        &self,
        context: PluginContext,
        sender: Address,
        number: u32,
        [action, resource]: [&[u16]; 2],
    ) {
        debug_assert!(action.ends_with(&[0]) && resource.ends_with(&[0]));
        let (action, resource) = (action.as_ptr(), resource.as_ptr());
        // SAFETY: HA-01, HA-02, HA-10 for the sender; HA-03: the slices outlive the call.
        must_return(|| unsafe {
            (self.authorize_operation)(context.pointer(), sender.pointer(), 0, number, action, resource);
        });
    }

    /// `WSManPluginAuthzQueryQuota`; nothing if it is not exported, and then the host never asks.
    pub(super) fn query_quota(&self, context: PluginContext, sender: Address) {
        let Some(query_quota) = self.query_quota else { return };
        // SAFETY: HA-01, HA-02, HA-10: the pool keeps the sender until it is completed.
        must_return(|| unsafe { query_quota(context.pointer(), sender.pointer(), 0) });
    }

    /// `WSManPluginAuthzReleaseContext`.
    pub(super) fn release_context(&self, context: u64) {
        // SAFETY: HA-10: a value that the plug-in reported, released as often as it was reported.
        must_return(|| unsafe { (self.release_context)(std::ptr::without_provenance_mut(context as usize)) });
    }
}

#[cfg(not(windows))]
fn open(place: &Path) -> Result<Library, libloading::Error> {
    // SAFETY: the owner of the library asked us to run its code; it runs in a process of its own.
    unsafe { Library::new(place) }
}

/// The libraries that the plug-in needs are looked for beside it too.
#[cfg(windows)]
fn open(place: &Path) -> Result<Library, libloading::Error> {
    use libloading::os::windows::{LOAD_WITH_ALTERED_SEARCH_PATH, Library};
    // SAFETY: the owner of the library asked us to run its code; it runs in a process of its own.
    unsafe { Library::load_with_flags(place, LOAD_WITH_ALTERED_SEARCH_PATH) }.map(Into::into)
}

/// Makes a call into the plug-in. If something is thrown out of it, that is noted, and the process ends (CL-61).
fn must_return<R>(call: impl FnOnce() -> R) -> R {
    struct Thrown;

    impl Drop for Thrown {
        fn drop(&mut self) {
            crash::note_unwinding();
            std::process::abort();
        }
    }

    let thrown = Thrown;
    let result = call();
    std::mem::forget(thrown);
    result
}

/// The function of that name; otherwise its name is put on the list of those that lack.
fn export<F: Copy>(library: &Library, name: &str, missing: &mut Vec<String>) -> Option<F> {
    // SAFETY: the types above are those of the documented functions with these names.
    let symbol = unsafe { library.get::<F>(name.as_bytes()) };
    match symbol {
        Ok(function) => Some(*function),
        Err(_) => {
            missing.push(name.to_owned());
            None
        }
    }
}
