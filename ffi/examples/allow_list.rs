//! A complete authorization plug-in: users and groups from a TOML file.
//!
//! ```text
//! cargo build --example allow_list        # target/debug/examples/liballow_list.so, or allow_list.dll
//! ```
//!
//! It reads the file that the environment variable `WSMAN_AUTHZ_ALLOW_LIST` names, or else the text that is bundled,
//! `allow_list.toml`. Read from top to bottom, it shows everything that a plug-in does:
//!
//! - questions about users are answered *later*, by a thread of our own, as if a directory had to be asked;
//! - questions about operations and quotas are answered *at once*, from what we remember for the user;
//! - what we remember, a [`Member`], is one value behind the user and all of the user's long operations;
//! - Shutdown joins the thread.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::{env, fs};

use serde::Deserialize;
use wsman_authz::{
    Action, ApplicationInfo, DEFAULT_QUOTA, Identity, OperationRequest, Plugin, Quota, QuotaRequest, ShutdownReason,
    StartError, UserGrant, UserRequest, code,
};

// This line is the DLL: it exports the six functions that the host looks for.
wsman_authz::export_plugin!(AllowList);

/// The policy of one hosted application.
struct AllowList {
    /// Where questions about users wait for the thread; `None` after Shutdown.
    questions: Mutex<Option<Sender<UserRequest<Member>>>>,
    clerk: Mutex<Option<JoinHandle<()>>>,
}

/// What we remember for a user, from the moment they are let in until the host forgets them: the group they are in.
struct Member {
    group: Arc<Group>,
}

impl Plugin for AllowList {
    type Context = Member;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        // An error here, or by `?`, is logged, and the application does not run.
        let rules = Rules::load()?;
        let (questions, waiting) = mpsc::channel();
        let clerk =
            thread::Builder::new().name("allow-list".to_owned()).spawn(move || answer_users(&rules, waiting))?;
        Ok(Self { questions: Mutex::new(Some(questions)), clerk: Mutex::new(Some(clerk)) })
    }

    fn authorize_user(&self, request: UserRequest<Member>) {
        // A request is a value: move it wherever the answer will be known. One that is dropped is denied, so nobody
        // waits for ever if the thread is gone. The lock is open again before that could happen: answering calls the
        // host, and the host may call us from inside.
        let questions = lock(&self.questions).clone();
        if let Some(questions) = questions {
            drop(questions.send(request));
        }
    }

    fn authorize_operation(&self, request: OperationRequest<Member>) {
        let Some(member) = request.user_context() else { return request.deny() };
        if !member.group.permits(request.action()) {
            let text = format!("The group {} may not do this.", member.group.name);
            return request.deny_with(code::ERROR_ACCESS_DENIED, text);
        }
        match request.action() {
            // These go on after their response. Their context keeps the member alive until they have ended, even if
            // the user is forgotten or let in anew before.
            Action::Enumerate | Action::Subscribe | Action::Create | Action::Command => {
                request.allow_sharing_context();
            }
            _ => request.allow(),
        }
    }

    fn query_quota(&self, request: QuotaRequest<Member>) {
        let quota = request.user_context().and_then(|member| member.group.quota.as_ref());
        let quota = quota.map_or(DEFAULT_QUOTA, GroupQuota::to_quota);
        request.answer(quota);
    }

    fn shutdown(&self, _: ShutdownReason) {
        // Whatever still waits has been denied. Without a sender the thread comes to its end; the library may be
        // unloaded as soon as we return, so wait for it.
        drop(lock(&self.questions).take());
        let clerk = lock(&self.clerk).take();
        // Unless we are called from inside one of its own answers.
        if let Some(clerk) = clerk.filter(|clerk| clerk.thread().id() != thread::current().id()) {
            drop(clerk.join());
        }
    }
}

/// The thread that decides about users, until the last sender is gone.
fn answer_users(rules: &Rules, waiting: Receiver<UserRequest<Member>>) {
    for request in waiting {
        let sender = request.sender();
        let Some(group) = rules.group_of(sender.mechanism(), sender.name()) else {
            request.deny(); // nobody we know
            continue;
        };
        match &group.verdict {
            Verdict::Deny { reason } => request.deny_with(code::ERROR_ACCESS_DENIED, reason.as_str()),
            Verdict::Redirect { url } => request.redirect(url.as_str()),
            Verdict::Allow { administrator, .. } => {
                // The user acts under their own identity. `Identity` has no default: forgetting it would mean the
                // identity of the host process.
                let grant = UserGrant::new(Identity::Client).administrator(*administrator);
                // A user who is authorized again and is still in the same group goes on with the same value.
                let unchanged = request.user_context().is_some_and(|member| Arc::ptr_eq(&member.group, group));
                let grant =
                    if unchanged { grant.keep_context() } else { grant.context(Member { group: Arc::clone(group) }) };
                request.allow(grant);
            }
        }
    }
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    /// How a user must have logged on. The name alone identifies nobody.
    mechanism: String,
    #[serde(rename = "group")]
    groups: Vec<Arc<Group>>,
}

#[derive(Deserialize)]
struct Group {
    name: String,
    members: Vec<Pattern>,
    #[serde(flatten)]
    verdict: Verdict,
    quota: Option<GroupQuota>,
}

#[derive(Deserialize)]
#[serde(tag = "verdict", rename_all = "lowercase", deny_unknown_fields)] // a misspelled limit is no limit
enum Verdict {
    Allow {
        #[serde(default)]
        administrator: bool,
        /// Everything, if it is missing.
        actions: Option<Vec<ActionName>>,
    },
    Deny {
        reason: String,
    },
    Redirect {
        url: String,
    },
}

impl Rules {
    fn load() -> Result<Self, StartError> {
        let text = match env::var_os("WSMAN_AUTHZ_ALLOW_LIST") {
            Some(path) => fs::read_to_string(&path)
                .map_err(|error| StartError::new(format!("{}: {error}", path.to_string_lossy())))?,
            None => include_str!("allow_list.toml").to_owned(),
        };
        Ok(toml::from_str(&text)?)
    }

    fn group_of(&self, mechanism: &str, user: &str) -> Option<&Arc<Group>> {
        if mechanism != self.mechanism {
            return None;
        }
        let user = user.to_ascii_lowercase();
        self.groups.iter().find(|group| group.members.iter().any(|pattern| pattern.fits(&user)))
    }
}

impl Group {
    fn permits(&self, action: Action<'_>) -> bool {
        match &self.verdict {
            Verdict::Allow { actions: None, .. } => true,
            Verdict::Allow { actions: Some(actions), .. } => actions.iter().any(|name| name.action() == action),
            Verdict::Deny { .. } | Verdict::Redirect { .. } => false,
        }
    }
}

/// A user name, or the beginning and the end of one.
#[derive(Deserialize)]
#[serde(from = "String")]
struct Pattern {
    beginning: String,
    end: Option<String>,
}

impl From<String> for Pattern {
    fn from(pattern: String) -> Self {
        let pattern = pattern.to_ascii_lowercase();
        match pattern.split_once('*') {
            Some((beginning, end)) => Self { beginning: beginning.to_owned(), end: Some(end.to_owned()) },
            None => Self { beginning: pattern, end: None },
        }
    }
}

impl Pattern {
    fn fits(&self, user: &str) -> bool {
        match (&self.end, user.strip_prefix(self.beginning.as_str())) {
            (Some(end), Some(rest)) => rest.ends_with(end.as_str()),
            (None, Some(rest)) => rest.is_empty(),
            (_, None) => false,
        }
    }
}

/// An action by its short name, so that a slip in the file is an error at the start.
#[derive(Deserialize)]
enum ActionName {
    Get,
    Put,
    Create,
    Delete,
    Enumerate,
    Subscribe,
    Command,
}

impl ActionName {
    const fn action(&self) -> Action<'static> {
        match self {
            Self::Get => Action::Get,
            Self::Put => Action::Put,
            Self::Create => Action::Create,
            Self::Delete => Action::Delete,
            Self::Enumerate => Action::Enumerate,
            Self::Subscribe => Action::Subscribe,
            Self::Command => Action::Command,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupQuota {
    shells: u32,
    operations: u32,
    timeslot_s: u32,
    per_timeslot: u32,
}

impl GroupQuota {
    const fn to_quota(&self) -> Quota {
        let Self { shells, operations, timeslot_s, per_timeslot } = *self;
        Quota { shells, operations, timeslot_s, per_timeslot }
    }
}

/// A panic elsewhere does not make our two options unusable.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
