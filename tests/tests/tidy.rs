//! The house habits of CONTRIBUTING.md that a machine can check: one idea a file, no file and no function too long,
//! nothing unfinished, a core without clocks, threads and hashing, and no trace of the machine it was written on.

use std::env;

use wsman_authz_core::Rule;
use wsman_authz_tests::functions::{code_only, functions};
use wsman_authz_tests::tree::{File, files, root, rust_files, spec};

/// The most lines that a file may have; folders of tests are free.
const LONGEST_FILE: usize = 300;

/// The most lines that a function may have.
const LONGEST_FUNCTION: usize = 70;

/// Files that may be longer, each with the reason.
const LONG_FILES: &[(&str, &str)] = &[];

/// Functions that may be longer, as `file:function`, each with the reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];

/// Fails with one line for each complaint.
fn must_be_none(what: &str, complaints: Vec<String>) {
    assert!(complaints.is_empty(), "{what}:\n  {}", complaints.join("\n  "));
}

/// Every exception still excuses something: a list that only grows says nothing.
fn must_be_needed(exceptions: &[(&str, &str)], found: &[String]) {
    for (name, reason) in exceptions {
        assert!(found.iter().any(|found| found.starts_with(name)), "{name} needs no exception any more: {reason}");
    }
}

/// What was found and is no exception.
fn beyond(exceptions: &[(&str, &str)], found: Vec<String>) -> Vec<String> {
    must_be_needed(exceptions, &found);
    found.into_iter().filter(|found| !exceptions.iter().any(|(name, _)| found.starts_with(name))).collect()
}

#[test]
fn every_file_opens_with_its_idea() {
    let opens = |file: &File| file.text.starts_with("//! ") && file.text.lines().next().is_some_and(|l| l.len() > 12);
    let without: Vec<String> = rust_files().into_iter().filter(|file| !opens(file)).map(|file| file.path).collect();
    must_be_none("a file opens with `//!` and its idea", without);
}

#[test]
fn files_are_short() {
    let long = rust_files().into_iter().filter(|file| !file.is_test());
    let long = long.map(|file| (file.text.lines().count(), file.path)).filter(|(lines, _)| *lines > LONGEST_FILE);
    let long = long.map(|(lines, path)| format!("{path}: {lines} lines")).collect();
    must_be_none("a file has at most 300 lines", beyond(LONG_FILES, long));
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for file in rust_files() {
        for function in functions(&file.text).into_iter().filter(|function| function.lines > LONGEST_FUNCTION) {
            long.push(format!("{}:{}: {} lines at {}", file.path, function.name, function.lines, function.line));
        }
    }
    must_be_none("a function has at most 70 lines", beyond(LONG_FUNCTIONS, long));
}

#[test]
fn nothing_is_unfinished() {
    let mut left = Vec::new();
    for file in files() {
        for mark in [concat!("TO", "DO"), concat!("FIX", "ME")] {
            left.extend(file.text.contains(mark).then(|| format!("{}: {mark}", file.path)));
        }
        let code = if file.is_rust() { code_only(&file.text) } else { String::new() };
        for call in ["todo!", "unimplemented!", "dbg!"] {
            left.extend(code.contains(call).then(|| format!("{}: {call}", file.path)));
        }
    }
    must_be_none("nothing unfinished is committed", left);
}

#[test]
fn the_core_knows_no_clock_no_thread_and_no_hashing() {
    /// The locked engine, and the one place that names a lock: feature `std`.
    const WITH_STD: &[&str] = &["core/src/shared.rs", "core/src/sync.rs"];
    let mut named = Vec::new();
    for file in rust_files().into_iter().filter(|file| file.path.starts_with("core/src/")) {
        let code = code_only(&file.text);
        let code = code.replace("forbid(unsafe_code)", "");
        let with_std = WITH_STD.contains(&file.path.as_str());
        let banned: &[&str] = &["HashMap", "HashSet", "RandomState", "unsafe"];
        let banned_too: &[&str] = if with_std { &[] } else { &["std::time", "std::thread", "std::env", "std::fs"] };
        for word in banned.iter().chain(banned_too).filter(|word| code.contains(**word)) {
            named.push(format!("{}: {word}", file.path));
        }
    }
    must_be_none("core is pure", named);
}

#[test]
fn every_unsafe_block_of_the_plug_in_layer_names_the_assumption_it_stands_on() {
    let (spec, mut without) = (spec(), Vec::new());
    let layer = |path: &str| path.starts_with("ffi/src/") || path.starts_with("ffi/c/src/");
    for file in rust_files().into_iter().filter(|file| layer(&file.path) && !file.is_test()) {
        let text = file.without_unit_tests();
        for (at, _) in text.match_indices("// SAFETY:") {
            let comment: Vec<&str> = text[at..].lines().take_while(|line| line.trim().starts_with("//")).collect();
            let comment = comment.join(" ");
            let cited = |start| comment.match_indices(start).filter_map(|(at, _)| comment.get(at..at + "HA-nn".len()));
            let cited: Vec<&str> = cited("HA-").chain(cited("CA-")).collect();
            let known = |id: &&str| spec.contains(&format!("| {id} |"));
            if cited.is_empty() || !cited.iter().all(known) {
                without.push(format!("{}:{}: {comment}", file.path, text[..at].lines().count()));
            }
        }
    }
    must_be_none("a SAFETY comment cites assumptions of SPEC.md: of the host, or of an author in C", without);
}

#[test]
fn an_unsafe_block_has_a_safety_comment_right_above() {
    let mut without = Vec::new();
    for file in rust_files() {
        let lines: Vec<&str> = file.text.lines().collect();
        let code = code_only(&file.text);
        for (number, line) in code.lines().enumerate().filter(|(_, line)| line.contains("unsafe {")) {
            let above = lines[..number].iter().rev().take_while(|line| !line.trim().is_empty());
            let near = above.take(8).any(|line| line.contains("// SAFETY:"));
            if !near {
                without.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    must_be_none("an unsafe block has a SAFETY comment", without);
}

#[test]
fn nothing_tells_of_the_machine_it_was_written_on() {
    let mut places = vec![root().display().to_string(), env::var("HOME").unwrap_or_default()];
    places.retain(|place| place.matches('/').count() > 1); // A short one, such as `/root`, is a part of other words.
    places.extend(["/home/", "/Users/", "C:\\Users\\"].map(str::to_owned));
    let mut told = Vec::new();
    for file in files().into_iter().filter(|file| file.path != "tests/tests/tidy.rs") {
        let found = places.iter().filter(|place| file.text.contains(place.as_str()));
        told.extend(found.map(|place| format!("{}: {place}", file.path)));
    }
    must_be_none("no path of a machine is committed", told);
}

#[test]
fn the_top_of_the_tree_is_what_it_should_be() {
    const TOP: &[&str] = &[
        ".ci",
        ".clusterfuzzlite",
        ".gitignore",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "clippy.toml",
        "README.md",
        "SPEC.md",
        "core",
        "ffi",
        "fuzz",
        "models",
        "rustfmt.toml",
        "tests",
    ];
    let strangers = files().into_iter().filter(|file| !TOP.contains(&file.path.split('/').next().unwrap_or_default()));
    must_be_none("only what the design names lies at the top", strangers.map(|file| file.path).collect());
}

#[test]
fn a_rule_is_a_word_of_two_letters_and_two_digits() {
    assert!(Rule::ALL.iter().all(|rule| rule.id().len() == "CL-nn".len()), "spec.rs looks for words of this form");
}
