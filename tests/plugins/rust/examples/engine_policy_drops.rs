//! Legal: a policy on our engine that drops every fourth request, and answers the others late, from threads of its
//! own.
//!
//! Unusual: a dropped request is denied. Shutdown waits for the threads, because the library may be unloaded then.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wsman_authz::{
    ApplicationInfo, Identity, OperationRequest, Plugin, ShutdownReason, StartError, UserGrant, UserRequest,
};

#[derive(Default)]
struct Careless {
    asked: AtomicU32,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Careless {
    fn later(&self, answer: impl FnOnce() + Send + 'static) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread::spawn(|| {
            thread::sleep(Duration::from_millis(1));
            answer();
        }));
    }

    fn drops(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) % 4 == 3
    }
}

impl Plugin for Careless {
    type Context = u32;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self::default())
    }

    fn authorize_user(&self, request: UserRequest<u32>) {
        if !self.drops() {
            self.later(|| request.allow(UserGrant::new(Identity::Client).context(7)));
        }
    }

    fn authorize_operation(&self, request: OperationRequest<u32>) {
        if !self.drops() {
            self.later(|| request.allow_with_context(8));
        }
    }

    fn shutdown(&self, _: ShutdownReason) {
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

wsman_authz::export_plugin!(Careless);
