//! What a bystander knows of the plug-in's contexts, kept from the calls alone: says which rule the host broke.
//!
//! It wants each context value once, and no expiry in the step of a completion.

use alloc::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::dialect::{Expiry, Shutdown};
use crate::rule::Rule;

type UserKey = (ApplicationId, u8);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    User(UserKey),
    Operation(UserKey, OperationId),
    Nobody(ApplicationId),
}

struct Asked {
    key: UserKey,
    kind: RequestKind,
    again: bool,
    operation: Option<OperationId>,
}

struct Known {
    lease: Option<Context>,
    deadline: u64,
}

pub(super) struct Ledger {
    dialect: Dialect,
    now: u64,
    running: BTreeSet<ApplicationId>,
    live: BTreeMap<Context, Owner>,
    records: BTreeMap<UserKey, Known>,
    /// Why the last record of a user ended, as the rule that a call without a record then breaks.
    ended: BTreeMap<UserKey, Rule>,
    asked: BTreeMap<Sender, Asked>,
    open: BTreeMap<OperationId, UserKey>,
    /// Leases that must be gone by the end of the step, or else.
    due: Vec<(Context, Rule)>,
    /// The step is a Stop: everything ends, whatever is in flight.
    stops: bool,
    pub(super) answered: BTreeSet<OperationId>,
}

impl Ledger {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            now: 0,
            running: BTreeSet::new(),
            live: BTreeMap::new(),
            records: BTreeMap::new(),
            ended: BTreeMap::new(),
            asked: BTreeMap::new(),
            open: BTreeMap::new(),
            due: Vec::new(),
            stops: false,
            answered: BTreeSet::new(),
        }
    }

    pub(super) fn live(&self) -> usize {
        self.live.len()
    }

    fn is_pinned(&self, key: UserKey) -> bool {
        let renewing = self.asked.values().any(|asked| asked.key == key && asked.again);
        let works = self.asked.values().any(|asked| asked.key == key) || self.open.values().any(|user| *user == key);
        renewing || (works && self.dialect.expiry == Expiry::Pinned)
    }

    fn pinned_move_their_deadlines(&mut self) {
        let pinned: Vec<_> = self.records.keys().copied().filter(|key| self.is_pinned(*key)).collect();
        for key in pinned {
            self.touch(key);
        }
    }

    fn touch(&mut self, key: UserKey) {
        if let Some(record) = self.records.get_mut(&key) {
            record.deadline = self.now + IDLE;
        }
    }

    /// Judges one step.
    pub(super) fn judge(&mut self, host: &Host<u8>, input: &Input<u8>, outcome: &Outcome<u8>) -> Result<(), Rule> {
        if host.now().0 < self.now {
            return Err(Rule::CL35);
        }
        self.now = host.now().0;
        self.pinned_move_their_deadlines();
        self.stops = matches!(input, Input::Stop { .. });
        match input {
            Input::Started { application, error: 0 } => drop(self.running.insert(*application)),
            Input::Complete { completion, .. } => self.completed(completion, outcome.error),
            Input::Stopped { application } => {
                self.asked.retain(|_, asked| asked.key.0 != *application);
                self.live.retain(|_, owner| owner.application() != *application);
            }
            _ => {}
        }
        for (place, effect) in outcome.effects.iter().enumerate() {
            match effect {
                Effect::Cross { call, .. } => self.crossed(call, &outcome.effects[..place])?,
                Effect::Begun(id) | Effect::Refused(id, _) => assert!(self.answered.insert(*id), "{id} answered twice"),
            }
        }
        if let Input::Request { application, user, .. } = input {
            self.touch((*application, *user));
        }
        self.pinned_move_their_deadlines();
        if self.records.values().any(|record| record.deadline <= self.now) {
            return Err(Rule::CL32);
        }
        let overdue = core::mem::take(&mut self.due);
        overdue.iter().find(|(lease, _)| self.live.contains_key(lease)).map_or(Ok(()), |(_, rule)| Err(*rule))
    }

    fn completed(&mut self, said: &Completion, error: u32) {
        let Some(sender) = said.sender else { return };
        if self.asked.get(&sender).is_none_or(|asked| asked.kind != said.kind || said.flags != 0) {
            return;
        }
        let Some(asked) = self.asked.remove(&sender) else { return };
        let (key, accepted) = (asked.key, error == 0 && self.running.contains(&asked.key.0));
        match (asked.kind, accepted && said.is_success()) {
            (RequestKind::User, true) => self.user_allowed(key, &asked, said.context),
            (RequestKind::Operation, true) => {
                let id = asked.operation.expect("the host names it");
                self.open.insert(id, key);
                self.live.extend(said.context.map(|context| (context, Owner::Operation(key, id))));
            }
            _ => {
                if accepted && self.dialect.failure_context == crate::dialect::FailureContext::Released {
                    self.live.extend(said.context.map(|context| (context, Owner::Nobody(key.0))));
                    self.due.extend(said.context.map(|context| (context, Rule::CL11)));
                }
                self.not_completed(&asked);
            }
        }
    }

    fn user_allowed(&mut self, key: UserKey, asked: &Asked, context: Option<Context>) {
        self.live.extend(context.map(|context| (context, Owner::User(key))));
        let deadline = self.now + IDLE;
        if !asked.again && self.records.contains_key(&key) {
            self.due.extend(context.map(|context| (context, Rule::CL11)));
        } else if let Some(old) = self.records.insert(key, Known { lease: context, deadline }) {
            self.due.extend(old.lease.map(|lease| (lease, Rule::CL21)));
        }
    }

    fn not_completed(&mut self, asked: &Asked) {
        if asked.again {
            self.end_record(asked.key, Rule::CL21, Rule::CL23);
        }
    }

    fn end_record(&mut self, key: UserKey, due: Rule, since: Rule) {
        if let Some(record) = self.records.remove(&key) {
            self.due.extend(record.lease.map(|lease| (lease, due)));
            self.ended.insert(key, since);
        }
    }

    fn ask(&mut self, sender: Sender, asked: Asked) -> Result<(), Rule> {
        let key = asked.key;
        if !self.running.contains(&key.0) {
            return Err(Rule::CL54);
        }
        let is_live = self.records.contains_key(&key);
        if asked.kind == RequestKind::User && is_live != asked.again {
            return Err(Rule::CL30);
        }
        if asked.kind != RequestKind::User && !is_live {
            return Err(self.ended.get(&key).copied().unwrap_or(Rule::CL31));
        }
        assert!(self.asked.insert(sender, asked).is_none(), "{sender} is in use");
        self.touch(key);
        Ok(())
    }

    fn crossed(&mut self, call: &Call<u8>, before: &[Effect<u8>]) -> Result<(), Rule> {
        match *call {
            Call::AuthorizeUser { application, sender, user, reauthorization } => {
                let again = reauthorization.expect("the host knows");
                self.ended.retain(|key, _| *key != (application, user) || again);
                self.ask(sender, Asked { key: (application, user), kind: RequestKind::User, again, operation: None })
            }
            Call::AuthorizeOperation { application, sender, user, operation } => {
                let (key, kind) = ((application, user), RequestKind::Operation);
                self.ask(sender, Asked { key, kind, again: false, operation })
            }
            Call::QueryQuota { application, sender, user } => {
                let (key, kind) = ((application, user), RequestKind::Quota);
                self.ask(sender, Asked { key, kind, again: false, operation: None })
            }
            Call::Release { context } => self.released(context, before),
            Call::OperationEnd { operation, .. } => {
                let open = self.open.remove(&operation);
                let is_it = |owner: &Owner| matches!(owner, Owner::Operation(_, id) if *id == operation);
                let abandons = self.stops && self.dialect.shutdown == Shutdown::Abandoned;
                let lease = self.live.iter().find(|(_, owner)| is_it(owner)).map(|(lease, _)| *lease);
                if open.is_some_and(|key| self.running.contains(&key.0)) && !abandons {
                    self.due.extend(lease.map(|lease| (lease, Rule::CL41)));
                }
                Ok(())
            }
            Call::RecordExpired { application, user } => self.expired((application, user)),
            Call::RequestTimedOut { sender } => {
                if let Some(asked) = self.asked.remove(&sender) {
                    self.not_completed(&asked);
                }
                Ok(())
            }
            Call::Shutdown { application, .. } => self.shut_down(application),
            _ => Ok(()),
        }
    }

    fn expired(&mut self, key: UserKey) -> Result<(), Rule> {
        let Some(record) = self.records.get(&key) else { return Err(Rule::CL34) };
        if self.is_pinned(key) {
            return Err(Rule::CL33);
        }
        if self.now < record.deadline {
            return Err(Rule::CL32);
        }
        self.end_record(key, Rule::CL34, Rule::CL34);
        Ok(())
    }

    fn shut_down(&mut self, application: ApplicationId) -> Result<(), Rule> {
        if !self.running.remove(&application) {
            return Err(Rule::CL55);
        }
        self.records.retain(|key, _| key.0 != application);
        self.ended.retain(|key, _| key.0 != application);
        let left = self.live.values().any(|owner| owner.application() == application);
        let released = self.dialect.shutdown == Shutdown::Released;
        if left && released { Err(Rule::CL11) } else { Ok(()) }
    }

    fn released(&mut self, context: Option<Context>, before: &[Effect<u8>]) -> Result<(), Rule> {
        let lease = context.ok_or(Rule::CL15)?;
        let owner = self.live.remove(&lease).ok_or(Rule::CL11)?;
        match owner {
            Owner::User(key) => {
                let renewing = self.asked.values().any(|asked| asked.key == key && asked.again);
                let is_current = self.records.get(&key).is_some_and(|record| record.lease == context);
                if renewing && is_current && !self.stops { Err(Rule::CL20) } else { Ok(()) }
            }
            Owner::Operation(_, id) if self.open.contains_key(&id) => {
                let follows =
                    before.iter().any(|effect| matches!(effect, Effect::Cross { call: Call::Release { .. }, .. }));
                Err(if follows { Rule::CL24 } else { Rule::CL40 })
            }
            _ => Ok(()),
        }
    }
}

impl Owner {
    const fn application(self) -> ApplicationId {
        match self {
            Self::User(key) | Self::Operation(key, _) => key.0,
            Self::Nobody(application) => application,
        }
    }
}
