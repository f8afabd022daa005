//! How many executions loom needs for each scenario, and what happens in them: reviewed, and asserted.
//!
//! A count that shrinks means that loom looks at less; a word that is missing means that one side of a race was never
//! seen to win. `UPDATE_PINS=1` writes the table anew.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::{env, fs};

/// What a scenario was seen to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Threads at the same time, the first one included.
    pub(crate) threads: u8,
    /// Schedules.
    pub(crate) executions: u64,
    /// What happened in any of them.
    pub(crate) words: Vec<String>,
}

/// The pins by the name of their scenario.
pub(crate) type Pins = BTreeMap<String, Seen>;

const HEAD: &str = "scenario\tthreads\texecutions\twhat happens\n";

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/races/pins.tsv")
}

/// The table.
pub(crate) fn read() -> Pins {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let rows = text.lines().skip(1).map(|row| {
        let mut cells = row.split('\t');
        let mut cell = || cells.next().expect("four columns");
        let name = cell().to_owned();
        let threads = cell().parse().expect("how many threads");
        let executions = cell().parse().expect("how many executions");
        let words = cell().split("; ").filter(|word| !word.is_empty()).map(str::to_owned).collect();
        (name, Seen { threads, executions, words })
    });
    rows.collect()
}

fn write(pins: &Pins) {
    let rows = pins
        .iter()
        .map(|(name, seen)| format!("{name}\t{}\t{}\t{}\n", seen.threads, seen.executions, seen.words.join("; ")));
    fs::write(path(), HEAD.to_owned() + &rows.collect::<String>()).expect("the table can be written");
}

/// Compares with the table, or writes into it. Without loom there is one execution: it can show no more than is pinned.
pub(crate) fn assert_pinned(name: &str, seen: Seen) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut pins = read();
    if cfg!(wsman_authz_loom) && env::var_os("UPDATE_PINS").is_some() {
        pins.insert(name.to_owned(), seen);
        return write(&pins);
    }
    let pinned = pins.remove(name).unwrap_or_else(|| panic!("{name} has no pin: UPDATE_PINS=1 makes one"));
    if cfg!(wsman_authz_loom) {
        assert_eq!(seen, pinned, "{name}: seen, pinned");
    } else {
        let beyond: Vec<&String> = seen.words.iter().filter(|word| !pinned.words.contains(word)).collect();
        assert_eq!((seen.threads, seen.executions, beyond), (pinned.threads, 1, vec![]), "{name}: {seen:?}");
    }
}

/// Every scenario has its pin, and no pin is left of one that is gone.
pub(crate) fn assert_complete(names: &[&str]) {
    let mut pins = read();
    if cfg!(wsman_authz_loom) && env::var_os("UPDATE_PINS").is_some() {
        pins.retain(|name, _| names.contains(&name.as_str()));
        return write(&pins);
    }
    let mut names: Vec<&str> = names.to_vec();
    names.sort_unstable();
    assert_eq!(pins.keys().collect::<Vec<_>>(), names, "pinned, played");
}
