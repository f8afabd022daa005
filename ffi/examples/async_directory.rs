//! A plug-in in async code: questions about users become tasks, answered when a directory has answered.
//!
//! ```text
//! cargo build --example async_directory
//! ```
//!
//! The runtime is the author's choice; this one is tokio. What to look at:
//!
//! - a request is moved into its task, so a task that is cancelled drops it, and the user is denied;
//! - a directory that takes too long costs nobody their connection: a thread of the engine denies what is overdue;
//! - Shutdown ends the tasks and waits for the threads of the runtime.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use wsman_authz::{
    Action, ApplicationInfo, Identity, OperationRequest, Plugin, ShutdownReason, StartError, UserGrant, UserRequest,
};

wsman_authz::export_plugin!(AsyncDirectory);

/// The policy of one hosted application.
struct AsyncDirectory {
    directory: Arc<Directory>,
    tasks: Handle,
    /// Until Shutdown.
    runtime: Mutex<Option<Runtime>>,
}

/// What the directory knows of a user, and we remember until the host forgets them.
#[derive(Clone, Copy)]
struct Account {
    may_write: bool,
}

impl Plugin for AsyncDirectory {
    type Context = Account;

    // Whoever is not answered by then is denied, also if the host is silent meanwhile.
    const ANSWER_WITHIN: Option<Duration> = Some(Duration::from_secs(10));
    const WATCH_OVERDUE: bool = true;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("directory").enable_time().build()?;
        let (tasks, runtime) = (runtime.handle().clone(), Mutex::new(Some(runtime)));
        Ok(Self { directory: Arc::default(), tasks, runtime })
    }

    fn authorize_user(&self, request: UserRequest<Account>) {
        let directory = Arc::clone(&self.directory);
        self.tasks.spawn(async move {
            // What is borrowed from the request cannot be kept beyond its answer; a name is copied.
            let name = request.sender().name().to_owned();
            match directory.look_up(&name).await {
                Some(account) => request.allow(UserGrant::new(Identity::Client).context(account)),
                None => request.deny(),
            }
        });
    }

    fn authorize_operation(&self, request: OperationRequest<Account>) {
        // What was looked up for the user is at hand: no need to ask again.
        let may_write = request.user_context().is_some_and(|account| account.may_write);
        match request.action() {
            Action::Get | Action::Enumerate => request.allow_sharing_context(),
            _ if may_write => request.allow_sharing_context(),
            _ => request.deny(),
        }
    }

    fn shutdown(&self, _: ShutdownReason) {
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(runtime) = runtime else { return };
        if Handle::try_current().is_ok() {
            // The host calls from inside one of our own answers: a thread cannot wait for itself.
            runtime.shutdown_background();
        } else {
            // Dropped with their tasks, requests are denied; by now the engine has done so. The library may be
            // unloaded as soon as we return, so wait for the threads.
            drop(runtime);
        }
    }
}

/// A directory somewhere in the network, as far as this example has one.
#[derive(Default)]
struct Directory;

impl Directory {
    /// Everybody is known but every seventh user; every second one may write.
    async fn look_up(&self, name: &str) -> Option<Account> {
        let number = name
            .bytes()
            .filter(u8::is_ascii_digit)
            .fold(0_u32, |number, digit| number.wrapping_mul(10).wrapping_add(u32::from(digit - b'0')));
        tokio::time::sleep(Duration::from_millis(u64::from(number % 3))).await;
        (number % 7 != 0).then_some(Account { may_write: number % 2 == 0 })
    }
}
