//! Handles: leases are made, and any 64 bits are released. Only a value that was given out and not given back may end
//! one, and no value is ever given out twice.

use std::collections::{BTreeMap, BTreeSet};

use wsman_authz_core::call::Identity;
use wsman_authz_core::engine::{Answer, Effect, Engine, EngineConfig, Input, Payload};
use wsman_authz_core::fault::Fault;
use wsman_authz_core::{ApplicationId, Context, Sender, Timestamp, code};

use crate::choices::Choices;

const APPLICATION: ApplicationId = ApplicationId(1);

struct Table {
    engine: Engine<u8, u32>,
    generations: u32,
    payloads: u32,
    /// Values that the host holds, and what stands behind each.
    live: BTreeMap<u64, u32>,
    /// Every value that was given out, in order, and as a set.
    given: Vec<u64>,
    known: BTreeSet<u64>,
    /// Slots that ran out of generations.
    retired: BTreeSet<u32>,
}

/// Plays what bytes stand for: how many generations a slot has, then what is made and released.
///
/// # Errors
/// What happened, then what is wrong.
pub fn play(bytes: &[u8], fault: Option<Fault>) -> Result<(), String> {
    run(bytes, fault, &mut |_| ()).map_err(|_| {
        let mut story = String::new();
        let why = run(bytes, fault, &mut |line| story += &(line() + "\n")).err().unwrap_or_default();
        format!("{story}{why}\n")
    })
}

/// Tells a line of the story, if somebody listens.
type Teller<'a> = dyn FnMut(&dyn Fn() -> String) + 'a;

fn run(bytes: &[u8], fault: Option<Fault>, tell: &mut Teller<'_>) -> Result<(), String> {
    let mut choices = Choices::new(bytes);
    let generations = [u32::MAX, 1, 2, 3][choices.below(4)];
    let mut table = Table::new(generations, fault);
    table.step(Input::Startup { application: APPLICATION })?;
    while !choices.is_over() {
        let what = choices.byte();
        if what % 8 < 4 {
            let context = table.mint(what / 8 % 4, what % 8 == 3)?;
            tell(&|| format!("reported {context:#x}"));
        } else {
            let value = table.value(what / 8, &mut choices);
            tell(&|| format!("release {value:#x}"));
            table.release(value)?;
        }
        table.counts_fit()?;
    }
    table.all_are_named()?;
    let left = table.live.len() as u32;
    let effects = table.step(Input::Shutdown { application: APPLICATION })?;
    let dropped = effects.iter().filter(|effect| matches!(effect, Effect::Drop(_))).count();
    let drained = Effect::Drained { application: APPLICATION, leases: left, replies: 0 };
    let is_fit = dropped == table.live.len() && effects.contains(&drained) && table.engine.is_empty();
    if is_fit { Ok(()) } else { Err(format!("CL-13: {left} leases were left, and Shutdown did {effects:?}")) }
}

impl Table {
    fn new(generations: u32, fault: Option<Fault>) -> Self {
        let engine = Engine::new(EngineConfig { generations, ..EngineConfig::default() });
        Self {
            engine: fault.into_iter().fold(engine, Engine::with_fault),
            generations,
            payloads: 0,
            live: BTreeMap::new(),
            given: Vec::new(),
            known: BTreeSet::new(),
            retired: BTreeSet::new(),
        }
    }

    fn step(&mut self, input: Input<u8, u32>) -> Result<Vec<Effect<u32>>, String> {
        let stepped = self.engine.step(Timestamp(0), input).map_err(|misuse| misuse.to_string());
        stepped.map(|effects| effects.into_iter().collect())
    }

    /// Lets a user in, which makes a lease; if the host refuses it, there is none.
    fn mint(&mut self, user: u8, refused: bool) -> Result<u64, String> {
        let sender = Sender::new(u64::from(user) + 1).ok_or("no sender")?;
        let asked = self.step(Input::AuthorizeUser { application: APPLICATION, sender, user })?;
        let [Effect::Ask { request, .. }] = asked[..] else { return Err(format!("no question: {asked:?}")) };
        self.payloads += 1;
        let payload = Payload::Fresh(self.payloads);
        let answer = Answer::AllowUser { payload, identity: Identity::Client, administrator: false };
        let said = self.step(Input::Answer { request, answer })?;
        let context = match &said[..] {
            [Effect::Complete { completion, .. }] => completion.context.map_or(0, Context::value),
            _ => return Err(format!("no completion: {said:?}")),
        };
        self.is_new(context)?;
        let error = u32::from(refused) * code::ERROR_INVALID_PARAMETER;
        let after = self.step(Input::Completed { request, error })?;
        if refused {
            let taken_back = after == [Effect::Drop(self.payloads)];
            self.ended(context);
            return if taken_back { Ok(context) } else { Err(format!("CL-17: {context:#x} was refused: {after:?}")) };
        }
        self.live.insert(context, self.payloads);
        Ok(context)
    }

    fn is_new(&mut self, context: u64) -> Result<(), String> {
        let (slot, generation) = (context as u32, (context >> 32) as u32);
        let fits = (1..=self.generations).contains(&generation) && !self.retired.contains(&slot);
        if !(fits && self.known.insert(context)) {
            return Err(format!("CL-14: {context:#x} names two leases, or its slot is out of generations"));
        }
        self.given.push(context);
        Ok(())
    }

    fn ended(&mut self, context: u64) {
        if (context >> 32) as u32 == self.generations {
            self.retired.insert(context as u32);
        }
    }

    /// A value to release: one that was given out, one that is near to one, or any.
    fn value(&self, how: u8, choices: &mut Choices) -> u64 {
        let which = usize::from(choices.byte());
        let live = self.live.keys().nth(which % self.live.len().max(1)).copied().unwrap_or(0);
        match how % 8 {
            0..=2 => live,
            3 => self.given.get(which % self.given.len().max(1)).copied().unwrap_or(0),
            4 => live ^ 1 << (choices.byte() % 64),
            5 => live.wrapping_add(u64::from(choices.byte()) << 32),
            6 => live & 0xFFFF_FFFF,
            _ => choices.word(),
        }
    }

    fn release(&mut self, value: u64) -> Result<(), String> {
        let released = self.engine.step(Timestamp(0), Input::Release { context: Context::new(value) });
        match (released, self.live.remove(&value)) {
            (Ok(effects), Some(payload)) => {
                self.ended(value);
                let fits = effects.as_slice() == [Effect::Drop(payload)];
                if fits { Ok(()) } else { Err(format!("CL-13: {value:#x} ended with {effects:?}")) }
            }
            (Err(_), None) => Ok(()),
            (Ok(effects), None) => Err(format!("CL-16: {value:#x} is no lease, and its release did {effects:?}")),
            (Err(misuse), Some(_)) => Err(format!("CL-10: {value:#x} was live: {misuse}")),
        }
    }

    fn counts_fit(&self) -> Result<(), String> {
        let counted = (self.engine.live_leases(), self.engine.payloads(), self.engine.retired_slots());
        let expected = (self.live.len(), self.live.len(), self.retired.len());
        if counted == expected {
            return Ok(());
        }
        Err(format!("CL-10: {counted:?} leases, payloads and retired slots in place of {expected:?}: {:?}", self.live))
    }

    /// Every value that is held still names what it was made for.
    fn all_are_named(&self) -> Result<(), String> {
        match self.live.iter().find(|(value, payload)| self.behind(**value) != Some(*payload)) {
            None => Ok(()),
            Some((value, payload)) => Err(format!("CL-10: {value:#x} does not name payload {payload} any more")),
        }
    }

    fn behind(&self, value: u64) -> Option<&u32> {
        self.engine.payload_of(Context::new(value)?)
    }
}
