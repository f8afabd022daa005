//! The parent as the child sees it. Without it nobody waits for the result, and the child ends itself.

/// The process that waits for the result.
#[derive(Debug)]
pub(super) struct Guardian(system::Process);

impl Guardian {
    /// The parent, by its process number.
    pub(super) fn new(number: u32) -> Self {
        Self(system::Process::open(number))
    }

    /// Whether it has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.0.is_gone()
    }
}

#[cfg(unix)]
mod system {
    /// Who outlives the parent is given to another one.
    #[derive(Debug)]
    pub(super) struct Process(u32);

    impl Process {
        pub(super) const fn open(number: u32) -> Self {
            Self(number)
        }

        pub(super) fn is_gone(&self) -> bool {
            std::os::unix::process::parent_id() != self.0
        }
    }
}

#[cfg(windows)]
mod system {
    use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};

    use windows_sys::Win32::Foundation::WAIT_OBJECT_0;
    use windows_sys::Win32::System::Threading::{OpenProcess, PROCESS_SYNCHRONIZE, WaitForSingleObject};

    /// `None` if it could not be opened: then it is gone already.
    #[derive(Debug)]
    pub(super) struct Process(Option<OwnedHandle>);

    impl Process {
        pub(super) fn open(number: u32) -> Self {
            // SAFETY: a call of the system without pointers.
            let handle = unsafe { OpenProcess(PROCESS_SYNCHRONIZE, 0, number) };
            // SAFETY: if it is not NULL, `OpenProcess` gave it to us, and nobody else closes it.
            Self((!handle.is_null()).then(|| unsafe { OwnedHandle::from_raw_handle(handle) }))
        }

        pub(super) fn is_gone(&self) -> bool {
            let Some(handle) = &self.0 else { return true };
            // SAFETY: an open handle with the right to wait; it is asked, not waited for.
            unsafe { WaitForSingleObject(handle.as_raw_handle(), 0) == WAIT_OBJECT_0 }
        }
    }
}
