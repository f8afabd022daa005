//! The trace form: one JSON object per crossing of the boundary, one line each (SPEC.md, *The trace form*).
//!
//! Everybody who writes a trace writes it here: a host, a plug-in in production, a counterexample of a model.

#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use crate::call::{Call, Completion, Crossing, EndOfOperation, Identity, RequestKind};
use crate::id::{ApplicationId, OperationId};

/// Which side took a trace: what the other keeps to itself is not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceSide {
    /// Records that expire and operations that end are in it.
    Host,
    /// Payloads may be in it.
    Plugin,
}

impl TraceSide {
    /// The word for it in the first record.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Plugin => "plugin",
        }
    }
}

/// Who and what the numbers in a crossing stand for.
pub trait Cast<K> {
    /// Account name and mechanism of a user.
    fn user<'a>(&'a self, user: &'a K) -> [Cow<'a, str>; 2];

    /// Action and resource of an operation, where they are known. The plug-in's side knows no number.
    fn operation(&self, operation: Option<OperationId>) -> Option<[Cow<'_, str>; 2]>;

    /// The identification of an application.
    fn application(&self, application: ApplicationId) -> Cow<'_, str> {
        application_name(application).into()
    }
}

/// The name of an application in a trace and in Startup.
#[must_use]
pub fn application_name(application: ApplicationId) -> String {
    match u8::try_from(application.0) {
        Ok(number @ 0..26) => format!("wsman/{}", char::from(b'a' + number)),
        _ => format!("wsman/{}", application.0),
    }
}

/// The word for a letter in the field `call`.
#[must_use]
pub const fn call_name<K>(call: &Call<K>) -> &'static str {
    match call {
        Call::Startup { .. } => "startup",
        Call::StartupReturn { .. } => "startup.return",
        Call::Shutdown { .. } => "shutdown",
        Call::ShutdownReturn { .. } => "shutdown.return",
        Call::AuthorizeUser { .. } => "authorize_user",
        Call::AuthorizeOperation { .. } => "authorize_operation",
        Call::QueryQuota { .. } => "query_quota",
        Call::EntryReturn { kind: RequestKind::User, .. } => "authorize_user.return",
        Call::EntryReturn { kind: RequestKind::Operation, .. } => "authorize_operation.return",
        Call::EntryReturn { kind: RequestKind::Quota, .. } => "query_quota.return",
        Call::Complete(Completion { kind: RequestKind::User, .. }) => "user_complete",
        Call::Complete(Completion { kind: RequestKind::Operation, .. }) => "operation_complete",
        Call::Complete(Completion { kind: RequestKind::Quota, .. }) => "quota_complete",
        Call::CompleteReturn { kind: RequestKind::User, .. } => "user_complete.return",
        Call::CompleteReturn { kind: RequestKind::Operation, .. } => "operation_complete.return",
        Call::CompleteReturn { kind: RequestKind::Quota, .. } => "quota_complete.return",
        Call::Release { .. } => "release_context",
        Call::ReleaseReturn { .. } => "release_context.return",
        Call::OperationEnd { .. } => "operation_end",
        Call::RecordExpired { .. } => "record_expired",
        Call::RequestTimedOut { .. } => "request_timed_out",
        Call::PayloadCreated { .. } => "payload_created",
        Call::PayloadDropped { .. } => "payload_dropped",
    }
}

/// An object under construction at the end of a buffer.
struct Object<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Object<'a> {
    fn begin(out: &'a mut Vec<u8>, seq: u64) -> Self {
        out.extend_from_slice(b"{\"seq\":");
        let object = Self { out };
        object.value(&seq)
    }

    fn put(self, name: &str, value: impl Serialize) -> Self {
        self.out.extend_from_slice(b",\"");
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"\":");
        self.value(&value)
    }

    fn put_text(self, name: &str, value: &impl ToString) -> Self {
        self.put(name, value.to_string())
    }

    fn value(self, value: &impl Serialize) -> Self {
        // Writing numbers and text to memory cannot fail.
        let _ = serde_json::to_writer(&mut *self.out, value);
        self
    }

    fn person([name, mechanism]: [Cow<'_, str>; 2], object: Self) -> Self {
        object.put("user", name).put("mechanism", mechanism)
    }
}

/// Appends the first record of a trace; no line break.
pub fn write_header(out: &mut Vec<u8>, side: TraceSide, dialect: Option<&str>) {
    write_part(out, 1, side, dialect);
}

/// Appends a record that begins another part of a trace: what follows knows nothing of what came before, as another
/// host in another dialect. No line break.
pub fn write_part(out: &mut Vec<u8>, seq: u64, side: TraceSide, dialect: Option<&str>) {
    let object = Object::begin(out, seq).put("ms", 0).put("thread", 1).put("call", "trace").put("side", side.name());
    let object = match dialect {
        Some(dialect) => object.put("dialect", dialect),
        None => object,
    };
    object.out.push(b'}');
}

/// Appends one record; no line break.
pub fn write_record<K>(out: &mut Vec<u8>, seq: u64, crossing: &Crossing<K>, cast: &impl Cast<K>) {
    let object = Object::begin(out, seq).put("ms", crossing.at.0).put("thread", crossing.thread.0);
    let object = object.put("call", call_name(&crossing.call));
    let object = write_call(object, &crossing.call, cast);
    object.out.push(b'}');
}

fn write_call<'a, K>(object: Object<'a>, call: &Call<K>, cast: &impl Cast<K>) -> Object<'a> {
    let app = |application: &ApplicationId| cast.application(*application);
    match call {
        Call::Startup { application, flags, idle } => {
            let object = object.put("application", app(application)).put("flags", flags);
            if let Some(idle) = idle { object.put("idle_ms", idle.0) } else { object }
        }
        Call::StartupReturn { application, error } | Call::ShutdownReturn { application, error } => {
            object.put("application", app(application)).put("error", error)
        }
        Call::Shutdown { application, reason } => object.put("application", app(application)).put("reason", reason),
        Call::AuthorizeUser { application, sender, user, reauthorization } => {
            let object = object.put("application", app(application)).put_text("request", sender);
            Object::person(cast.user(user), object).put("reauthorization", reauthorization)
        }
        Call::AuthorizeOperation { application, sender, user, operation } => {
            let object = object.put("application", app(application)).put_text("request", sender);
            let object = Object::person(cast.user(user), object);
            let object = match operation {
                Some(operation) => object.put_text("operation", operation),
                None => object,
            };
            let Some([action, resource]) = cast.operation(*operation) else { return object };
            object.put("action", action).put("resource", resource)
        }
        Call::QueryQuota { application, sender, user } => {
            let object = object.put("application", app(application)).put_text("request", sender);
            Object::person(cast.user(user), object)
        }
        Call::EntryReturn { sender, .. } | Call::RequestTimedOut { sender } => object.put_text("request", sender),
        Call::Complete(completion) => write_completion(object, completion),
        Call::CompleteReturn { sender, error, .. } => {
            object.put("request", sender.map(|sender| sender.to_string())).put("error", error)
        }
        Call::Release { context } | Call::ReleaseReturn { context } => {
            object.put("context", context.map(|context| context.to_string()))
        }
        Call::OperationEnd { operation, how } => object.put_text("operation", operation).put("how", end_name(*how)),
        Call::RecordExpired { application, user } => {
            Object::person(cast.user(user), object.put("application", app(application)))
        }
        Call::PayloadCreated { payload } | Call::PayloadDropped { payload } => object.put_text("payload", payload),
    }
}

fn write_completion<'a>(object: Object<'a>, completion: &Completion) -> Object<'a> {
    #[derive(Serialize)]
    struct Quota {
        shells: u32,
        operations: u32,
        timeslot_s: u32,
        per_timeslot: u32,
    }
    let object = object.put("request", completion.sender.map(|sender| sender.to_string()));
    let context = completion.context.map(|context| context.to_string());
    let object = match completion.kind {
        RequestKind::User => object
            .put("context", context)
            .put("identity", completion.identity.map(identity_name))
            .put("administrator", completion.administrator),
        RequestKind::Operation => object.put("context", context),
        RequestKind::Quota => object.put(
            "quota",
            completion.quota.map(|quota| Quota {
                shells: quota.shells,
                operations: quota.operations,
                timeslot_s: quota.timeslot_s,
                per_timeslot: quota.per_timeslot,
            }),
        ),
    };
    let object = object.put("error", completion.error);
    let object = if completion.flags == 0 { object } else { object.put("flags", completion.flags) };
    let object = match &completion.extended {
        Some(text) => object.put("extended", text),
        None => object,
    };
    match completion.payload {
        Some(payload) => object.put_text("payload", &payload),
        None => object,
    }
}

const fn identity_name(identity: Identity) -> &'static str {
    match identity {
        Identity::Client => "client",
        Identity::Token(_) => "token",
        Identity::Host => "host",
    }
}

/// The word for the end of an operation.
#[must_use]
pub const fn end_name(how: EndOfOperation) -> &'static str {
    match how {
        EndOfOperation::Completed => "completed",
        EndOfOperation::Cancelled => "cancelled",
        EndOfOperation::TimedOut => "timed_out",
        EndOfOperation::Disconnected => "disconnected",
    }
}
