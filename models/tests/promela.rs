//! The second model (`models/promela/`) and the first one are held to each other.
//!
//! `expected.tsv` says how many states SPIN finds, how many transitions, and the check sum of all states as sorted lines
//! of text; `tests/scripts/spin.sh` compares SPIN with it. Here the same three are computed from the machines that ship,
//! so neither side can change alone. `faults.tsv` does the same for rules that seeded faults break.
//!
//! What is compared are outlines: states without the numbers by which the machines name things. That they lose nothing
//! is checked too: states with equal outlines have equal steps.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::classes::classes;
use wsman_authz_core::Rule;
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::fault::Fault;
use wsman_authz_core::host::Shape;
use wsman_authz_models::explore::{Bounds, Same, Trouble, Watch, explore, explore_as};
use wsman_authz_models::model::{Model, Scenario, World};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("promela")
}

fn updates() -> bool {
    std::env::var_os("UPDATE_PINS").is_some()
}

/// The rows of a table, without its comments.
fn table(name: &str) -> (String, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(folder().join(name)).expect("the table is there");
    let (head, rows): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    let words = |row: &&str| row.split('\t').map(str::to_owned).collect();
    (head.join("\n"), rows.iter().filter(|row| !row.is_empty()).map(words).collect())
}

fn scenario(name: &str) -> Scenario {
    Scenario::find(name).expect("a scenario of that name").clone()
}

/// What is compared of one exploration.
struct Outlines {
    states: usize,
    transitions: usize,
    check_sum: u32,
}

/// Explores every state; those with equal outlines must have equal steps.
fn outlines(model: &Model) -> Outlines {
    let mut nameless = vec![];
    let first = |world: &World| nameless.push((model.nameless(world), world.at_rest()));
    let (_, numbers, steps) = classes(model, |world| model.outline(world), first);
    users_are_names_too(model, &nameless, &steps);
    // The first state is left out of the check sum: SPIN prints a state after each step.
    let reached: HashSet<usize> = steps.iter().flatten().copied().collect();
    let mut lines: Vec<String> =
        numbers.into_iter().filter(|(_, number)| reached.contains(number)).map(|(line, _)| line + "\n").collect();
    lines.sort_unstable();
    let transitions = 1 + steps.iter().map(Vec::len).sum::<usize>(); // SPIN counts the way into the first state
    Outlines { states: steps.len(), transitions, check_sum: cksum(lines.concat().as_bytes()) }
}

/// Outlines that differ only in the names of users and in the age of requests have equal steps up to the same. So the
/// explorer may let them count as one.
fn users_are_names_too(model: &Model, nameless: &[(String, bool)], steps: &[Vec<usize>]) {
    let mut classes = BTreeMap::new();
    for (state, steps) in nameless.iter().zip(steps) {
        let mut after: Vec<_> = steps.iter().map(|step| &nameless[*step]).collect();
        after.sort_unstable();
        let known = classes.entry(state).or_insert_with(|| after.clone());
        assert_eq!(*known, after, "what is nameless hides what matters: {state:?}");
    }
    let few = explore_as(Same::UpToNames, model, Bounds::states(usize::MAX), &Watch::default());
    assert_eq!(few.unique, classes.len() as u64, "{} under {}", model.scenario.name, model.dialect);
}

/// The check sum of the POSIX tool `cksum`.
fn cksum(bytes: &[u8]) -> u32 {
    let mut length = bytes.len();
    let tail = std::iter::from_fn(|| {
        let byte = (length > 0).then_some((length & 0xFF) as u8);
        length >>= 8;
        byte
    });
    let step = |sum: u32, byte: u8| {
        (0..8).fold(sum ^ u32::from(byte) << 24, |sum, _| sum << 1 ^ if sum >> 31 == 1 { 0x04C1_1DB7 } else { 0 })
    };
    !bytes.iter().copied().chain(tail).fold(0, step)
}

#[test]
fn the_check_sum_is_that_of_the_tool() {
    assert_eq!(cksum(b""), 4_294_967_295);
    assert_eq!(cksum(b"123456789"), 930_766_865);
}

/// One row of `expected.tsv` as it should be, with the engine in so many shards.
fn explored(row: &[String], shard_bits: u32) -> String {
    let dialect = Dialect::parse(&row[1]).expect("a dialect");
    let model = Model { shard_bits, ..Model::new(scenario(&row[0]), dialect) };
    let Outlines { states, transitions, check_sum } = outlines(&model);
    format!("{}\t{}\t{states}\t{transitions}\t{check_sum}", row[0], row[1])
}

/// All rows, each for those who have nothing else to do.
fn explored_all(rows: &[Vec<String>], shard_bits: u32) -> String {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(row) = rows.get(number) else { return };
                    let line = explored(row, shard_bits);
                    found.lock().expect("no other thread panicked").insert(number, line);
                }
            });
        }
    });
    let found: Vec<String> = found.into_inner().expect("no thread panicked").into_values().collect();
    found.join("\n")
}

#[test]
fn both_models_have_the_same_states() {
    let (head, rows) = table("expected.tsv");
    let found = format!("{head}\n{}\n", explored_all(&rows, 0));
    let path = folder().join("expected.tsv");
    if updates() {
        std::fs::write(&path, &found).expect("the table can be written");
    }
    assert_eq!(std::fs::read_to_string(path).expect("the table is there"), found);
}

/// Shards number leases and requests in another way, and nothing else is different: the states are those that SPIN finds
/// for a protocol that knows nothing of shards.
#[test]
fn shards_make_no_difference() {
    let (_, mut rows) = table("expected.tsv");
    let has_several_users = |row: &[String]| scenario(&row[0]).users > 1;
    assert!(rows.iter().any(|row| has_several_users(row)), "users in both shards");
    // One user is in one shard, however many there are: of those, the small ones of each scenario show it.
    rows.retain(|row| has_several_users(row) || row[2].parse::<u32>().is_ok_and(|states| states < 2100));
    let expected: Vec<String> = rows.iter().map(|row| row.join("\t")).collect();
    assert_eq!(explored_all(&rows, 1), expected.join("\n"));
}

#[test]
fn seeded_faults_break_the_same_rules() {
    let mut wrong = Vec::new();
    for row in table("faults.tsv").1 {
        let fault = *Fault::ALL.iter().find(|fault| fault.name() == row[0]).expect("a fault of that name");
        let dialect = Dialect::parse(&row[2]).expect("a dialect");
        let model = Model { fault: Some(fault), ..Model::new(scenario(&row[1]), dialect) };
        let found = explore(&model, Bounds::states(10_000_000), &Watch::default());
        let trouble = found.counterexample.map(|found| found.trouble);
        let broken = match trouble {
            Some(Trouble::Broken(rules)) => rules.iter().map(Rule::id).collect(),
            _ => Vec::new(),
        };
        if fault.rule().id() != row[3] || !broken.contains(&fault.rule().id()) {
            wrong.push(format!("{row:?} broke {broken:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// `DenyWithZero` as `DENY_WITH_ZERO`.
fn upper(name: &str) -> String {
    let mut upper = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_uppercase() && place > 0 {
            upper.push('_');
        }
        upper.extend(letter.to_uppercase());
    }
    upper
}

fn bits<T: std::fmt::Debug>(members: &[T]) -> String {
    let words: Vec<String> = members.iter().map(|member| format!("1 << {}", upper(&format!("{member:?}")))).collect();
    if words.is_empty() { "0".to_owned() } else { format!("({})", words.join(" | ")) }
}

/// A scenario as SPIN reads it.
fn promela(scenario: &Scenario) -> String {
    let shape = |shape: Option<&Shape>| match shape {
        Some(Shape::Enumeration) => "ENUMERATION",
        Some(Shape::Object) => "SHELL",
        Some(Shape::Simple) | None => "SIMPLE",
    };
    let flag = |flag: bool| u8::from(flag).to_string();
    let lines = [
        ("USERS", scenario.users.to_string()),
        ("OPERATIONS", scenario.operations.to_string()),
        ("APPLICATIONS", scenario.applications.to_string()),
        ("RACING", flag(scenario.racing)),
        ("PROMPT", flag(scenario.prompt)),
        ("SHAPE_FIRST", shape(scenario.shapes.first()).to_owned()),
        ("SHAPE_LATER", shape(scenario.shapes.last()).to_owned()),
        ("ENDS", bits(scenario.ends)),
        ("ON_USER", bits(scenario.on_user)),
        ("ON_OPERATION", bits(scenario.on_operation)),
        ("ON_QUOTA", bits(scenario.on_quota)),
        ("REAUTHORIZATIONS", scenario.reauthorizations.to_string()),
        ("WAITS_", scenario.waits.to_string()),
        ("SET_BACKS", scenario.set_backs.to_string()),
        ("REFUSALS", scenario.refusals.to_string()),
        ("STARTS", scenario.starts.to_string()),
        ("STARTED", flag(scenario.started)),
        ("START_MAY_FAIL", flag(scenario.start_fails)),
        ("STOPS", flag(scenario.stops)),
        ("IDLE", scenario.idle.to_string()),
        ("REFRESH_AFTER", scenario.refresh.map_or_else(|| "-1".to_owned(), |refresh| refresh.to_string())),
        ("REQUEST_TIMEOUT", scenario.request_timeout.to_string()),
        ("ANSWER_WITHIN", scenario.answer_within.map_or_else(|| "-1".to_owned(), |within| within.to_string())),
    ];
    let mut text =
        format!("/* {}.\n   Written by a test from the other model's scenario (UPDATE_PINS=1). */\n", scenario.about);
    for (name, value) in lines {
        let _ = writeln!(text, "#define {name} {value}");
    }
    text + "#include \"../model.pml\"\n"
}

#[test]
fn both_models_have_the_same_scenarios() {
    for name in table("expected.tsv").1.iter().map(|row| row[0].clone()).collect::<BTreeSet<_>>() {
        let (scenario, path) = (scenario(&name), folder().join("scenarios").join(format!("{name}.pml")));
        assert!(scenario.shapes.len() <= 2, "{name}: a first operation and all later ones");
        if updates() {
            std::fs::write(&path, promela(&scenario)).expect("the file can be written");
        }
        assert_eq!(std::fs::read_to_string(path).expect("the scenario is there"), promela(&scenario));
    }
}
