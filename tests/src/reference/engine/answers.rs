//! Answers of the policy, as the reference engine takes them.

use std::borrow::Cow;

use wsman_authz_core::call::{Completion, Identity, Quota, RequestKind};
use wsman_authz_core::engine::{Answer, Effect, Misuse, Payload, Phase, RequestId};
use wsman_authz_core::{Context, code};

use super::{Lease, Machine, Question, Value};

/// The redirects of a history, with what SPEC.md says of them: only an absolute http(s) URL may leave (CL-73).
pub const REDIRECTS: [(&str, bool); 6] = [
    ("https://b.example/wsman", true),
    ("http://[::1]:5985/wsman?x#y", true),
    ("elsewhere", false),
    ("ftp://b.example/", false),
    ("https://user@b.example/", false),
    ("https://b.example/\r\nX: y", false),
];

/// A value that no engine gives: where the reference expects a context and the engine reported none.
const NO_CONTEXT: Context = Context(std::num::NonZeroU64::MAX);

impl Machine {
    /// An answer counts once, in time, and if it is of the question's kind; else what it brings is dropped (CL-50,
    /// CL-51, CL-70).
    pub(super) fn answer(&mut self, name: RequestId, answer: &Answer<Value>) {
        let Some(index) = self.held(name) else { return self.discard(Misuse::NoReplyDue(name), answer) };
        if self.questions[index].stage != Phase::Asked {
            self.discard(Misuse::TooLate(name), answer);
        } else if self.is_overdue(index) {
            self.discard(Misuse::TooLate(name), answer);
            self.deny(index, code::ERROR_ACCESS_DENIED, None);
        } else {
            self.settle(index, answer);
        }
        self.reply_is_back(index);
    }

    fn settle(&mut self, index: usize, answer: &Answer<Value>) {
        let Question { kind, name, .. } = self.questions[index];
        match (answer, kind) {
            (Answer::Deny { error: code::ERROR_WSMAN_REDIRECT_REQUESTED, text }, _) => {
                self.redirect(index, text.clone().unwrap_or_default());
            }
            (Answer::Redirect { url }, _) => self.redirect(index, url.clone()),
            (Answer::Deny { error: code::ERROR_SUCCESS, text }, _) => {
                self.deny(index, code::ERROR_ACCESS_DENIED, text.clone()); // CL-70
            }
            (Answer::Deny { error, text }, _) => self.deny(index, *error, text.clone()),
            (Answer::AllowUser { payload, identity, administrator }, RequestKind::User) => {
                self.allow_user(index, payload, *identity, *administrator);
            }
            (Answer::AllowOperation { payload }, RequestKind::Operation) => self.allow_operation(index, payload),
            (Answer::Quota(quota), RequestKind::Quota) => self.give_quota(index, *quota),
            _ => {
                self.discard(Misuse::WrongKind(name), answer); // CL-51
                self.deny(index, code::ERROR_INTERNAL_ERROR, None);
            }
        }
    }

    fn redirect(&mut self, index: usize, url: Cow<'static, str>) {
        if REDIRECTS.contains(&(&url, true)) {
            self.deny(index, code::ERROR_WSMAN_REDIRECT_REQUESTED, Some(url));
        } else {
            self.deny(index, code::ERROR_REDIRECT_LOCATION_INVALID, None); // CL-73
        }
    }

    /// A user always gets a lease, with or without a payload (SPEC.md, *Decisions*).
    fn allow_user(&mut self, index: usize, payload: &Payload<Value>, identity: Identity, administrator: bool) {
        let payload = self.stands_on(index, payload);
        let context = Some(self.report(index, payload));
        self.questions[index].token = match identity {
            Identity::Token(token) => Some(token),
            Identity::Client | Identity::Host => None,
        };
        let identity = Some(identity); // CL-72
        let yes = Completion { context, identity, administrator, ..self.yes(index) };
        self.complete(index, yes);
    }

    fn allow_operation(&mut self, index: usize, payload: &Payload<Value>) {
        let payload = self.stands_on(index, payload);
        let context = payload.map(|payload| self.report(index, Some(payload))); // CL-15
        let yes = Completion { context, ..self.yes(index) };
        self.complete(index, yes);
    }

    fn give_quota(&mut self, index: usize, quota: Quota) {
        if quota.timeslot_s == 0 {
            return self.deny(index, code::ERROR_INTERNAL_ERROR, None); // CL-80
        }
        let yes = Completion { quota: Some(quota), ..self.yes(index) };
        self.complete(index, yes);
    }

    fn yes(&self, index: usize) -> Completion {
        let Question { kind, sender, .. } = self.questions[index];
        Completion::failure(kind, sender, code::ERROR_SUCCESS)
    }

    /// What stands behind a context: a fresh payload, the one that was shown (CL-22), or nothing.
    fn stands_on(&mut self, index: usize, payload: &Payload<Value>) -> Option<Value> {
        match payload {
            Payload::None => None,
            Payload::Shared => self.questions[index].shown,
            Payload::Fresh(value) => {
                self.alive.push(*value);
                Some(*value)
            }
        }
    }

    /// A lease for each report, before the host can see it (CL-10).
    fn report(&mut self, index: usize, payload: Option<Value>) -> Context {
        let name = self.names.context.unwrap_or(NO_CONTEXT);
        let question = &mut self.questions[index];
        question.offered = Some(name);
        let (application, user) = (question.application, question.user);
        let for_user = question.kind == RequestKind::User;
        self.leases.push(Lease { name, application, user, for_user, payload, revoked: false });
        name
    }

    /// Nobody waits for the answer: it is reported, its payload dropped (CL-13), its token closed (CL-74).
    fn discard(&mut self, why: Misuse, answer: &Answer<Value>) {
        self.effects.push(Effect::Report(why));
        if let Answer::AllowUser { identity: Identity::Token(token), .. } = answer {
            self.effects.push(Effect::CloseToken(*token));
        }
        if let Answer::AllowUser { payload: Payload::Fresh(value), .. }
        | Answer::AllowOperation { payload: Payload::Fresh(value) } = answer
        {
            self.effects.push(Effect::Drop(*value));
        }
    }
}
