//! A counterexample as a person would tell it: who calls whom, who holds what after each step, which step broke it.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;
use wsman_authz_core::trace::{Cast, write_record};
use wsman_authz_core::{OperationId, Rule};

use super::report::rules_of;
use super::run::Done;
use crate::explore::{Same, Trouble, replay};
use crate::model::{Line, Scenario, Tape, User};

/// A counterexample.
#[derive(Clone, Debug, Serialize)]
pub struct CounterexampleReport {
    /// The rule.
    pub rule: &'static str,
    /// All rules that the last step broke.
    pub rules: Vec<&'static str>,
    /// The scenario.
    pub scenario: &'static str,
    /// The dialect.
    pub dialect: String,
    /// Breadth first, every state: nothing shorter exists within the scenario and the dialect.
    pub shortest: bool,
    /// Why the rule is broken.
    pub why: String,
    /// The command that shows it again.
    pub replay: String,
    /// Records of the trace.
    pub steps: Vec<Value>,
    /// The same for a person.
    #[serde(skip)]
    pub story: Vec<Line>,
}

/// Users and operations of the model in a trace.
#[derive(Debug)]
struct ModelCast;

impl Cast<User> for ModelCast {
    fn user<'a>(&'a self, user: &'a User) -> [Cow<'a, str>; 2] {
        [user.to_string().into(), "Negotiate".into()]
    }

    fn operation(&self, operation: Option<OperationId>) -> Option<[Cow<'_, str>; 2]> {
        let resource = format!("http://example.org/{}", operation?);
        Some(["http://schemas.xmlsoap.org/ws/2004/09/transfer/Get".into(), resource.into()])
    }
}

/// The counterexample of an exploration, if it has one.
#[must_use]
pub fn tell(done: &Done) -> Option<CounterexampleReport> {
    let found = done.exploration.counterexample.as_ref()?;
    let mut tape = Tape::recording();
    let panics = matches!(found.trouble, Trouble::Panic(_));
    let until = found.actions.len() - usize::from(panics);
    let world = replay(&done.model, &found.actions[..until], &mut tape);
    let story = tape.story.unwrap_or_default();
    let rules: Vec<Rule> = rules_of(&found.trouble).iter().collect();
    let wanted = done.model.fault.map(|fault| fault.rule()).filter(|rule| rules.contains(rule));
    let rule = wanted.or_else(|| rules.first().copied())?;
    let said = story.iter().flat_map(|line| &line.violations).find(|violation| violation.rule == rule);
    let why = match &found.trouble {
        Trouble::Panic(message) => format!("the machine panicked: {message}"),
        Trouble::NoRest => "from here no state at rest can be reached: something is lost".to_owned(),
        Trouble::Broken(_) => said.map_or_else(|| world.complaint(rule), |violation| violation.why.clone()),
    };
    let fault = done.model.fault.map(|fault| format!(" --fault {fault}")).unwrap_or_default();
    Some(CounterexampleReport {
        rule: rule.id(),
        rules: rules.iter().map(|rule| rule.id()).collect(),
        scenario: done.model.scenario.name,
        dialect: done.model.dialect.to_string(),
        shortest: !panics && done.exploration.same == Same::Equal,
        why,
        replay: format!("cargo run --release -- verify{fault}{} --dialect {}", sizes(done), done.model.dialect),
        steps: records(&story),
        story,
    })
}

/// The options that made the scenario another one.
fn sizes(done: &Done) -> String {
    let scenario = &done.model.scenario;
    let Some(usual) = Scenario::find(scenario.name).filter(|usual| *usual != scenario) else { return String::new() };
    let sizes = [
        ("users", scenario.users, usual.users),
        ("operations", scenario.operations, usual.operations),
        ("applications", scenario.applications, usual.applications),
    ];
    let others = sizes.into_iter().filter(|(_, size, usual)| size != usual);
    let options: String = others.map(|(name, size, _)| format!(" --{name} {size}")).collect();
    let names = if done.exploration.same == Same::UpToNames { " --up-to-names" } else { "" };
    format!(" --scenario {}{options}{names}", scenario.name)
}

fn records(story: &[Line]) -> Vec<Value> {
    written(story, 1).filter_map(|record| serde_json::from_slice(&record).ok()).collect()
}

/// The crossings of a story in the trace form, without line breaks. `first` is the number of the first one.
pub fn written(story: &[Line], first: u64) -> impl Iterator<Item = Vec<u8>> {
    (first..).zip(story.iter().filter_map(|line| line.crossing.as_ref())).map(|(seq, crossing)| {
        let mut record = Vec::new();
        write_record(&mut record, seq, crossing, &ModelCast);
        record
    })
}
