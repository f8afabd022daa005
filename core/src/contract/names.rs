//! Everything that is still remembered, by name: what a reader of traces must not forget either.
//!
//! The numbers in a [`Contract`] stand for texts that somebody else keeps. Whoever keeps them asks here which are
//! still needed, and forgets the rest.

use core::fmt::Debug;

use super::Contract;
use super::answer::Answer;
use crate::id::{ApplicationId, Context, OperationId, PayloadId, Sender};

/// The name of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Name<'a, K> {
    /// An application.
    Application(ApplicationId),
    /// A user.
    User(&'a K),
    /// A request.
    Request(Sender),
    /// A context.
    Context(Context),
    /// An operation.
    Operation(OperationId),
    /// A payload.
    Payload(PayloadId),
}

impl<K: Ord + Clone + Debug, M: Copy + Ord + Debug> Contract<K, M> {
    /// Tells every name that is remembered, in no order, some of them more than once.
    pub fn each_name(&self, tell: &mut impl FnMut(Name<'_, K>)) {
        self.applications.keys().for_each(|application| tell(Name::Application(*application)));
        self.each_user(tell);
        for (sender, request) in &self.requests {
            tell(Name::Request(*sender));
            tell(Name::Application(request.application));
            tell(Name::User(&request.user));
            request.operation.into_iter().for_each(|operation| tell(Name::Operation(operation)));
        }
        for (sender, over) in self.finished.iter() {
            tell(Name::Request(*sender));
            tell(Name::Application(over.application));
        }
        for (number, operation) in &self.operations {
            tell(Name::Operation(*number));
            tell(Name::Application(operation.application));
            tell(Name::User(&operation.user));
            operation.lease.into_iter().chain(operation.under).for_each(|context| tell(Name::Context(context)));
        }
        for ((_, sender), answers) in &self.answers {
            tell(Name::Request(*sender));
            for answer in answers {
                let Answer::Fit(fit) = answer else { continue };
                tell(Name::Application(fit.application));
                tell(Name::User(&fit.user));
                fit.context.into_iter().for_each(|context| tell(Name::Context(context)));
            }
        }
        self.each_context(tell);
        self.payloads.each_name(tell);
    }

    fn each_user(&self, tell: &mut impl FnMut(Name<'_, K>)) {
        let past = self.past.iter().map(|(key, _)| key);
        for (application, user) in self.accounts.keys().chain(past) {
            tell(Name::Application(*application));
            tell(Name::User(user));
        }
        // What an account names beside its user, leases and operations name too.
    }

    fn each_context(&self, tell: &mut impl FnMut(Name<'_, K>)) {
        for (context, lease) in self.leases.iter() {
            tell(Name::Context(context));
            tell(Name::Application(lease.application));
            tell(Name::User(&lease.user));
            lease.payload.into_iter().for_each(|payload| tell(Name::Payload(payload)));
        }
        for (context, tickets) in self.tickets.iter() {
            tickets.applications().for_each(|application| tell(Name::Application(application)));
            tell(Name::Context(*context));
        }
    }
}
