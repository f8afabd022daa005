//! The `wsmsvc.dll` beside this program, through which a plug-in reaches the completion functions under Windows.
//!
//! A plug-in imports them from a library of that name, and the loader binds the import to the one that is loaded
//! already. So ours is loaded first, by its full path: never the system's, which would take our senders for its own.

use libloading::os::windows::Library;

use super::error::DriveError;

/// Loads it for the rest of the process.
pub(super) fn load() -> Result<(), DriveError> {
    let program = std::env::current_exe().map_err(|why| DriveError::host("the path of this program", why))?;
    let path = program.with_file_name("wsmsvc.dll");
    if !path.is_file() {
        return Err(DriveError::NoForwarder(path));
    }
    // SAFETY: the library lies beside the program, so whoever installed the one chose the other.
    match unsafe { Library::new(&path) } {
        Ok(library) => {
            std::mem::forget(library);
            Ok(())
        }
        Err(error) => Err(DriveError::NotLoadable { path, why: error.to_string() }),
    }
}
