//! What the engine does, beside what the reference says it must do.

use std::fmt::Debug;

use wsman_authz_core::call::RequestKind;
use wsman_authz_core::engine::{Effect, Engine, Misuse, Phase, RequestId};
use wsman_authz_core::{Context, Sender, Timestamp};

use super::{Does, Happens, Machine, Names, User, Value};

/// What the engine said to one input.
pub type Said<'a> = Result<&'a [Does], Misuse>;

impl Machine {
    /// Takes an input and holds the engine's word against its own: every effect, each once, in any order but for one:
    /// nothing about an application comes after its end.
    ///
    /// # Errors
    /// How the two differ.
    pub fn step(&mut self, now: Timestamp, input: &Happens, said: Said<'_>) -> Result<(), String> {
        let names = self.learn(input, said.unwrap_or_default());
        let taken = self.predict(now, input, names?);
        match (taken, said) {
            (Ok(()), Ok(effects)) => self.compare(effects),
            (Err(due), Err(misuse)) if due == misuse => Ok(()),
            (Ok(()), Err(misuse)) => Err(format!("the engine refuses it: {misuse}")),
            (Err(due), Err(misuse)) => Err(format!("the engine says `{misuse}` and not `{due}`")),
            (Err(due), Ok(effects)) => Err(format!("the engine takes it, and should say: {due}\n    {effects:?}")),
        }
    }

    /// Takes an input. What must follow from it is then in the list of effects.
    fn predict(&mut self, now: Timestamp, input: &Happens, names: Names) -> Result<(), Misuse> {
        self.now = self.now.max(now.0); // CL-35
        self.names = names;
        self.effects.clear();
        let taken = self.take(input);
        self.drop_unused();
        self.questions.retain(|question| question.held || question.stage != Phase::Over);
        taken
    }

    /// Says what an input must lead to, where the engine's own word cannot be heard. `request` names a question that
    /// comes up, `context` a lease.
    ///
    /// # Errors
    /// The misuse that the input is.
    pub fn foretell(
        &mut self,
        now: Timestamp,
        input: &Happens,
        request: RequestId,
        context: Option<Context>,
    ) -> Result<Vec<Does>, Misuse> {
        self.predict(now, input, Names { request: Some(request), context })?;
        self.reported.extend(context.filter(|context| self.leases.last().is_some_and(|lease| lease.name == *context)));
        Ok(std::mem::take(&mut self.effects))
    }

    /// The engine's names for what comes up in this step. None may name two things.
    fn learn(&mut self, input: &Happens, effects: &[Does]) -> Result<Names, String> {
        let mut names = Names::default();
        let asks = matches!(
            input,
            Happens::AuthorizeUser { .. } | Happens::AuthorizeOperation { .. } | Happens::QueryQuota { .. }
        );
        for effect in effects {
            match effect {
                Effect::Ask { request, .. } | Effect::Complete { request, .. } if asks => {
                    names.request = Some(*request);
                }
                Effect::Complete { completion, .. } => names.context = names.context.or(completion.context),
                _ => {}
            }
        }
        if let Some(request) = names.request.filter(|request| self.knows(*request)) {
            return Err(format!("number {} names two requests", request.0));
        }
        if let Some(context) = names.context {
            if self.reported.contains(&context) {
                return Err(format!("CL-14: {context} was reported before"));
            }
            self.reported.push(context);
        }
        Ok(names)
    }

    fn knows(&self, request: RequestId) -> bool {
        self.questions.iter().any(|question| question.name == request)
    }

    fn compare(&mut self, effects: &[Does]) -> Result<(), String> {
        let mut beyond = Vec::new();
        for effect in effects {
            match self.effects.iter().position(|due| due == effect) {
                Some(place) => drop(self.effects.swap_remove(place)),
                None => beyond.push(effect),
            }
        }
        let end = effects.iter().position(|effect| matches!(effect, Effect::Drained { .. }));
        match (&beyond[..], &self.effects[..]) {
            ([], []) if end.is_some_and(|place| place + 1 < effects.len()) => {
                Err("CL-54: Shutdown may return before the last effect".to_owned())
            }
            ([], []) => Ok(()),
            (beyond, []) => Err(format!("not due: {beyond:?}")),
            ([], due) => Err(format!("due and missing: {due:?}")),
            (beyond, due) => Err(format!("not due: {beyond:?}; due: {due:?}")),
        }
    }

    /// Whether the engine shows the state that the reference has.
    ///
    /// # Errors
    /// What differs.
    pub fn agree(&self, engine: &Engine<User, Value>) -> Result<(), String> {
        same("now", Timestamp(self.now), engine.now())?;
        let open = self.questions.iter().filter(|question| question.stage == Phase::Asked);
        let due = open.filter_map(|question| question.due).min().map(Timestamp);
        same("next deadline", due, engine.next_deadline())?;
        same("number of payloads", self.alive.len(), engine.payloads())?;
        same("number of leases", self.leases.len(), engine.live_leases())?;
        same("number of requests", self.questions.len(), engine.open_requests())?;
        let nothing = self.applications.is_empty() && self.questions.is_empty() && self.leases.is_empty();
        same("whether nothing is left", nothing, engine.is_empty())
    }

    /// The same, one by one.
    ///
    /// # Errors
    /// What differs.
    pub fn agree_in_detail(&self, engine: &Engine<User, Value>) -> Result<(), String> {
        for seen in engine.leases() {
            let lease = self.leases.iter().find(|lease| lease.name == seen.context);
            let lease = lease.ok_or_else(|| format!("the engine has {seen:?}, which is no lease"))?;
            let user = Some(lease.user).filter(|_| lease.for_user);
            let known = (lease.application, user, lease.payload);
            same("lease", known, (seen.application, seen.user.copied(), seen.payload.copied()))?;
            let (application, user) = (lease.application, lease.user);
            let of_user =
                |other: &&super::Lease| other.for_user && (other.application, other.user) == (application, user);
            let grants = self.leases.iter().filter(of_user).map(|lease| lease.name);
            if !grants.clone().eq(engine.grants(application, &user)) {
                return Err(format!("the grants of user {user} are not {:?}", grants.collect::<Vec<_>>()));
            }
        }
        for seen in engine.requests() {
            let question = self.questions.iter().find(|question| question.name == seen.request);
            let question = question.ok_or_else(|| format!("the engine has {seen:?}, which nobody asked"))?;
            let known = (question.application, question.kind, question.sender, question.user);
            same("request", known, (seen.application, seen.kind, seen.sender, *seen.user))?;
            same("request", (question.stage, question.held), (seen.phase, seen.reply_out))?;
        }
        Ok(())
    }

    /// Requests whose reply the policy holds, with their kinds.
    pub fn held_replies(&self) -> impl Iterator<Item = (RequestId, RequestKind)> {
        self.questions.iter().filter(|question| question.held).map(|question| (question.name, question.kind))
    }

    /// Kind and pointer of a request whose completion is on its way.
    #[must_use]
    pub fn question(&self, name: RequestId) -> Option<(RequestKind, Sender)> {
        let asked = self.questions.iter().find(|question| question.name == name && question.stage == Phase::Completing);
        asked.map(|question| (question.kind, question.sender))
    }

    /// Requests whose completion is on its way.
    pub fn on_their_way(&self) -> impl Iterator<Item = RequestId> {
        self.questions.iter().filter(|question| question.stage == Phase::Completing).map(|question| question.name)
    }

    /// The pointer of a request.
    #[must_use]
    pub fn sender_of(&self, name: RequestId) -> Option<Sender> {
        self.questions.iter().find(|question| question.name == name).map(|question| question.sender)
    }

    /// How many leases, payloads and requests there are.
    #[must_use]
    pub const fn balance(&self) -> (usize, usize, usize) {
        (self.leases.len(), self.alive.len(), self.questions.len())
    }

    /// The values of the live leases.
    pub fn live(&self) -> impl ExactSizeIterator<Item = Context> {
        self.leases.iter().map(|lease| lease.name)
    }

    /// Every value that was ever reported.
    #[must_use]
    pub fn ever_reported(&self) -> &[Context] {
        &self.reported
    }
}

fn same<T: PartialEq + Debug>(what: &str, reference: T, engine: T) -> Result<(), String> {
    if reference == engine { Ok(()) } else { Err(format!("{what}: the engine has {engine:?} and not {reference:?}")) }
}
