//! Which questions were asked for which operation, and what was said to them.

use std::collections::{BTreeMap, BTreeSet};

use wsman_authz_core::call::{Completion, RequestKind};
use wsman_authz_core::code::ERROR_WSMAN_REDIRECT_REQUESTED;
use wsman_authz_core::host::{Host, OperationPhase, Refused};
use wsman_authz_core::{OperationId, Sender, UserName};

use crate::testing::outcome::{Answer, Entry, Outcome, RunsAs};

/// The number of a question: unlike its sender, never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::testing) struct QuestionId(u64);

#[derive(Debug)]
struct Question {
    kind: RequestKind,
    answer: Option<Completion>,
}

/// What is known of one operation.
#[derive(Debug, Default)]
struct File {
    questions: BTreeSet<QuestionId>,
    begun: bool,
    refused: Option<Refused>,
}

/// All questions and operations of a host.
#[derive(Debug, Default)]
pub(in crate::testing) struct Questions {
    asked: BTreeMap<QuestionId, Question>,
    /// The question that a sender stands for now.
    current: BTreeMap<Sender, QuestionId>,
    files: BTreeMap<OperationId, File>,
    /// Operations that neither began nor were refused.
    waiting: BTreeSet<OperationId>,
}

impl Questions {
    /// A client asks for an operation.
    pub(in crate::testing) fn begin(&mut self, operation: OperationId) {
        self.files.insert(operation, File::default());
        self.waiting.insert(operation);
    }

    pub(in crate::testing) fn begun(&mut self, operation: OperationId) {
        self.waiting.remove(&operation);
        if let Some(file) = self.files.get_mut(&operation) {
            file.begun = true;
        }
    }

    pub(in crate::testing) fn refused(&mut self, operation: OperationId, why: Refused) {
        self.waiting.remove(&operation);
        if let Some(file) = self.files.get_mut(&operation) {
            file.refused = Some(why);
        }
    }

    /// The host asks the plug-in; about an operation, if it says which.
    pub(in crate::testing) fn ask(&mut self, sender: Sender, kind: RequestKind, operation: Option<OperationId>) {
        let id = QuestionId(self.asked.len() as u64);
        self.asked.insert(id, Question { kind, answer: None });
        self.current.insert(sender, id);
        if let Some(file) = operation.and_then(|operation| self.files.get_mut(&operation)) {
            file.questions.insert(id);
        }
    }

    /// Notes for which questions the operations wait.
    pub(in crate::testing) fn follow(&mut self, host: &Host<UserName>) {
        for operation in &self.waiting {
            let phase = host.operation(*operation).map(|operation| operation.phase);
            let Some(OperationPhase::Waiting(sender)) = phase else { continue };
            if let (Some(file), Some(id)) = (self.files.get_mut(operation), self.current.get(&sender)) {
                file.questions.insert(*id);
            }
        }
    }

    /// The plug-in answers. Only the first answer is one.
    pub(in crate::testing) fn answered(&mut self, sender: Sender, completion: &Completion) {
        let question = self.current.get(&sender).and_then(|id| self.asked.get_mut(id));
        if let Some(question) = question.filter(|question| question.kind == completion.kind) {
            question.answer.get_or_insert_with(|| completion.clone());
        }
    }

    /// Whether the operation waits for nothing any more.
    pub(in crate::testing) fn is_settled(&self, operation: OperationId) -> bool {
        !self.waiting.contains(&operation)
    }

    /// Whether the operation began.
    pub(in crate::testing) fn has_begun(&self, operation: OperationId) -> bool {
        self.files.get(&operation).is_some_and(|file| file.begun)
    }

    /// The question that a sender stands for.
    pub(in crate::testing) fn question(&self, sender: Sender) -> Option<QuestionId> {
        self.current.get(&sender).copied()
    }

    /// What was said about a user.
    pub(in crate::testing) fn about_user(&self, question: QuestionId) -> Option<Answer<Entry>> {
        let Question { kind: RequestKind::User, answer } = self.asked.get(&question)? else { return None };
        Some(answer.as_ref().map_or(Answer::Unanswered, |said| {
            let identity = said.identity.map_or(RunsAs::HostProcess, RunsAs::from);
            answer_of(said, || Entry { identity, administrator: said.administrator })
        }))
    }

    /// What became of an operation.
    pub(in crate::testing) fn outcome(&self, operation: OperationId) -> Outcome {
        let Some(file) = self.files.get(&operation) else { return Outcome::default() };
        let mut outcome = Outcome { refused: file.refused, ..Outcome::default() };
        for id in &file.questions {
            let Some(question) = self.asked.get(id) else { continue };
            let said = question.answer.as_ref();
            match question.kind {
                RequestKind::User => outcome.user = self.about_user(*id),
                RequestKind::Operation => {
                    outcome.operation = Some(said.map_or(Answer::Unanswered, |said| answer_of(said, || ())));
                }
                RequestKind::Quota => {
                    let quota = said.and_then(|said| said.quota);
                    outcome.quota = Some(match (said, quota) {
                        (Some(said), Some(quota)) => answer_of(said, || quota),
                        (Some(said), None) => no(said),
                        (None, _) => Answer::Unanswered,
                    });
                }
            }
        }
        outcome
    }
}

fn answer_of<T>(said: &Completion, yes: impl FnOnce() -> T) -> Answer<T> {
    if said.is_success() { Answer::Allowed(yes()) } else { no(said) }
}

fn no<T>(said: &Completion) -> Answer<T> {
    let text = said.extended.as_deref().map(str::to_owned);
    match text {
        Some(url) if said.error == ERROR_WSMAN_REDIRECT_REQUESTED => Answer::Redirected { url },
        text => Answer::Denied { code: said.error, text },
    }
}
