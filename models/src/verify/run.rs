//! Runs explorations on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::plan::Job;
use crate::explore::{Bounds, Exploration, Same, Watch, explore_as};
use crate::model::Model;

/// The bound on the states of one exploration: what it costs is memory, about 100 bytes for each state and some
/// kilobytes for each of the level whose steps are taken (measured: 2,300 bytes a state, with 382,453 states in 17
/// levels). No scenario of ours comes near; sizes from the command line may, and are then reported as not exhausted.
pub(super) const MOST_STATES: usize = 12_000_000;

/// One exploration with its result.
#[derive(Debug)]
pub struct Done {
    /// What was explored.
    pub model: Model,
    /// What was found.
    pub exploration: Exploration,
}

/// Explores every job. `tell` is called on the calling thread with each result as it comes in and about five times a
/// second in between, with the number of jobs left; if it returns `false` the rest is left out.
pub fn run(
    jobs: &[Job],
    same: Same,
    threads: usize,
    watch: &Watch,
    mut tell: impl FnMut(Option<&Done>, usize) -> bool,
) -> Vec<Done> {
    let next = AtomicUsize::new(0);
    let (send, receive) = mpsc::channel();
    let mut results = Vec::with_capacity(jobs.len());
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, jobs.len().max(1)) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let model = Model::new(job.scenario.clone(), job.dialect);
                    let exploration = explore_as(same, &model, Bounds::states(MOST_STATES), watch);
                    if send.send(Done { model, exploration }).is_err() || watch.stop.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
        drop(send);
        loop {
            let left = jobs.len() - results.len();
            match receive.recv_timeout(Duration::from_millis(200)) {
                Ok(done) => {
                    if !tell(Some(&done), left - 1) {
                        watch.stop.store(true, Ordering::Relaxed);
                    }
                    results.push(done);
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    tell(None, left);
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    results
}
