//! Each letter as a line, written out: what `judge` and other people's scripts read.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Cast, TraceSide, application_name, write_header, write_part, write_record};
use crate::call::{Call, Completion, Crossing, EndOfOperation, Identity, Quota, RequestKind};
use crate::id::{ApplicationId, Context, OperationId, PayloadId, Sender, ThreadId};
use crate::time::{Millis, Timestamp};

const A: ApplicationId = ApplicationId(0);

struct People;

impl Cast<u8> for People {
    fn user<'a>(&'a self, user: &'a u8) -> [Cow<'a, str>; 2] {
        [if *user == 1 { "bob" } else { "\"eve\"" }.into(), "Basic".into()]
    }

    fn operation(&self, operation: Option<OperationId>) -> Option<[Cow<'_, str>; 2]> {
        operation.map(|_| ["Get".into(), "printer".into()])
    }
}

fn sender() -> Sender {
    Sender::new(7).expect("not NULL")
}

fn line(call: Call<u8>) -> String {
    let mut out = Vec::new();
    write_record(&mut out, 3, &Crossing { at: Timestamp(5), thread: ThreadId(2), call }, &People);
    let text = String::from_utf8(out).expect("text");
    let begin = r#"{"seq":3,"ms":5,"thread":2,"call":"#;
    text.strip_prefix(begin).expect("each record begins alike").into()
}

#[test]
fn the_first_record_says_whose_trace_it_is() {
    let mut out = Vec::new();
    write_header(&mut out, TraceSide::Host, Some("refusal=refuses"));
    write_part(&mut out, 9, TraceSide::Plugin, None);
    let text = String::from_utf8(out).expect("text");
    let host = r#"{"seq":1,"ms":0,"thread":1,"call":"trace","side":"host","dialect":"refusal=refuses"}"#;
    let plugin = r#"{"seq":9,"ms":0,"thread":1,"call":"trace","side":"plugin"}"#;
    assert_eq!(text, [host, plugin].concat());
}

#[test]
fn the_life_of_an_application() {
    let idle = Some(Millis(60));
    let (flags, error, reason) = (0, 87, 4);
    for (call, text) in [
        (Call::Startup { application: A, flags, idle }, r#""startup","application":"wsman/a","flags":0,"idle_ms":60}"#),
        (Call::Startup { application: A, flags, idle: None }, r#""startup","application":"wsman/a","flags":0}"#),
        (Call::StartupReturn { application: A, error }, r#""startup.return","application":"wsman/a","error":87}"#),
        (Call::Shutdown { application: A, reason }, r#""shutdown","application":"wsman/a","reason":4}"#),
        (Call::ShutdownReturn { application: A, error }, r#""shutdown.return","application":"wsman/a","error":87}"#),
    ] {
        assert_eq!(line(call), text);
    }
    assert_eq!(
        [0, 25, 26, 300].map(|id| application_name(ApplicationId(id))),
        ["wsman/a", "wsman/z", "wsman/26", "wsman/300"]
    );
}

#[test]
fn questions() {
    let (sender, operation) = (sender(), Some(OperationId(4)));
    let user = |user, reauthorization| Call::AuthorizeUser { application: A, sender, user, reauthorization };
    let asks = |operation| Call::AuthorizeOperation { application: A, sender, user: 1, operation };
    let returns = |kind| Call::EntryReturn { kind, sender };
    for (call, text) in [
        (
            user(1, Some(true)),
            r#""authorize_user","application":"wsman/a","request":"r7","user":"bob","mechanism":"Basic","reauthorization":true}"#,
        ),
        (
            user(2, None),
            r#""authorize_user","application":"wsman/a","request":"r7","user":"\"eve\"","mechanism":"Basic","reauthorization":null}"#,
        ),
        (
            asks(operation),
            r#""authorize_operation","application":"wsman/a","request":"r7","user":"bob","mechanism":"Basic","operation":"o4","action":"Get","resource":"printer"}"#,
        ),
        (
            asks(None),
            r#""authorize_operation","application":"wsman/a","request":"r7","user":"bob","mechanism":"Basic"}"#,
        ),
        (
            Call::QueryQuota { application: A, sender, user: 1 },
            r#""query_quota","application":"wsman/a","request":"r7","user":"bob","mechanism":"Basic"}"#,
        ),
        (returns(RequestKind::User), r#""authorize_user.return","request":"r7"}"#),
        (returns(RequestKind::Operation), r#""authorize_operation.return","request":"r7"}"#),
        (returns(RequestKind::Quota), r#""query_quota.return","request":"r7"}"#),
    ] {
        assert_eq!(line(call), text);
    }
}

#[test]
fn answers() {
    let success = |kind| Completion::failure(kind, sender(), 0);
    let (context, payload) = (Context::new(0x16), Some(PayloadId(6)));
    let quota = Some(Quota { shells: 1, operations: 2, timeslot_s: 3, per_timeslot: 4 });
    let user = |identity| Completion { context, identity: Some(identity), ..success(RequestKind::User) };
    let no = Completion { extended: Some("no".into()), ..Completion::failure(RequestKind::User, sender(), 5) };
    for (completion, text) in [
        (
            Completion { administrator: true, payload, ..user(Identity::Client) },
            r#""user_complete","request":"r7","context":"0x16","identity":"client","administrator":true,"error":0,"payload":"p6"}"#,
        ),
        (
            user(Identity::Token(crate::id::Token(9))),
            r#""user_complete","request":"r7","context":"0x16","identity":"token","administrator":false,"error":0}"#,
        ),
        (
            user(Identity::Host),
            r#""user_complete","request":"r7","context":"0x16","identity":"host","administrator":false,"error":0}"#,
        ),
        (
            no,
            r#""user_complete","request":"r7","context":null,"identity":null,"administrator":false,"error":5,"extended":"no"}"#,
        ),
        (
            Completion { sender: None, flags: 1, ..success(RequestKind::Operation) },
            r#""operation_complete","request":null,"context":null,"error":0,"flags":1}"#,
        ),
        (
            Completion { quota, ..success(RequestKind::Quota) },
            r#""quota_complete","request":"r7","quota":{"shells":1,"operations":2,"timeslot_s":3,"per_timeslot":4},"error":0}"#,
        ),
    ] {
        assert_eq!(line(Call::Complete(completion)), text);
    }
    let returns = |kind| line(Call::CompleteReturn { kind, sender: Some(sender()), error: 0 });
    assert_eq!(returns(RequestKind::User), r#""user_complete.return","request":"r7","error":0}"#);
    assert_eq!(returns(RequestKind::Operation), r#""operation_complete.return","request":"r7","error":0}"#);
    assert_eq!(returns(RequestKind::Quota), r#""quota_complete.return","request":"r7","error":0}"#);
}

#[test]
fn releases_and_what_one_side_knows_alone() {
    let (context, payload, operation) = (Context::new(0x16), PayloadId(6), OperationId(4));
    for (call, text) in [
        (Call::Release { context }, r#""release_context","context":"0x16"}"#),
        (Call::ReleaseReturn { context: None }, r#""release_context.return","context":null}"#),
        (
            Call::RecordExpired { application: A, user: 1 },
            r#""record_expired","application":"wsman/a","user":"bob","mechanism":"Basic"}"#,
        ),
        (Call::RequestTimedOut { sender: sender() }, r#""request_timed_out","request":"r7"}"#),
        (Call::PayloadCreated { payload }, r#""payload_created","payload":"p6"}"#),
        (Call::PayloadDropped { payload }, r#""payload_dropped","payload":"p6"}"#),
    ] {
        assert_eq!(line(call), text);
    }
    for (how, word) in [
        (EndOfOperation::Completed, "completed"),
        (EndOfOperation::Cancelled, "cancelled"),
        (EndOfOperation::TimedOut, "timed_out"),
        (EndOfOperation::Disconnected, "disconnected"),
    ] {
        let text = line(Call::OperationEnd { operation, how });
        assert_eq!(text, alloc::format!(r#""operation_end","operation":"o4","how":"{word}"}}"#));
    }
}
