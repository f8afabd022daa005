//! A record as a letter of the alphabet: the fields that its `call` asks for, with numbers in place of names.

use std::borrow::Cow;

use wsman_authz_core::call::{Completion, EndOfOperation, Identity, Quota, RequestKind};
use wsman_authz_core::code::ERROR_WSMAN_REDIRECT_REQUESTED;
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::trace::{TraceSide, end_name};
use wsman_authz_core::{Call, Context, Crossing, Millis, Sender, ThreadId, Timestamp, Token};

use super::error::Fault;
use super::names::{Names, User};
use super::record::{Field, Record, Text, characters};

/// What a record is.
#[derive(Debug)]
pub(super) enum Letter {
    /// `trace`: who took what follows, and in which dialect the host spoke.
    Header { side: TraceSide, dialect: Option<Dialect> },
    /// Something crossed the boundary, or happened on one side.
    Crossing(Crossing<User>),
}

/// A line with its record: a fault points into the line.
pub(super) struct Reading<'l, 'n> {
    line: &'l str,
    names: &'n mut Names,
}

type Read<T> = Result<T, Fault>;

impl<'l, 'n> Reading<'l, 'n> {
    /// Reads a record; returns its number and what it is.
    pub(super) fn read(line: &'l str, names: &'n mut Names) -> Read<(u64, Letter)> {
        let mut record = Record::default();
        record.read(line)?;
        let mut reading = Self { line, names };
        let seq = reading.number(&record.seq, "seq")?;
        let at = Timestamp(reading.number(&record.ms, "ms")?);
        let thread = ThreadId(reading.number(&record.thread, "thread")?);
        let word = reading.text(&record.call, "call")?;
        if word == "trace" {
            return Ok((seq, reading.header(&record)?));
        }
        let call = reading.call(word, &record)?;
        Ok((seq, Letter::Crossing(Crossing { at, thread, call })))
    }

    fn header(&self, record: &Record<'_>) -> Read<Letter> {
        let word = self.text(&record.side, "side")?;
        let sides = [TraceSide::Host, TraceSide::Plugin];
        let side = sides.into_iter().find(|side| side.name() == word);
        let side =
            side.ok_or_else(|| self.wrong("side", &format!("`{word}` is no side; the sides are: host, plugin")))?;
        let dialect = match &record.dialect {
            Field::Is(words) => Some(Dialect::parse(words.as_ref())),
            Field::Null | Field::Missing => None,
        };
        let dialect = dialect.transpose().map_err(|unknown| self.wrong("dialect", &unknown.to_string()))?;
        Ok(Letter::Header { side, dialect })
    }

    fn call(&mut self, word: &str, record: &Record<'_>) -> Read<Call<User>> {
        let call = match word {
            "startup" => Call::Startup {
                application: self.application(record)?,
                flags: self.number(&record.flags, "flags")?,
                idle: optional(&record.idle_ms).map(Millis),
            },
            "startup.return" => {
                Call::StartupReturn { application: self.application(record)?, error: self.error(record)? }
            }
            "shutdown" => Call::Shutdown {
                application: self.application(record)?,
                reason: self.number(&record.reason, "reason")?,
            },
            "shutdown.return" => {
                Call::ShutdownReturn { application: self.application(record)?, error: self.error(record)? }
            }
            "authorize_user" => Call::AuthorizeUser {
                application: self.application(record)?,
                sender: self.request(record)?,
                user: self.user(record)?,
                reauthorization: self.nullable(&record.reauthorization, "reauthorization")?.copied(),
            },
            "authorize_operation" => Call::AuthorizeOperation {
                application: self.application(record)?,
                sender: self.request(record)?,
                user: self.user(record)?,
                operation: match &record.operation {
                    Field::Is(text) => Some(self.names.operation(text.as_ref())),
                    Field::Null | Field::Missing => None,
                },
            },
            "query_quota" => Call::QueryQuota {
                application: self.application(record)?,
                sender: self.request(record)?,
                user: self.user(record)?,
            },
            "authorize_user.return" => self.entry_return(RequestKind::User, record)?,
            "authorize_operation.return" => self.entry_return(RequestKind::Operation, record)?,
            "query_quota.return" => self.entry_return(RequestKind::Quota, record)?,
            "user_complete" => Call::Complete(self.completion(RequestKind::User, record)?),
            "operation_complete" => Call::Complete(self.completion(RequestKind::Operation, record)?),
            "quota_complete" => Call::Complete(self.completion(RequestKind::Quota, record)?),
            "user_complete.return" => self.complete_return(RequestKind::User, record)?,
            "operation_complete.return" => self.complete_return(RequestKind::Operation, record)?,
            "quota_complete.return" => self.complete_return(RequestKind::Quota, record)?,
            "release_context" => Call::Release { context: self.context(record)? },
            "release_context.return" => Call::ReleaseReturn { context: self.context(record)? },
            _ => self.internal(word, record)?,
        };
        Ok(call)
    }

    /// What happens on one side.
    fn internal(&mut self, word: &str, record: &Record<'_>) -> Read<Call<User>> {
        Ok(match word {
            "operation_end" => {
                let operation = self.names.operation(self.text(&record.operation, "operation")?);
                Call::OperationEnd { operation, how: self.how(record)? }
            }
            "record_expired" => {
                Call::RecordExpired { application: self.application(record)?, user: self.user(record)? }
            }
            "request_timed_out" => Call::RequestTimedOut { sender: self.request(record)? },
            "payload_created" => {
                Call::PayloadCreated { payload: self.names.payload(self.text(&record.payload, "payload")?) }
            }
            "payload_dropped" => {
                Call::PayloadDropped { payload: self.names.payload(self.text(&record.payload, "payload")?) }
            }
            _ => return Err(self.wrong("call", &format!("`{word}` is no call that a trace knows"))),
        })
    }

    fn completion(&mut self, kind: RequestKind, record: &Record<'_>) -> Read<Completion> {
        let error = self.error(record)?;
        let is_redirect = error == ERROR_WSMAN_REDIRECT_REQUESTED;
        let mut completion = Completion {
            kind,
            sender: self.nullable_request(record)?,
            flags: optional(&record.flags).unwrap_or(0),
            context: None,
            identity: None,
            administrator: false,
            quota: None,
            error,
            // Only the URL of a redirect is looked at.
            extended: optional(&record.extended)
                .filter(|_| is_redirect)
                .map(|text| Cow::Owned(text.as_ref().to_owned())),
            payload: optional(&record.payload).map(|text| self.names.payload(text.as_ref())),
        };
        match kind {
            RequestKind::User => {
                completion.context = self.context(record)?;
                completion.identity = self.identity(record)?;
                completion.administrator = *self.given(&record.administrator, "administrator")?;
            }
            RequestKind::Operation => completion.context = self.context(record)?,
            RequestKind::Quota => {
                completion.quota = self.nullable(&record.quota, "quota")?.map(|quota| Quota {
                    shells: quota.shells,
                    operations: quota.operations,
                    timeslot_s: quota.timeslot_s,
                    per_timeslot: quota.per_timeslot,
                });
            }
        }
        Ok(completion)
    }

    fn complete_return(&mut self, kind: RequestKind, record: &Record<'_>) -> Read<Call<User>> {
        Ok(Call::CompleteReturn { kind, sender: self.nullable_request(record)?, error: self.error(record)? })
    }

    fn entry_return(&mut self, kind: RequestKind, record: &Record<'_>) -> Read<Call<User>> {
        Ok(Call::EntryReturn { kind, sender: self.request(record)? })
    }

    fn identity(&self, record: &Record<'_>) -> Read<Option<Identity>> {
        let Some(word) = self.nullable(&record.identity, "identity")? else { return Ok(None) };
        match word.as_ref() {
            "client" => Ok(Some(Identity::Client)),
            "token" => Ok(Some(Identity::Token(Token(0)))), // which one is nobody's business here
            "host" => Ok(Some(Identity::Host)),
            word => {
                let what = format!("`{word}` is no identity; the identities are: client, token, host, or null");
                Err(self.wrong("identity", &what))
            }
        }
    }

    fn how(&self, record: &Record<'_>) -> Read<EndOfOperation> {
        use EndOfOperation::{Cancelled, Completed, Disconnected, TimedOut};
        let word = self.text(&record.how, "how")?;
        let end = [Completed, Cancelled, TimedOut, Disconnected].into_iter().find(|how| end_name(*how) == word);
        end.ok_or_else(|| {
            let what = format!("`{word}` is no end of an operation: completed, cancelled, timed_out or disconnected");
            self.wrong("how", &what)
        })
    }

    fn application(&mut self, record: &Record<'_>) -> Read<wsman_authz_core::ApplicationId> {
        let name = self.text(&record.application, "application")?;
        Ok(self.names.application(name))
    }

    fn user(&mut self, record: &Record<'_>) -> Read<User> {
        let (name, mechanism) = (self.text(&record.user, "user")?, self.text(&record.mechanism, "mechanism")?);
        Ok(self.names.user(name, mechanism))
    }

    fn request(&mut self, record: &Record<'_>) -> Read<Sender> {
        let text = self.text(&record.request, "request")?;
        self.names.request(text).ok_or_else(|| self.wrong("request", "a request has a name"))
    }

    fn nullable_request(&mut self, record: &Record<'_>) -> Read<Option<Sender>> {
        Ok(self.nullable(&record.request, "request")?.and_then(|text| self.names.request(text.as_ref())))
    }

    fn context(&mut self, record: &Record<'_>) -> Read<Option<Context>> {
        Ok(self.nullable(&record.context, "context")?.and_then(|text| self.names.context(text.as_ref())))
    }

    fn error(&self, record: &Record<'_>) -> Read<u32> {
        self.number(&record.error, "error")
    }

    fn number<T: Copy>(&self, field: &Field<T>, name: &str) -> Read<T> {
        self.given(field, name).copied()
    }

    fn text<'f>(&self, field: &'f Field<Text<'_>>, name: &str) -> Read<&'f str> {
        self.given(field, name).map(AsRef::as_ref)
    }

    /// A field that must be there.
    fn given<'f, T>(&self, field: &'f Field<T>, name: &str) -> Read<&'f T> {
        match field {
            Field::Is(value) => Ok(value),
            Field::Null => Err(self.wrong(name, &format!("`{name}` must not be null here"))),
            Field::Missing => Err(self.missing(name)),
        }
    }

    /// A field that must be there and may be `null`.
    fn nullable<'f, T>(&self, field: &'f Field<T>, name: &str) -> Read<Option<&'f T>> {
        match field {
            Field::Is(value) => Ok(Some(value)),
            Field::Null => Ok(None),
            Field::Missing => Err(self.missing(name)),
        }
    }

    /// Where the record ends and the field has not come.
    fn missing(&self, name: &str) -> Fault {
        let end = self.line.trim_end().len().saturating_sub(1);
        Fault::new(characters(self.line, end), &format!("the record has no field `{name}`"))
    }

    fn wrong(&self, name: &str, what: &str) -> Fault {
        Fault::new(column_of(self.line, name), what)
    }
}

/// The column of the value of the first field of that name, or 1.
pub(super) fn column_of(line: &str, name: &str) -> usize {
    let key = format!("\"{name}\"");
    let mut from = 0;
    while let Some(found) = line[from..].find(&key) {
        let end = from + found + key.len();
        let value = line[end..].trim_start();
        if let Some(value) = value.strip_prefix(':') {
            let value = value.trim_start();
            return characters(line, line.len() - value.len());
        }
        from = end;
    }
    1
}

fn optional<T: Clone>(field: &Field<T>) -> Option<T> {
    if let Field::Is(value) = field { Some(value.clone()) } else { None }
}
