//! What each thread did and saw, and the search for one order that explains it.

use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use stateright::semantics::{ConsistencyTester, LinearizabilityTester, SequentialSpec};
use wsman_authz_core::Timestamp;
use wsman_authz_core::engine::{Effect, Engine, EngineConfig, Input, Misuse};

/// The specification: users and payloads are numbers.
pub(crate) type Pure = Engine<u8, u32>;

/// One thing that a thread does to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// One step, at a moment.
    Step(u64, Input<u8, u32>),
    CountLeases,
    CountPayloads,
    CountRequests,
    NextDeadline,
}

/// What it saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Saw {
    Effects(Result<Vec<Effect<u32>>, Misuse>),
    Count(usize),
    Deadline(Option<Timestamp>),
}

/// Something that several threads act on.
pub(crate) trait Subject {
    fn act(&self, act: &Act) -> Saw;
}

impl Act {
    /// The act on the pure engine.
    pub(crate) fn on(&self, engine: &mut Pure) -> Saw {
        match self {
            Self::Step(now, input) => {
                let effects = engine.step(Timestamp(*now), input.clone());
                Saw::Effects(effects.map(|effects| effects.as_slice().to_vec()))
            }
            Self::CountLeases => Saw::Count(engine.live_leases()),
            Self::CountPayloads => Saw::Count(engine.payloads()),
            Self::CountRequests => Saw::Count(engine.open_requests()),
            Self::NextDeadline => Saw::Deadline(engine.next_deadline()),
        }
    }
}

/// The pure engine, with the one application of all histories.
pub(crate) fn engine(config: EngineConfig) -> Pure {
    let mut engine = Engine::new(config);
    let application = crate::player::APPLICATION;
    assert!(engine.step(Timestamp(0), Input::Startup { application }).is_ok());
    engine
}

/// The pure engine as stateright wants it.
#[derive(Clone, Debug)]
struct Specification(Pure);

impl SequentialSpec for Specification {
    type Op = Act;
    type Ret = Saw;

    fn invoke(&mut self, act: &Act) -> Saw {
        act.on(&mut self.0)
    }
}

/// A history while it is written. Its lock is the system's: no schedule depends on it.
pub(crate) struct History {
    start: Pure,
    pages: Mutex<Vec<Line>>,
}

/// An act begins, or has ended and shows what the thread saw.
struct Line {
    thread: u8,
    /// Which act of the history.
    number: usize,
    act: Act,
    saw: Option<Saw>,
}

impl History {
    /// Nothing happened yet.
    pub(crate) const fn new(start: Pure) -> Self {
        Self { start, pages: Mutex::new(Vec::new()) }
    }

    fn pages(&self) -> MutexGuard<'_, Vec<Line>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Acts, and writes down what it saw, and which acts of others were over before it began.
    pub(crate) fn record(&self, thread: u8, subject: &dyn Subject, act: Act) -> Saw {
        let mut pages = self.pages();
        let number = pages.iter().filter(|line| line.saw.is_none()).count();
        pages.push(Line { thread, number, act: act.clone(), saw: None });
        drop(pages);
        let saw = subject.act(&act);
        self.pages().push(Line { thread, number, act, saw: Some(saw.clone()) });
        saw
    }

    /// One order of all acts in which the pure engine shows what the threads saw, if there is one.
    ///
    /// What was over before what began is all that binds the order, also between acts of one thread. So each act is its
    /// own thread to the tester, by the rank of its end: then the order that is tried first is most often the one.
    pub(crate) fn order(&self) -> Option<Vec<(Act, Saw)>> {
        let pages = self.pages();
        let ends: Vec<usize> = pages.iter().filter(|line| line.saw.is_some()).map(|line| line.number).collect();
        let rank = |line: &Line| ends.iter().position(|number| *number == line.number).expect("every act has ended");
        let mut tester = LinearizabilityTester::new(Specification(self.start.clone()));
        for line in pages.iter() {
            let told = match &line.saw {
                None => tester.on_invoke(rank(line), line.act.clone()),
                Some(saw) => tester.on_return(rank(line), saw.clone()),
            };
            told.expect("an act begins once and ends once");
        }
        tester.serialized_history()
    }

    /// Whether two threads were inside at a time.
    pub(crate) fn overlaps(&self) -> bool {
        self.pages().windows(2).any(|lines| lines[0].saw.is_none() && lines[1].saw.is_none())
    }

    /// The history for a person: what began, and what it saw.
    pub(crate) fn story(&self) -> String {
        let mut story = String::new();
        for Line { thread, act, saw, .. } in self.pages().iter() {
            let _ = match saw {
                None => writeln!(story, "  thread {thread} begins {act:?}"),
                Some(saw) => writeln!(story, "  thread {thread} saw    {saw:?}"),
            };
        }
        story
    }
}
