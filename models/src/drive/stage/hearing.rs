//! What the plug-in says: from a completion function's arguments to the host's answer.

use std::time::Instant;

use wsman_authz_core::call::{Completion, Identity, RequestKind};
use wsman_authz_core::code::{ERROR_INVALID_PARAMETER, ERROR_SUCCESS};
use wsman_authz_core::contract::{Findings, Violation};
use wsman_authz_core::dialect::Refusal;
use wsman_authz_core::host::Input;
use wsman_authz_core::{ApplicationId, Call, Context, Crossing, Rule, Sender, ThreadId, Token};

use super::super::sender_pool::{Phase, Tenant};
use super::super::stand::Said;
use super::super::user::User;
use super::super::watch;
use super::{Stage, Taken};

/// A completion that was heard and has not returned yet.
#[derive(Debug)]
pub(in super::super) struct Heard {
    pub(in super::super) taken: Taken,
    pub(in super::super) returning: Option<Call<User>>,
}

impl Stage {
    /// The plug-in called a completion function.
    pub(in super::super) fn hear(&mut self, thread: ThreadId, said: Said, arrived: Instant) -> Heard {
        self.heard += 1;
        let tenant = self.senders.tenant(said.sender).copied();
        if let Some(tenant) = tenant {
            let is_past = self.senders.has_lost_its_number(said.sender, &tenant);
            if !self.senders.is_current(&tenant) || (is_past && tenant.open) {
                return self.hear_too_late(&said);
            }
            if is_past || is_for_one_before(&tenant, said.kind) {
                return self.hear_again(thread, &said, tenant.sender);
            }
        }
        let own_token = tenant.map_or(0, |tenant| tenant.token);
        let sender = match tenant {
            Some(tenant) => Some(tenant.sender),
            // No request of the host has this number: its requests count from 1.
            None => Sender::new(said.sender as u64).and_then(|wrong| Sender::new(wrong.0.get() | 1 << 63)),
        };
        let fits = tenant.is_some_and(|tenant| tenant.open && tenant.kind == said.kind && said.flags == 0);
        if let (Some(tenant), true) = (tenant, fits) {
            self.approaching.arrived(tenant.call);
            let nanoseconds = arrived.saturating_duration_since(tenant.entered).as_nanos();
            self.latency.saturating_record(nanoseconds as u64);
            // CL-62: from here on it is not the plug-in's to read.
            self.senders.close(said.sender, watch::innermost());
            self.tally.watched(Rule::CL62);
        }
        let mut completion = said.completion(sender, own_token);
        completion.context = completion.context.map(|value| self.number(sender, value));
        let (kind, refuse) = (completion.kind, self.may_refuse() && self.random.once_in(16));
        self.expire_first(thread);
        self.cross(thread, Call::Complete(completion.clone()));
        let taken = self.take(thread, Input::Complete { completion, refuse });
        Heard { taken, returning: Some(Call::CompleteReturn { kind, sender, error: 0 }) }
    }

    /// The number of a report, for a request of this user in this application.
    fn number(&mut self, sender: Option<Sender>, value: Context) -> Context {
        let request = sender.and_then(|sender| self.host.request_of(sender));
        let application = request.map_or(ApplicationId(0), |request| request.application);
        let user = request.filter(|request| request.purpose.kind() == RequestKind::User).map(|request| request.user);
        self.reports.report(application, value, user)
    }

    /// What is due by now expires before the host hears of a completion, and crosses before it.
    fn expire_first(&mut self, thread: ThreadId) {
        if self.host.next_deadline().is_some_and(|deadline| deadline <= self.now) {
            let due = self.take(thread, Input::Tick);
            self.queue.extend(due.jobs.into_iter().map(|(_, job)| job));
        }
    }

    fn may_refuse(&self) -> bool {
        self.host.dialect().refusal == Refusal::Refuses
    }

    /// A completion of a request whose application has shut down since (CL-54), and whose round is over or whose number
    /// is another one's: the judge would take it for the other one's.
    fn hear_too_late(&mut self, said: &Said) -> Heard {
        let why = format!(
            "a request was completed after Shutdown of its application had returned ({:?}, error {:#x})",
            said.kind, said.error
        );
        let broken = vec![Violation { rule: Rule::CL54, why, evidence: Vec::new() }];
        self.note(Findings { broken, ..Findings::default() });
        Heard { taken: Taken { error: ERROR_INVALID_PARAMETER, jobs: Vec::new() }, returning: None }
    }

    /// A completion for a request that is over, and whose address or number is another one's by now: it is one too
    /// many (CL-50). The judge would take it for the other one's.
    fn hear_again(&mut self, thread: ThreadId, said: &Said, sender: Sender) -> Heard {
        let completion = said.clone().completion(Some(sender), 0);
        let mut write = |call| self.recorder.write(&Crossing { at: self.now, thread, call });
        let seq = write(Call::Complete(completion));
        write(Call::CompleteReturn { kind: said.kind, sender: Some(sender), error: ERROR_INVALID_PARAMETER });
        let why = format!(
            "a request ({:?}) was completed a second time, when the host had given its senderDetails to others already",
            said.kind
        );
        let broken = vec![Violation { rule: Rule::CL50, why, evidence: vec![seq] }];
        self.note(Findings { broken, ..Findings::default() });
        Heard { taken: Taken { error: ERROR_INVALID_PARAMETER, jobs: Vec::new() }, returning: None }
    }

    /// The completion function returns; `nested` if the host called back in from inside it.
    pub(in super::super) fn completion_returns(
        &mut self,
        thread: ThreadId,
        returning: Option<Call<User>>,
        error: u32,
        nested: bool,
    ) {
        if nested {
            self.tally.watched(Rule::CL60); // it came back: no lock was held
        }
        if let Some(Call::CompleteReturn { kind, sender, .. }) = returning {
            self.cross(thread, Call::CompleteReturn { kind, sender, error });
        }
    }
}

/// Whether a completion of this kind, made here and now, is meant for a request that had the address before: the
/// plug-in does not know of the present one yet; or it is of another one's kind, and does not come from inside the
/// present one's own call.
fn is_for_one_before(tenant: &Tenant, kind: RequestKind) -> bool {
    let is_unknown = tenant.phase == Phase::Announced && !tenant.before.is_empty();
    let is_own = tenant.kind == kind || tenant.call == watch::innermost();
    tenant.open && (is_unknown || (!is_own && tenant.before.contains(kind)))
}

impl Said {
    /// In the words of the alphabet. `own_token` is the token that the host passed with the request.
    fn completion(self, sender: Option<Sender>, own_token: usize) -> Completion {
        let success = self.error == ERROR_SUCCESS;
        let identity = match self.token {
            0 if success => Some(Identity::Host),
            0 => None,
            token if token == own_token => Some(Identity::Client),
            token => Some(Identity::Token(Token(token as u64))),
        };
        Completion {
            kind: self.kind,
            sender,
            flags: self.flags,
            context: Context::new(self.context as u64),
            identity: identity.filter(|_| self.kind == RequestKind::User),
            administrator: self.administrator,
            quota: self.quota,
            error: self.error,
            // Documented as ignored on success.
            extended: self.extended.filter(|_| !success),
            payload: None,
        }
    }
}
