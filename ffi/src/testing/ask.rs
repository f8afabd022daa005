//! One request of a client, and the operation that it becomes.

use std::fmt;

use wsman_authz_core::call::EndOfOperation;
use wsman_authz_core::host::{Input, Shape};
use wsman_authz_core::{ApplicationId, OperationId};

use super::client::Client;
use super::host::{PATIENCE, TestHost};
use super::outcome::Outcome;
use super::stage::Wish;
use crate::{Action, Plugin};

/// A request before it is sent: by default a `Get` of `http://example.org/resource` in the first application.
#[must_use = "nothing is asked until it is sent"]
pub struct Ask<'h, P: Plugin> {
    host: &'h TestHost<P>,
    wish: Wish,
}

impl<'h, P: Plugin> Ask<'h, P> {
    pub(super) fn new(host: &'h TestHost<P>, application: ApplicationId, client: Client) -> Self {
        let (action, resource) = (Action::Get.uri().to_owned(), "http://example.org/resource".to_owned());
        Self { host, wish: Wish { application, client, action, resource, number: 0, shape: Shape::Simple } }
    }

    /// What is to be done. An enumeration lasts until it is ended; what makes a shell, a command or a subscription
    /// lasts as long as that, or until its response, as the dialect says.
    pub fn action(mut self, action: Action<'_>) -> Self {
        self.wish.shape = match action {
            Action::Enumerate => Shape::Enumeration,
            Action::Create | Action::Subscribe | Action::Command => Shape::Object,
            _ => Shape::Simple,
        };
        self.wish.action = action.uri().to_owned();
        self
    }

    /// What it is to be done to.
    pub fn resource(mut self, uri: impl Into<String>) -> Self {
        self.wish.resource = uri.into();
        self
    }

    /// The number that stands for the kind of operation. Microsoft never said what it means.
    pub const fn number(mut self, number: u32) -> Self {
        self.wish.number = number;
        self
    }

    /// Another application than the first.
    ///
    /// # Panics
    /// If no application of this name runs.
    #[track_caller]
    pub fn application(mut self, identification: &str) -> Self {
        self.wish.application = self.host.application(identification);
        self
    }

    /// Asks, waits for the answer if the policy gives it on another thread, sends the response and ends the
    /// operation. An answer that does not come within five seconds is [unanswered](super::Answer::Unanswered), and
    /// the operation is given up.
    pub fn send(self) -> Outcome {
        let operation = self.begin();
        let id = operation.id;
        operation.host.inner.wait(PATIENCE, |stage| stage.questions.is_settled(id));
        let outcome = operation.outcome();
        operation.respond();
        operation.end(EndOfOperation::Completed);
        outcome
    }

    /// Asks, and leaves the operation open. Does not wait for answers from other threads.
    pub fn begin(self) -> Operation<'h, P> {
        let (id, taken) = self.host.inner.stage.lock().request(self.wish);
        self.host.inner.perform_all(taken);
        Operation { host: self.host, id, is_over: false }
    }
}

impl<P: Plugin> fmt::Debug for Ask<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.wish.fmt(f)
    }
}

/// An operation of a client: asked for, perhaps begun. Dropping it completes it.
#[must_use = "an operation that is dropped is completed"]
pub struct Operation<'h, P: Plugin> {
    host: &'h TestHost<P>,
    id: OperationId,
    is_over: bool,
}

impl<P: Plugin> Operation<'_, P> {
    /// What became of it so far.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.host.inner.settle();
        self.host.inner.stage.lock().questions.outcome(self.id)
    }

    /// Whether it began and has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.host.inner.settle();
        let stage = self.host.inner.stage.lock();
        stage.questions.has_begun(self.id) && stage.host.operation(self.id).is_some()
    }

    /// The response to the client is sent: ends a simple operation, and others as the dialect says.
    pub fn respond(&self) {
        let taken = self.host.inner.stage.lock().take(Input::Respond { operation: self.id });
        self.host.inner.perform_all(taken);
    }

    /// It ends in this way; what became of it. One that the policy was still asked about is given up.
    pub fn end(mut self, how: EndOfOperation) -> Outcome {
        self.finish(how);
        self.outcome()
    }

    fn finish(&mut self, how: EndOfOperation) {
        self.is_over = true;
        let taken = self.host.inner.stage.lock().take(Input::End { operation: self.id, how });
        self.host.inner.perform_all(taken);
    }
}

impl<P: Plugin> Drop for Operation<'_, P> {
    fn drop(&mut self) {
        if !self.is_over {
            self.finish(EndOfOperation::Completed);
        }
    }
}

impl<P: Plugin> fmt::Debug for Operation<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("id", &self.id).field("outcome", &self.outcome()).finish_non_exhaustive()
    }
}
