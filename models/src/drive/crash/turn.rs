//! Who writes the note, where several threads die at once: the first crash stands, also against the exit that `abort`
//! may end in. Only a crash in the course of an exit says more than the exit.
//!
//! A thread that comes second must wait: going on would end the process before the note is complete. It does not wait
//! for ever, since the first may be itself, dying once more while it writes. For signal handlers: no lock, no memory.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

/// How long a dying thread waits for the note of another, which is four numbers.
const PATIENCE: Duration = Duration::from_millis(500);

const NOTHING: u8 = 0;
const BUSY: u8 = 1;
const EXIT: u8 = 2;
const CRASH: u8 = 3;

/// How far the note is.
#[derive(Debug)]
pub(super) struct Turn(AtomicU8);

impl Turn {
    pub(super) const fn new() -> Self {
        Self(AtomicU8::new(NOTHING))
    }

    /// Whether this thread is the one to write the note; if not, the note of another is complete, or never will be.
    pub(super) fn begin(&self, is_exit: bool) -> bool {
        let start = Instant::now();
        loop {
            match self.0.load(Ordering::Acquire) {
                BUSY if start.elapsed() > PATIENCE => return false,
                BUSY => std::thread::yield_now(),
                CRASH => return false,
                EXIT if is_exit => return false,
                state => {
                    if self.0.compare_exchange(state, BUSY, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                        return true;
                    }
                }
            }
        }
    }

    /// The note is complete.
    pub(super) fn end(&self, is_exit: bool) {
        self.0.store(if is_exit { EXIT } else { CRASH }, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    #[test]
    fn the_first_crash_stands_and_says_more_than_an_exit() {
        let turn = Turn::new();
        assert!(turn.begin(true));
        turn.end(true);
        assert!(!turn.begin(true), "the second exit says nothing new");
        assert!(turn.begin(false), "a crash in the course of an exit");
        turn.end(false);
        assert!(!turn.begin(false) && !turn.begin(true));
    }

    #[test]
    fn a_second_thread_waits_until_the_note_is_complete() {
        let (turn, complete) = (Turn::new(), AtomicBool::new(false));
        assert!(turn.begin(false));
        std::thread::scope(|scope| {
            let second = scope.spawn(|| !turn.begin(false) && complete.load(Ordering::Acquire));
            std::thread::sleep(PATIENCE / 10);
            complete.store(true, Ordering::Release);
            turn.end(false);
            assert!(second.join().expect("no panic"), "it went on before the note was complete");
        });
    }

    #[test]
    fn a_thread_that_dies_while_it_writes_does_not_wait_for_itself() {
        let turn = Turn::new();
        assert!(turn.begin(false));
        let start = Instant::now();
        assert!(!turn.begin(false));
        assert!(start.elapsed() >= PATIENCE && start.elapsed() < 20 * PATIENCE);
    }
}
