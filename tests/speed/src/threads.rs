//! The same work on several threads at a time.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// Runs `work` on so many threads, each with its number, and returns how long it took until the last was ready.
///
/// All begin together. What `work` returns is dropped outside of that time.
///
/// # Panics
/// If a thread does.
pub fn together<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Duration {
    if threads == 1 {
        let start = Instant::now();
        let made = work(0);
        let took = start.elapsed();
        drop(made);
        return took;
    }
    let (barrier, work) = (&Barrier::new(threads), &work);
    thread::scope(|scope| {
        let run = |number| {
            scope.spawn(move || {
                barrier.wait();
                let start = Instant::now();
                let made = work(number);
                (start, Instant::now(), made)
            })
        };
        let running: Vec<_> = (0..threads).map(run).collect();
        let times: Vec<_> = running.into_iter().map(|thread| thread.join().expect("a contender panicked")).collect();
        let start = times.iter().map(|(start, ..)| *start).min();
        let end = times.iter().map(|(_, end, _)| *end).max();
        end.zip(start).map(|(end, start)| end - start).expect("there are threads")
    })
}

/// The name of a case.
#[must_use]
pub fn with_threads(name: &str, threads: usize) -> String {
    if threads == 1 { format!("{name}, 1 thread") } else { format!("{name}, {threads} threads") }
}
