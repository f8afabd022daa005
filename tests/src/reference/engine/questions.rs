//! Questions of the reference engine: asked, denied, overdue, answered by the host.

use wsman_authz_core::call::{Completion, RequestKind};
use wsman_authz_core::engine::{Effect, Misuse, Phase, RequestId};
use wsman_authz_core::{ApplicationId, Sender, code};

use super::{Lease, Machine, Question, User};

/// A number that no engine gives: where the reference expects a name and the engine gave none.
pub(super) const NO_NAME: RequestId = RequestId(u32::MAX);

impl Machine {
    /// A question about a user always gets to the policy; one about an operation or a quota only if the user was let
    /// in and not turned away since (CL-23, CL-70). None does once Shutdown was called (CL-54).
    pub(super) fn ask(
        &mut self,
        kind: RequestKind,
        application: ApplicationId,
        sender: Sender,
        user: User,
    ) -> Result<(), Misuse> {
        let runs = self.applications.iter().find(|known| known.name == application);
        let stopping = runs.ok_or(Misuse::NotRunning(application))?.stopping;
        let of_user = |lease: &&Lease| lease.for_user && lease.application == application && lease.user == user; // CL-71
        let speaks = self.leases.iter().rev().filter(of_user).find(|lease| !lease.revoked);
        let shown = speaks.and_then(|lease| lease.payload);
        let refusal = if stopping {
            Some((Misuse::ShuttingDown(application), code::ERROR_OPERATION_ABORTED))
        } else if kind != RequestKind::User && speaks.is_none() {
            Some((Misuse::NoGrant(kind), code::ERROR_ACCESS_DENIED)) // CL-31
        } else {
            None
        };
        let earlier = self.leases.iter().filter(of_user).filter(|_| kind == RequestKind::User);
        let name = self.names.request.unwrap_or(NO_NAME);
        let is_put = refusal.is_none();
        self.questions.push(Question {
            name,
            application,
            kind,
            sender,
            user,
            stage: Phase::Asked,
            held: is_put,
            shown: shown.filter(|_| is_put),
            due: self.answer_within.filter(|_| is_put).map(|within| self.now.saturating_add(within)),
            earlier: earlier.map(|lease| lease.name).collect(),
            offered: None,
            token: None,
        });
        match refusal {
            None => self.effects.push(Effect::Ask { request: name, kind, payload: shown }),
            Some((misuse, error)) => {
                self.effects.push(Effect::Report(misuse));
                self.deny(self.questions.len() - 1, error, None);
            }
        }
        Ok(())
    }

    /// No. If the question was about a user, whatever let that user in before it came speaks no more (CL-23).
    pub(super) fn deny(&mut self, index: usize, error: u32, text: Option<std::borrow::Cow<'static, str>>) {
        self.revoke(index);
        let Question { kind, sender, .. } = self.questions[index];
        let failure = Completion { extended: text, ..Completion::failure(kind, sender, error) }; // CL-53
        self.complete(index, failure);
    }

    fn revoke(&mut self, index: usize) {
        let earlier = &self.questions[index].earlier;
        for lease in self.leases.iter_mut().filter(|lease| earlier.contains(&lease.name)) {
            lease.revoked = true;
        }
    }

    /// Says it to the host: with the kind and the pointer of the question (CL-51).
    pub(super) fn complete(&mut self, index: usize, completion: Completion) {
        let question = &mut self.questions[index];
        question.stage = Phase::Completing;
        self.effects.push(Effect::Complete { request: question.name, completion });
    }

    pub(super) fn deny_overdue(&mut self) {
        for index in 0..self.questions.len() {
            if self.questions[index].stage == Phase::Asked && self.is_overdue(index) {
                self.deny(index, code::ERROR_ACCESS_DENIED, None); // CL-70
            }
        }
    }

    pub(super) fn is_overdue(&self, index: usize) -> bool {
        self.questions[index].due.is_some_and(|due| due <= self.now)
    }

    /// The reply came back without a verdict.
    pub(super) fn abandon(&mut self, name: RequestId) -> Result<(), Misuse> {
        let index = self.held(name).ok_or(Misuse::NoReplyDue(name))?;
        let asked = self.questions[index].stage == Phase::Asked;
        if asked {
            self.deny(index, code::ERROR_ACCESS_DENIED, None); // CL-61, CL-70
        }
        self.reply_is_back(index);
        Ok(())
    }

    /// The policy can look at nothing any more.
    pub(super) fn reply_is_back(&mut self, index: usize) {
        (self.questions[index].held, self.questions[index].shown) = (false, None);
    }

    /// The question of this name, if the policy holds its reply.
    pub(super) fn held(&self, name: RequestId) -> Option<usize> {
        self.questions.iter().position(|question| question.name == name && question.held)
    }

    /// The host's answer to a completion. A refusal takes back everything that the completion brought (CL-17), the
    /// token too (CL-74), and means no (CL-23).
    pub(super) fn completed(&mut self, name: RequestId, error: u32) -> Result<(), Misuse> {
        let on_its_way = |question: &Question| question.name == name && question.stage == Phase::Completing;
        let index = self.questions.iter().position(on_its_way).ok_or(Misuse::NotCompleting(name))?;
        let Question { application, offered, token, .. } = self.questions[index];
        self.questions[index].stage = Phase::Over;
        if error != code::ERROR_SUCCESS {
            self.revoke(index);
            if let Some(lease) = offered {
                self.end_lease(lease);
            }
            self.effects.extend(token.map(Effect::CloseToken));
        }
        self.end_if_idle(application);
        Ok(())
    }
}
