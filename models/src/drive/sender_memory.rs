//! Memory that the plug-in may read and only the host can write (HA-01: valid for reads).
//!
//! One file is mapped twice. The plug-in gets addresses of the mapping that is read-only, so that one that writes into
//! its sender details is caught in the act; the host writes through the other. Room is given out and never taken back.

use std::fs::File;
use std::io;
use std::ops::Range;

use memmap2::{Mmap, MmapMut};

/// How much there is. What does not fit lies on the heap, and is not guarded.
const BYTES: usize = 64 << 20;

/// Room for values of one type.
#[derive(Debug)]
pub(super) struct SenderMemory {
    readable: Mmap,
    writable: MmapMut,
    used: usize,
}

impl SenderMemory {
    /// Fresh memory.
    pub(super) fn new() -> io::Result<Self> {
        let file = file()?;
        file.set_len(BYTES as u64)?;
        // SAFETY: a fresh file that nobody else has; nobody cuts it short.
        let writable = unsafe { MmapMut::map_mut(&file)? };
        // SAFETY: as above; it changes only through `put`.
        let readable = unsafe { Mmap::map(&file)? };
        Ok(Self { readable, writable, used: 0 })
    }

    /// Where the plug-in can read and not write.
    pub(super) fn guarded(&self) -> Range<usize> {
        let start = self.readable.as_ptr().expose_provenance();
        start..start + self.readable.len()
    }

    /// Room for a value, by the address under which the plug-in sees it.
    pub(super) fn allocate<T: Copy>(&mut self, value: T) -> usize {
        let start = self.used.next_multiple_of(align_of::<T>());
        if start + size_of::<T>() > self.readable.len() {
            return Box::into_raw(Box::new(value)).expose_provenance();
        }
        self.used = start + size_of::<T>();
        let address = self.guarded().start + start;
        self.put(address, value);
        address
    }

    /// Replaces the value at an address that [`allocate`](Self::allocate) gave out for its type.
    pub(super) fn put<T: Copy>(&mut self, address: usize, value: T) {
        let guarded = self.guarded();
        let place = if guarded.contains(&address) {
            self.writable.as_mut_ptr().wrapping_add(address - guarded.start).cast()
        } else {
            std::ptr::with_exposed_provenance_mut::<T>(address)
        };
        // SAFETY: `allocate` made the room and nobody frees it; the caller has us to itself, and a plug-in reads only
        // before it completes the request, when nobody writes (HA-01).
        unsafe { place.write(value) };
    }
}

/// A file without a name, in memory where the system has such files.
#[cfg(target_os = "linux")]
fn file() -> io::Result<File> {
    use std::os::fd::FromRawFd as _;
    // SAFETY: the name ends in NUL.
    let descriptor = unsafe { libc::memfd_create(c"sender details".as_ptr(), libc::MFD_CLOEXEC) };
    if descriptor < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a new descriptor, which nobody else has.
    Ok(unsafe { File::from_raw_fd(descriptor) })
}

#[cfg(not(target_os = "linux"))]
fn file() -> io::Result<File> {
    tempfile::tempfile()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: usize) -> u64 {
        // SAFETY: room for a value of this type, which stays.
        unsafe { std::ptr::with_exposed_provenance::<u64>(address).read_volatile() }
    }

    #[test]
    fn the_reader_sees_what_the_writer_put() {
        let mut memory = SenderMemory::new().expect("memory");
        let [first, second] = [memory.allocate(1_u64), memory.allocate(2_u64)];
        assert_eq!([read(first), read(second)], [1, 2]);
        memory.put(first, 3_u64);
        assert_eq!([read(first), read(second)], [3, 2]);
        assert!(memory.guarded().contains(&second));
    }

    #[test]
    fn what_does_not_fit_lies_elsewhere() {
        let mut memory = SenderMemory::new().expect("memory");
        memory.used = BYTES - 4;
        let address = memory.allocate(5_u64);
        assert!(!memory.guarded().contains(&address));
        memory.put(address, 6_u64);
        assert_eq!(read(address), 6);
    }
}
