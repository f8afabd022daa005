//! Random walks through the model: the environment does anything it may, for as long as the choices last.
//!
//! The models explore everything that few users can do; a walk goes much further and sees much less. It shows that
//! the bounds of the models hide nothing simple.

use std::fmt::Write as _;

use wsman_authz_core::dialect::{COUNT, Dialect};
use wsman_authz_core::fault::Fault;
use wsman_authz_models::model::{Action, Model, SCENARIOS, Scenario, Tape, Witness, World};

/// What a walk saw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Steps taken.
    pub steps: usize,
    /// Times that the walk came to an end of what may happen, and began anew.
    pub ends: usize,
    /// Witnesses met, as bits in the order of [`Witness::ALL`].
    pub witnesses: u32,
}

impl Walked {
    /// Whether a witness was met.
    #[must_use]
    pub const fn met(self, witness: Witness) -> bool {
        self.witnesses & (1 << witness as u32) != 0
    }
}

/// The scenario with budgets that last for a long walk.
#[must_use]
pub fn generous(scenario: &Scenario) -> Scenario {
    let more = |budget: u8, enough: u8| if budget == 0 { 0 } else { enough };
    Scenario {
        users: 3,
        operations: 9,
        reauthorizations: more(scenario.reauthorizations, 40),
        waits: more(scenario.waits, 60),
        set_backs: more(scenario.set_backs, 10),
        refusals: more(scenario.refusals, 20),
        starts: 4,
        ..scenario.clone()
    }
}

/// Walks through the model; each number chooses one of the actions that are possible. Where none is, everything must
/// be at rest, and the walk begins anew.
///
/// # Errors
/// The story of the way to a rule that broke.
pub fn walk(model: &Model, choices: &[u16]) -> Result<Walked, String> {
    let mut walked = Walked { steps: choices.len(), ..Walked::default() };
    let mut world = model.initial();
    let (mut actions, mut begin) = (Vec::new(), 0);
    for (step, choice) in choices.iter().enumerate() {
        actions.clear();
        model.actions(&world, &mut actions);
        if actions.is_empty() {
            if !world.at_rest() {
                return Err(story(model, &choices[begin..step]));
            }
            (world, begin) = (model.initial(), step);
            walked.ends += 1;
            model.actions(&world, &mut actions);
        }
        let mut tape = Tape::default();
        world = model.next(&world, choose(&actions, *choice), &mut tape);
        walked.witnesses |= tape.witnesses;
        if !world.broken.is_empty() {
            return Err(story(model, &choices[begin..=step]));
        }
    }
    Ok(walked)
}

/// The action that a number chooses. Applications stop seldom, or no walk would get far.
fn choose(actions: &[Action], choice: u16) -> Action {
    let index = usize::from(choice) % actions.len();
    match actions[index] {
        Action::Stop { .. } if choice >> 12 != 0 => actions[(index + 1) % actions.len()],
        action => action,
    }
}

/// The walk that bytes stand for: the scenario, its budgets, the dialect, then one choice for each two bytes.
///
/// # Errors
/// As [`walk`].
pub fn walk_bytes(bytes: &[u8]) -> Result<Walked, String> {
    walk_into(bytes, None)
}

/// As [`walk_bytes`], with a seeded fault in one of the machines.
///
/// # Errors
/// As [`walk`].
pub fn walk_into(bytes: &[u8], fault: Option<Fault>) -> Result<Walked, String> {
    let Some(([scenario, wide, high, low], choices)) = bytes.split_first_chunk() else { return Ok(Walked::default()) };
    let scenario = &SCENARIOS[usize::from(*scenario) % SCENARIOS.len()];
    let scenario = if wide % 2 == 0 { scenario.clone() } else { generous(scenario) };
    let number = usize::from(u16::from_be_bytes([*high, *low])) % COUNT;
    let choices: Vec<u16> = choices.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
    walk(&Model { fault, ..Model::new(scenario, Dialect::nth(number).unwrap_or_default()) }, &choices)
}

/// Who did what, who held what after it, and why that is wrong.
fn story(model: &Model, choices: &[u16]) -> String {
    let mut tape = Tape::recording();
    let mut world = model.initial();
    for choice in choices {
        let mut actions = Vec::new();
        model.actions(&world, &mut actions);
        world = model.next(&world, choose(&actions, *choice), &mut tape);
    }
    let mut text = format!("scenario {}, dialect {}\n", model.scenario.name, model.dialect);
    for line in tape.story.iter().flatten() {
        let call = line.crossing.as_ref().map(|crossing| format!("{:?}", crossing.call)).unwrap_or_default();
        let _ = writeln!(text, "  {}{call}\n      [{}]", line.what, line.holds);
        for violation in &line.violations {
            let _ = writeln!(text, "      {} is broken: {}", violation.rule, violation.why);
        }
    }
    text + &ending(&world)
}

fn ending(world: &World) -> String {
    if world.broken.is_empty() {
        return "nothing can happen any more, but not everything is at rest\n".to_owned();
    }
    world.broken.iter().map(|rule| format!("{rule} {}\n  {}\n", rule.title(), world.complaint(rule))).collect()
}
