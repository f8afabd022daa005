//! The thread that denies overdue requests on time, for policies that ask for one (CL-70).
//!
//! It runs from the first Startup to the last Shutdown, which waits for it (CL-62). Between two deadlines it sleeps.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wsman_authz_core::Timestamp;
use wsman_authz_core::engine::Input;
use wsman_authz_core::sync::thread::{self, JoinHandle};
use wsman_authz_core::sync::{Condvar, Mutex};

use crate::boundary::guard;
use crate::performer::Performer;

/// The watch over one engine.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// Applications that run.
    applications: usize,
    /// Which thread is to watch: each has a number of its own, and goes home when it is another's turn.
    turn: u64,
    /// Threads that have not gone home.
    awake: BTreeSet<u64>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// An application starts; the first one starts the thread.
    ///
    /// # Errors
    /// The system has no thread for us.
    pub(crate) fn begin<C>(self: &Arc<Self>, performer: &Arc<Performer<C>>) -> io::Result<()>
    where
        C: Send + Sync + 'static,
    {
        let mut state = self.state.lock();
        if state.applications == 0 {
            let (watch, performer, turn) = (Arc::clone(self), Arc::clone(performer), state.turn);
            let builder = thread::Builder::new().name("wsman-authz overdue".to_owned());
            state.thread = Some(builder.spawn(move || watch.keep(turn, &performer))?);
            state.awake.insert(turn);
        }
        state.applications += 1;
        Ok(())
    }

    /// An application has shut down; the last one ends the thread, and waits for it, at most `limit`. Whether it has
    /// ended: it has not if the host keeps one of its completions, or called Shutdown from inside of one.
    pub(crate) fn end(&self, limit: Duration) -> bool {
        let deadline = Instant::now() + limit;
        let mut state = self.state.lock();
        state.applications = state.applications.saturating_sub(1);
        if state.applications > 0 {
            return true;
        }
        let (turn, watcher) = (state.turn, state.thread.take());
        state.turn += 1;
        self.changed.notify_all();
        let Some(watcher) = watcher else { return true };
        if watcher.thread().id() == thread::current().id() {
            return false;
        }
        while state.awake.contains(&turn) {
            if Instant::now() >= deadline {
                return false;
            }
            state = self.changed.wait_until(state, deadline);
        }
        drop(state);
        watcher.join().is_ok()
    }

    /// There is a new deadline, or time has passed.
    pub(crate) fn look(&self) {
        // Whoever is about to sleep holds the lock until it does.
        drop(self.state.lock());
        self.changed.notify_all();
    }

    /// Threads that have not gone home.
    #[cfg(test)]
    pub(crate) fn awake(&self) -> usize {
        self.state.lock().awake.len()
    }

    /// What the thread does.
    fn keep<C>(&self, turn: u64, performer: &Performer<C>) {
        let mut state = self.state.lock();
        while state.turn == turn {
            let deadline = performer.engine().next_deadline();
            if deadline.is_some_and(|deadline| deadline <= performer.clock.now()) {
                drop(state);
                guard("overdue requests", (), || drop(performer.take(Input::Tick)));
                state = self.state.lock();
            } else {
                let until = performer.clock.instant(deadline.unwrap_or(Timestamp(u64::MAX)));
                state = self.changed.wait_until(state, until);
            }
        }
        state.awake.remove(&turn);
        drop(state);
        self.changed.notify_all();
    }
}
