//! What is asked, as C sees it: one structure, with everything that it points to behind it.

#![expect(unsafe_code, reason = "pointers that lead to what lies beside them cross threads")]

use std::ffi::c_void;
use std::ptr;

use wsman_authz::{Action, OperationRequest, QuotaRequest, Sender, UserRequest};

use crate::application::Payload;
use crate::foreign::Foreign;

/// A unit of UTF-16; in the header `wsman_authz_char`.
pub type Unit = u16;

/// The number of a request. 0 is none, and none is used twice.
pub type Request = u64;

/// A text in UTF-16.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Its units, with a NUL behind the last one.
    pub units: *const Unit,
    /// How many there are, without the NUL.
    pub length: usize,
}

impl Text {
    /// No text at all.
    pub(crate) const NONE: Self = Self { units: ptr::null(), length: 0 };
}

/// The client's certificate. Texts are empty where the host gave none.
#[repr(C)]
#[derive(Debug)]
pub struct Certificate {
    /// The distinguished name of the subject.
    pub subject: Text,
    /// The distinguished name of the issuer.
    pub issuer: Text,
    /// The thumbprint of the issuer.
    pub issuer_thumbprint: Text,
    /// The subject's alternative name, or else its common name.
    pub subject_name: Text,
}

/// What kind of question it is.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuestionKind {
    /// Answer with wsman_authz_allow_user, wsman_authz_redirect or wsman_authz_deny.
    User = 1,
    /// Answer with wsman_authz_allow_operation or wsman_authz_deny.
    Operation = 2,
    /// Answer with wsman_authz_answer_quota or wsman_authz_deny.
    Quota = 3,
}

/// What a user wants to do: the actions that the interface names.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionCode {
    /// Not a question about an operation.
    None = 0,
    /// Read one resource.
    Get = 1,
    /// Change one resource.
    Put = 2,
    /// Make a resource. A shell is made so, too: look at the resource URI.
    Create = 3,
    /// Delete a resource.
    Delete = 4,
    /// List resources.
    Enumerate = 5,
    /// Be told about events.
    Subscribe = 6,
    /// Run a command in a shell.
    Command = 7,
    /// Any other: the method that Invoke calls.
    Custom = 8,
}

/// One question. It, and what it points to, is valid until its request was answered and its callback returned,
/// whichever is later; at the latest until `drop_state`. Nothing in it may be changed or freed.
#[repr(C)]
#[derive(Debug)]
pub struct Question {
    /// What to answer.
    pub request: Request,
    /// One of wsman_authz_question_kind.
    pub kind: u32,
    /// The name of the user. Its form depends on the mechanism: DOMAIN\user for Windows authentication, as typed for
    /// Basic, the subject for ClientCertificate. Empty if the host gave none. It identifies nobody without the
    /// mechanism (CL-71).
    pub name: Text,
    /// How the user proved to be who they say: Basic, ClientCertificate, or the name of a security package.
    pub mechanism: Text,
    /// The URL of the HTTP request, with its query. `units` is NULL if there is none.
    pub url: Text,
    /// Only for the mechanism ClientCertificate; NULL otherwise.
    pub certificate: *const Certificate,
    /// The client's Windows token, lent until the request is answered; do not close it. NULL if the host has none.
    pub client_token: *mut c_void,
    /// What you gave for this user last, if anything: NULL otherwise. Valid until the request is answered.
    pub user_payload: *mut c_void,
    /// One of wsman_authz_action.
    pub action: u32,
    /// The action as the host gave it. `units` is NULL unless the question is about an operation.
    pub action_uri: Text,
    /// What it is to be done to. `units` is NULL unless the question is about an operation.
    pub resource_uri: Text,
    /// The host's number for the kind of operation, without a published meaning.
    pub operation: u32,
}

/// A question and the memory behind it.
pub(crate) struct Facts {
    question: Question,
    /// What the pointers of `question` lead to; neither moves when its owner does.
    texts: Vec<Vec<Unit>>,
    /// One or none.
    _certificates: Vec<Certificate>,
}

// SAFETY: its pointers lead to what it owns, which nobody changes, and to what only the author follows (CA-02).
unsafe impl Send for Facts {}
// SAFETY: CA-02, as above.
unsafe impl Sync for Facts {}

impl Facts {
    pub(crate) fn of_user(number: Request, request: &UserRequest<Payload>) -> Self {
        Self::of(number, QuestionKind::User, request.sender(), request.user_context())
    }

    pub(crate) fn of_quota(number: Request, request: &QuotaRequest<Payload>) -> Self {
        Self::of(number, QuestionKind::Quota, request.sender(), request.user_context())
    }

    pub(crate) fn of_operation(number: Request, request: &OperationRequest<Payload>) -> Self {
        let mut facts = Self::of(number, QuestionKind::Operation, request.sender(), request.user_context());
        facts.question.action = code_of(request.action()) as u32;
        facts.question.action_uri = write(&mut facts.texts, request.action_uri());
        facts.question.resource_uri = write(&mut facts.texts, request.resource_uri());
        facts.question.operation = request.number().get();
        facts
    }

    pub(crate) const fn question(&self) -> *const Question {
        &raw const self.question
    }

    fn of(number: Request, kind: QuestionKind, sender: &Sender, payload: Option<&Payload>) -> Self {
        let mut texts = Vec::new();
        let certificates = sender.certificate().map(|certificate| Certificate {
            subject: write(&mut texts, &certificate.subject),
            issuer: write(&mut texts, &certificate.issuer),
            issuer_thumbprint: write(&mut texts, &certificate.issuer_thumbprint),
            subject_name: write(&mut texts, &certificate.subject_name),
        });
        let certificates: Vec<_> = certificates.into_iter().collect();
        let question = Question {
            request: number,
            kind: kind as u32,
            name: write(&mut texts, sender.name()),
            mechanism: write(&mut texts, sender.mechanism()),
            url: sender.url().map_or(Text::NONE, |url| write(&mut texts, url)),
            certificate: if certificates.is_empty() { ptr::null() } else { certificates.as_ptr() },
            client_token: sender.client_token().map_or(ptr::null_mut(), |token| token.as_raw()),
            user_payload: payload.map_or(ptr::null_mut(), |payload| payload.pointer().0),
            action: ActionCode::None as u32,
            action_uri: Text::NONE,
            resource_uri: Text::NONE,
            operation: 0,
        };
        Self { question, texts, _certificates: certificates }
    }

    /// The pointer that the author knows the user's payload by.
    pub(crate) const fn user_payload(&self) -> Foreign {
        Foreign(self.question.user_payload)
    }
}

/// Puts a text where it stays.
fn write(texts: &mut Vec<Vec<Unit>>, text: &str) -> Text {
    let units: Vec<Unit> = text.encode_utf16().chain([0]).collect();
    let text = Text { units: units.as_ptr(), length: units.len() - 1 };
    texts.push(units);
    text
}

const fn code_of(action: Action<'_>) -> ActionCode {
    match action {
        Action::Get => ActionCode::Get,
        Action::Put => ActionCode::Put,
        Action::Create => ActionCode::Create,
        Action::Delete => ActionCode::Delete,
        Action::Enumerate => ActionCode::Enumerate,
        Action::Subscribe => ActionCode::Subscribe,
        Action::Command => ActionCode::Command,
        Action::Custom(_) => ActionCode::Custom,
    }
}
