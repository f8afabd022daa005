//! The harness: contenders take turns, so that whatever else the machine does meets all of them alike.
//!
//! ```text
//! calibrate   each contender doubles its work until a run of it is long enough to be measured
//! round 1     a b c d
//! round 2     b c d a        the order rotates: nobody always runs in the cache that another one left
//! …
//! report      the median time of an operation, and the median of the ratios to the limit of the same round
//! ```

mod statistics;
mod table;
mod target;

use std::time::Duration;

pub use statistics::{median, spread};
pub use table::{markdown, text};
pub use target::{Met, Target};

use serde::{Deserialize, Serialize};

/// What somebody stands for in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// The least that could be done, unchecked: 1.00.
    Limit,
    /// Somebody else's.
    Peer,
    /// This project's.
    Ours,
}

/// One run of a contender.
#[derive(Clone, Debug)]
pub struct Run {
    /// How many operations it was.
    pub operations: u64,
    /// How long they took, for each part of the case.
    pub parts: Vec<Duration>,
}

/// Somebody who can do what a case asks for.
pub struct Contender<'a> {
    name: &'static str,
    role: Role,
    note: &'static str,
    /// With the part that they are about; of all parts where none is named.
    targets: Vec<(Option<&'static str>, Target)>,
    most: u64,
    run: Box<dyn FnMut(u64) -> Run + 'a>,
}

impl<'a> Contender<'a> {
    /// `run` does about as much work as it is told and says how much that was; what it takes to get ready is not in
    /// its time.
    pub fn new(name: &'static str, role: Role, run: impl FnMut(u64) -> Run + 'a) -> Self {
        Self { name, role, note: "", targets: Vec::new(), most: u64::MAX, run: Box::new(run) }
    }

    /// The same where a run has one part, and is exactly as long as it is told.
    pub fn timed(name: &'static str, role: Role, mut run: impl FnMut(u64) -> Duration + 'a) -> Self {
        Self::new(name, role, move |work| Run { operations: work, parts: vec![run(work)] })
    }

    /// What a reader must know of it.
    #[must_use]
    pub fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    /// What it is to reach in every part.
    #[must_use]
    pub fn target(mut self, target: Target) -> Self {
        self.targets.push((None, target));
        self
    }

    /// What it is to reach in one part.
    #[must_use]
    pub fn target_of(mut self, part: &'static str, target: Target) -> Self {
        self.targets.push((Some(part), target));
        self
    }

    /// The most work for one run: for contenders that must wait for real time.
    #[must_use]
    pub fn at_most(self, most: u64) -> Self {
        Self { most, ..self }
    }
}

impl std::fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// One comparison.
#[derive(Debug)]
pub struct Case<'a> {
    /// `W1` and so on.
    pub workload: &'static str,
    /// What is compared, in a few words.
    pub name: String,
    /// The names of the parts of a run; one part without a name is an ordinary case.
    pub parts: &'static [&'static str],
    /// Who takes part; the first one is the limit.
    pub contenders: Vec<Contender<'a>>,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// `W1` and so on.
    pub workload: String,
    /// What is compared.
    pub case: String,
    /// Who.
    pub contender: String,
    /// What for.
    pub role: Role,
    /// The median: nanoseconds an operation, or whatever `unit` says.
    pub value: f64,
    /// What is counted.
    pub unit: String,
    /// Half of the distance between the quartiles, as a part of the median.
    pub spread: f64,
    /// The median of the ratios to the limit; none where there is no limit.
    pub ratio: Option<f64>,
    /// The targets, and whether they are met.
    pub targets: Vec<Met>,
    /// What a reader must know.
    pub note: String,
}

impl Row {
    /// A figure of ours that was not measured in rounds.
    #[must_use]
    pub fn figure(workload: &str, case: &str, contender: &str, value: f64, unit: &str) -> Self {
        Self {
            workload: workload.to_owned(),
            case: case.to_owned(),
            contender: contender.to_owned(),
            role: Role::Ours,
            value,
            unit: unit.to_owned(),
            spread: 0.0,
            ratio: None,
            targets: Vec::new(),
            note: String::new(),
        }
    }
}

/// How thoroughly is measured.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Rounds.
    pub rounds: usize,
    /// The least that a part of a run takes.
    pub least: Duration,
    /// Small sizes only: to see that everything works.
    pub quick: bool,
    /// Also the sizes that take very long.
    pub full: bool,
}

/// Measures cases and keeps the rows.
#[derive(Debug)]
pub struct Bench {
    /// How thoroughly.
    pub settings: Settings,
    rows: Vec<Row>,
}

impl Bench {
    /// Nothing is measured yet.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings, rows: Vec::new() }
    }

    /// The rows so far.
    #[must_use]
    pub fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    /// Adds a row that was not measured by this bench.
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Measures one case. Progress goes to standard error: a run takes minutes.
    ///
    /// # Panics
    /// If a contender did nothing, or took another number of parts.
    pub fn measure(&mut self, mut case: Case<'_>) {
        eprintln!("{} {}", case.workload, case.name);
        let least = self.settings.least * u32::try_from(case.parts.len()).expect("a few parts");
        let work: Vec<u64> =
            case.contenders.iter_mut().map(|contender| calibrate(contender, least, case.parts)).collect();
        // By contender, part and round.
        let mut times = vec![vec![Vec::new(); case.parts.len()]; work.len()];
        for round in 0..self.settings.rounds {
            for place in 0..work.len() {
                let who = (round + place) % work.len();
                let run = (case.contenders[who].run)(work[who]);
                for (part, nanoseconds) in per_operation(&run, case.parts).into_iter().enumerate() {
                    times[who][part].push(nanoseconds);
                }
            }
        }
        for (part, name) in case.parts.iter().enumerate() {
            let of_part: Vec<&[f64]> = times.iter().map(|parts| parts[part].as_slice()).collect();
            self.rows.extend(rows(&case, name, &of_part));
        }
    }
}

fn per_operation(run: &Run, parts: &[&str]) -> Vec<f64> {
    assert!(run.operations > 0, "a run does something");
    assert_eq!(run.parts.len(), parts.len(), "a run times every part");
    run.parts.iter().map(|part| part.as_nanos() as f64 / run.operations as f64).collect()
}

/// How much work makes a run that takes long enough. It also warms up.
fn calibrate(contender: &mut Contender<'_>, least: Duration, parts: &[&str]) -> u64 {
    let mut work = 1;
    loop {
        let run = (contender.run)(work);
        per_operation(&run, parts);
        let took: Duration = run.parts.iter().sum();
        if took >= least || work >= contender.most {
            return work;
        }
        let lacking = least.as_secs_f64() * 1.2 / took.as_secs_f64().max(1e-9);
        let grown = (work as f64 * lacking.clamp(2.0, 16.0)) as u64;
        work = grown.min(contender.most);
    }
}

/// The rows of one part of a case.
fn rows(case: &Case<'_>, part: &'static str, times: &[&[f64]]) -> Vec<Row> {
    let limit = case.contenders.iter().position(|contender| contender.role == Role::Limit);
    let named = |peer: &str| case.contenders.iter().position(|contender| contender.name == peer);
    let ratio = |who: usize, base: usize| {
        let ratios: Vec<f64> = times[who].iter().zip(times[base]).map(|(own, base)| own / base).collect();
        median(&ratios)
    };
    let name = if part.is_empty() { case.name.clone() } else { format!("{}, {part}", case.name) };
    let row = |(who, contender): (usize, &Contender<'_>)| {
        let targets = contender.targets.iter().filter(|(of, _)| of.is_none_or(|of| of == part));
        Row {
            workload: case.workload.to_owned(),
            case: name.clone(),
            contender: contender.name.to_owned(),
            role: contender.role,
            value: median(times[who]),
            unit: "ns".to_owned(),
            spread: spread(times[who]),
            ratio: limit.map(|limit| ratio(who, limit)),
            targets: targets.map(|(_, target)| target.judge(limit, named, |base| ratio(who, base))).collect(),
            note: contender.note.to_owned(),
        }
    };
    case.contenders.iter().enumerate().map(row).collect()
}
