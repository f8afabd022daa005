//! Which calls are under way, on which thread, since when.
//!
//! Each thread keeps the stack of its own: calls into the plug-in, and the plug-in's calls of completion functions.
//! The watchdog looks at the top of each stack; a signal handler finds the number of the innermost call in
//! [`innermost`]. Threads of the plug-in appear here as soon as they complete something.

use std::cell::{Cell, OnceCell};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use wsman_authz_core::ThreadId;

/// How long one call into the plug-in may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// By how much a call may have begun later than those that wait for the same lock, and be the cause all the same.
pub(super) const LEAD: Duration = Duration::from_secs(1);

/// Something on the stack of a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    /// A call into the plug-in.
    Call { since: Instant, name: &'static str, seq: u64 },
    /// A completion function. What stands above it stands inside the completion.
    Completion,
}

type Stack = Arc<Mutex<Vec<Frame>>>;

static STACKS: Mutex<Vec<Weak<Mutex<Vec<Frame>>>>> = Mutex::new(Vec::new());
static LAST_THREAD: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static STACK: OnceCell<Stack> = const { OnceCell::new() };
    /// No destructor and no lazy start: a signal handler may read it.
    static INNERMOST: Cell<u64> = const { Cell::new(0) };
    static STACK_POINTER: Cell<usize> = const { Cell::new(0) };
    static THREAD: Cell<u32> = const { Cell::new(0) };
}

/// A call that takes too long, or may yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overdue {
    /// Which call.
    pub(super) name: &'static str,
    /// Its number in the trace; 0 if it has none.
    pub(super) seq: u64,
    /// Whether a completion waits for it.
    pub(super) inside_completion: bool,
    /// How long it has been there.
    time: Duration,
}

/// Takes the frame off the stack when it goes.
#[must_use = "the call is under way as long as this lives"]
#[derive(Debug)]
pub(super) struct UnderWay {
    /// The call around it.
    outer: u64,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        with_stack(Vec::pop);
        INNERMOST.set(self.outer);
    }
}

/// A call into the plug-in begins on this thread.
pub(super) fn call(name: &'static str, seq: u64) -> UnderWay {
    with_stack(|stack| stack.push(Frame::Call { since: Instant::now(), name, seq }));
    let here = 0_u8;
    STACK_POINTER.set((&raw const here).addr());
    UnderWay { outer: INNERMOST.replace(seq) }
}

/// A completion function was called on this thread, or this thread acts for one.
pub(super) fn completion() -> UnderWay {
    with_stack(|stack| stack.push(Frame::Completion));
    UnderWay { outer: INNERMOST.get() }
}

/// The number of the innermost call on this thread; 0 outside of any. For signal handlers too.
pub(super) fn innermost() -> u64 {
    INNERMOST.get()
}

/// About where the stack of this thread stood when its last call began. For signal handlers too.
pub(super) fn stack() -> usize {
    STACK_POINTER.get()
}

/// A call that takes too long, if there is one; rather one that a completion waits for, because it is the cause where
/// others merely wait for the same lock. It may have begun a little later than they did, so they wait for it in turn.
pub(super) fn overdue() -> Option<Overdue> {
    let mut stacks = STACKS.lock();
    stacks.retain(|stack| stack.strong_count() > 0);
    let under_way = stacks.iter().filter_map(Weak::upgrade).filter_map(|stack| innermost_call(&stack.lock()));
    first_to_blame(&under_way.collect::<Vec<Overdue>>())
}

/// The call on top of a stack.
fn innermost_call(stack: &[Frame]) -> Option<Overdue> {
    let inside_completion = stack.contains(&Frame::Completion);
    match stack.last()? {
        Frame::Call { since, name, seq } => Some(Overdue { name, seq: *seq, inside_completion, time: since.elapsed() }),
        Frame::Completion => None,
    }
}

fn first_to_blame(under_way: &[Overdue]) -> Option<Overdue> {
    let longest = under_way.iter().map(|call| call.time).max()?;
    let may_be_the_cause = |call: &Overdue| call.inside_completion && call.time + LEAD >= longest;
    let late = under_way.iter().filter(|call| call.time > PATIENCE);
    let late = late.max_by_key(|call| (may_be_the_cause(call), call.time))?;
    let is_awaited = under_way.iter().any(|call| may_be_the_cause(call) && call.time <= PATIENCE);
    (may_be_the_cause(late) || !is_awaited).then_some(*late)
}

fn with_stack<R>(change: impl FnOnce(&mut Vec<Frame>) -> R) -> R {
    STACK.with(|stack| {
        let stack = stack.get_or_init(|| {
            let stack = Stack::default();
            STACKS.lock().push(Arc::downgrade(&stack));
            stack
        });
        change(&mut stack.lock())
    })
}

/// The number of this thread in the trace.
pub(super) fn thread() -> ThreadId {
    if THREAD.get() == 0 {
        THREAD.set(fresh_thread().0);
    }
    ThreadId(THREAD.get())
}

/// A number that no thread has.
pub(super) fn fresh_thread() -> ThreadId {
    ThreadId(LAST_THREAD.fetch_add(1, Ordering::Relaxed) + 1)
}

/// This thread goes by another number until the returned value is dropped.
pub(super) fn adopt(thread: ThreadId) -> Adopted {
    Adopted { before: THREAD.replace(thread.0) }
}

/// Gives the thread its number back.
#[must_use = "the thread has its number as long as this lives"]
#[derive(Debug)]
pub(super) struct Adopted {
    before: u32,
}

impl Drop for Adopted {
    fn drop(&mut self) {
        THREAD.set(self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(seconds: u64, seq: u64, inside_completion: bool) -> Overdue {
        Overdue { name: "release_context", seq, inside_completion, time: Duration::from_secs(seconds) }
    }

    fn blamed(under_way: &[Overdue]) -> Option<u64> {
        first_to_blame(under_way).map(|call| call.seq)
    }

    #[test]
    fn a_call_inside_a_completion_is_rather_to_blame() {
        assert_eq!(blamed(&[call(7, 1, false), call(6, 2, true), call(7, 3, false)]), Some(2));
        assert_eq!(blamed(&[call(6, 1, false), call(3, 2, false)]), Some(1));
        assert_eq!(blamed(&[call(5, 1, false), call(5, 2, true)]), None, "nobody is late");
    }

    #[test]
    fn who_is_late_waits_for_a_call_inside_a_completion_that_began_about_then() {
        assert_eq!(blamed(&[call(6, 1, false), call(5, 2, true)]), None);
    }

    #[test]
    fn a_call_inside_a_completion_that_began_much_later_is_no_cause() {
        assert_eq!(blamed(&[call(6, 1, false), call(3, 2, true)]), Some(1));
        assert_eq!(blamed(&[call(8, 1, false), call(6, 2, true)]), Some(1));
    }
}
