//! What the tree of sources says about rules and assumptions: who upholds, judges, tests, breaks and names them.
//!
//! One line for each ID, kind and place, in the form of `models/src/coverage/tree.tsv`. Places are files, not lines, and
//! folders of tests rather than each test: a table that changes with every line would be read by nobody.

use std::collections::BTreeSet;

use serde_json::Value;
use wsman_authz_core::{Rule, Side};
use wsman_authz_models::coverage::{Evidence, named};

use crate::functions::{code_only, functions};
use crate::tree::File;

type Lines = BTreeSet<(String, Evidence, String)>;

const HEAD: &str =
    "# What the sources say of rules and assumptions: ID, kind, place. Written by a test (UPDATE_COVERAGE=1).\n";

/// The table, from these files.
#[must_use]
pub fn collected(files: &[File]) -> String {
    let mut lines = Lines::new();
    for file in files {
        if file.is_rust() {
            source(file, &mut lines);
        }
        golden_trace(file, &mut lines);
        plug_ins(file, &mut lines);
    }
    let line = |(id, kind, place): &(String, Evidence, String)| format!("{id}\t{}\t{place}\n", kind.word());
    HEAD.to_owned() + &lines.iter().map(line).collect::<String>()
}

fn source(file: &File, lines: &mut Lines) {
    let mut add = |id: &str, kind, place: &str| lines.insert((id.to_owned(), kind, place.to_owned()));
    for id in tested(&file.text) {
        add(&id, Evidence::Test, folder_of_tests(&file.path));
    }
    if file.is_test() {
        return;
    }
    let text = file.without_unit_tests();
    for rule in Rule::ALL {
        let is_cited = || comments(text).any(|comment| named(comment).any(|id| id == rule.id()));
        if belongs_to(&file.path, rule.side()) && is_cited() {
            add(rule.id(), Evidence::Site, &file.path);
        }
        if judges(&file.path) && calls_broken(text, *rule) {
            add(rule.id(), Evidence::Judge, &file.path);
        }
        let message = format!("\"{}: ", rule.id());
        if text.contains(&message) {
            add(rule.id(), Evidence::Message, &file.path);
        }
    }
    if ["ffi/src/", "ffi/c/src/"].iter().any(|layer| file.path.starts_with(layer)) && !is_test_host(&file.path) {
        for id in assumed(text) {
            add(id, Evidence::Safety, &file.path);
        }
    }
}

/// The rules in the names of functions: `CL-20` of `cl_20_…`.
#[must_use]
pub fn tested(text: &str) -> BTreeSet<String> {
    let rule = |name: String| {
        let (number, _) = name.strip_prefix("cl_")?.split_once('_')?;
        number.parse::<u8>().is_ok().then(|| format!("CL-{number}"))
    };
    functions(text).into_iter().filter_map(|function| rule(function.name)).collect()
}

/// The comments of a file, line by line.
fn comments(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| Some(line.split_once("//")?.1))
}

/// The assumptions and promises that comments name: SAFETY comments, and those of safe code that stands on one.
fn assumed(text: &str) -> impl Iterator<Item = &str> {
    comments(text).flat_map(named).filter(|id| id.starts_with("HA-") || id.starts_with("CA-"))
}

/// The file, or the folder of tests that it lies in.
fn folder_of_tests(path: &str) -> &str {
    path.find("/tests/").map_or(path, |at| &path[..at + "/tests".len()])
}

/// Whether a file is a part of the side that must keep a rule.
fn belongs_to(path: &str, side: Side) -> bool {
    let homes: &[&str] = match side {
        Side::Host => &["core/src/host/"],
        Side::Plugin => &["core/src/engine/", "core/src/shared.rs", "ffi/src/"],
        Side::Both => &["core/src/host/", "core/src/engine/", "core/src/time.rs", "core/src/id.rs", "ffi/src/"],
    };
    homes.iter().any(|home| path.starts_with(home)) && !is_test_host(path)
}

/// Whether a file is of the host for tests of authors, and not of the plug-in.
fn is_test_host(path: &str) -> bool {
    path.starts_with("ffi/src/testing/")
}

/// Whether a file may call a rule broken. `vantage` and `tape` only speak about rules.
fn judges(path: &str) -> bool {
    let homes = ["core/src/contract/", "models/src/model/", "models/src/drive/"];
    homes.iter().any(|home| path.starts_with(home)) && !path.ends_with("/vantage.rs") && !path.ends_with("/tape.rs")
}

/// Whether a rule is named as broken, not as reached, watched, or as one of several.
fn calls_broken(text: &str, rule: Rule) -> bool {
    let code = code_only(text);
    let word = format!("Rule::{}", rule.id().replace('-', ""));
    let is_verdict = |(at, _): (usize, &str)| {
        let before = code[..at].trim_end();
        !["[", ",", "reach(", "watched(", "!="].iter().any(|end| before.ends_with(end))
    };
    code.match_indices(&word).any(is_verdict) || text.contains(&format!(".break_rule(\"{}\"", rule.id()))
}

/// A trace of `tests/traces` under a rule's name, if that rule is what it breaks.
fn golden_trace(file: &File, lines: &mut Lines) {
    let Some((rule, name)) = file.path.strip_prefix("tests/traces/").and_then(|path| path.split_once('/')) else {
        return;
    };
    let first = file.text.lines().next().unwrap_or_default();
    let first: Value = serde_json::from_str(first).unwrap_or_default();
    if first["expect"]["broken"].get(rule).is_some() {
        lines.insert((rule.to_owned(), Evidence::Trace, name.trim_end_matches(".jsonl").to_owned()));
    }
}

/// The plug-ins that `drive` must find to break a rule.
fn plug_ins(file: &File, lines: &mut Lines) {
    if file.path != "tests/plugins/table.tsv" {
        return;
    }
    for row in file.text.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = row.split('\t');
        let (name, rules) = (cells.next().unwrap_or_default(), cells.nth(2).unwrap_or_default());
        for rule in rules.split(',').filter(|rule| *rule != "-") {
            lines.insert((rule.to_owned(), Evidence::Plugin, name.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn rows(files: &[File]) -> String {
        collected(files).replace(HEAD, "").replace('\t', " ")
    }

    #[test]
    fn a_line_upholds_a_rule_only_where_its_side_lives_and_outside_of_tests() {
        let text = "fn f() {} // CL-20\n#[cfg(test)]\nmod tests {\n// CL-21\nfn cl_21_x() {}\n}\n";
        let found = rows(&[file("core/src/host/a.rs", text), file("core/src/engine/b.rs", "// CL-20\n")]);
        assert_eq!(found, "CL-20 site core/src/host/a.rs\nCL-21 test core/src/host/a.rs\n");
        assert_eq!(
            rows(&[file("core/src/host/tests/a.rs", "// CL-20\n"), file("core/src/host/c.rs", "\"CL-20\"")]),
            ""
        );
    }

    #[test]
    fn a_rule_is_judged_where_it_is_called_broken() {
        let text = "sight.breaks(\n Rule::CL11, x); sight.reach(Rule::CL20); for r in [Rule::CL21, Rule::CL30] {}";
        let found = rows(&[file("core/src/contract/a.rs", text), file("core/src/contract/vantage.rs", text)]);
        assert_eq!(found, "CL-11 judge core/src/contract/a.rs\n");
        let text = "report.break_rule(\"CL-60\", 1); // Rule::CL11\n";
        assert_eq!(rows(&[file("models/src/drive/a.rs", text)]), "CL-60 judge models/src/drive/a.rs\n");
    }

    #[test]
    fn traces_and_plug_ins_break_what_they_say() {
        let trace = |broken: &str| format!("{{\"expect\":{{\"broken\":{{{broken}}}}}}}\n");
        let found = rows(&[
            file("tests/traces/CL-11/a.jsonl", &trace("\"CL-11\":8")),
            file("tests/traces/CL-11/b.jsonl", &trace("\"CL-12\":8")),
            file(
                "tests/plugins/table.tsv",
                "# c\tc\tbroken\tCL-9\tx\nd\tc\tbroken\tCL-50,CL-54\tx\ne\tc\tkept\t-\tx\n",
            ),
        ]);
        assert_eq!(found, "CL-11 trace a\nCL-50 plugin d\nCL-54 plugin d\n");
    }

    #[test]
    fn messages_and_assumptions_are_found() {
        let found = rows(&[file("ffi/src/a.rs", "log(\"CL-17: x\"); // SAFETY: HA-01: y\nlet x = \"HA-02\";\n")]);
        assert_eq!(rows(&[file("ffi/src/testing/a.rs", "// SAFETY: HA-01: y\n// CL-52\n")]), "");
        assert_eq!(found, "CL-17 message ffi/src/a.rs\nHA-01 safety ffi/src/a.rs\n");
    }
}
