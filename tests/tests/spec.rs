//! SPEC.md and the code agree: rules, witnesses, dialects, assumptions, and no ID is cited that does not exist.

use std::collections::{BTreeMap, BTreeSet};

use wsman_authz_core::Rule;
use wsman_authz_core::dialect::FIELDS;
use wsman_authz_models::model::Witness;
use wsman_authz_tests::tree::{files, rust_files, spec};

/// Names that look like rules and are none, with the reason.
const NO_RULES: &[(&str, &str)] = &[
    ("CL-99", "what an unknown rule is called in examples and tests"),
    ("CL-25", "an unknown rule between known ones, in the test of near matches"),
];

/// The sections of rules: title and body by ID.
fn sections(spec: &str) -> BTreeMap<String, (String, String)> {
    let mut sections = BTreeMap::new();
    for section in spec.split("\n### CL-").skip(1) {
        let section = section.split("\n## ").next().unwrap_or_default();
        let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
        let (number, title) = heading.split_once(' ').unwrap_or((heading, ""));
        let twice = sections.insert(format!("CL-{number}"), (title.to_owned(), body.to_owned()));
        assert!(twice.is_none(), "CL-{number} has two headings");
    }
    sections
}

/// The rows of tables in the section under a heading, as cells.
fn rows(spec: &str, heading: &str) -> Vec<Vec<String>> {
    let section = spec.split(&format!("\n## {heading}\n")).nth(1).unwrap_or_default();
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = |row: &str| row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    rows.map(cells).collect()
}

/// The words of the form `XX-00` in a text, with this beginning.
fn cited(text: &str, beginning: &str) -> BTreeSet<String> {
    let word = |(at, _): (usize, &str)| {
        let digits: String = text[at + beginning.len()..].chars().take_while(char::is_ascii_digit).collect();
        let starts = !text[..at].ends_with(|letter: char| letter.is_ascii_alphanumeric());
        (digits.len() == 2 && starts).then(|| format!("{beginning}{digits}"))
    };
    text.match_indices(beginning).filter_map(word).collect()
}

/// The IDs with this beginning that the tree cites, each with a file that does.
fn cited_anywhere(beginning: &str) -> BTreeMap<String, String> {
    let files = files();
    files.iter().flat_map(|file| cited(&file.text, beginning).into_iter().map(|id| (id, file.path.clone()))).collect()
}

#[test]
fn every_rule_has_its_section_and_no_section_is_without_a_rule() {
    let spec = spec();
    let written: Vec<(String, String)> = sections(&spec).into_iter().map(|(id, (title, _))| (id, title)).collect();
    let known: Vec<(String, String)> =
        Rule::ALL.iter().map(|rule| (rule.id().to_owned(), rule.title().to_owned())).collect();
    assert_eq!(written, known);
}

#[test]
fn every_section_says_what_must_be_who_and_on_what_evidence() {
    let spec = spec();
    let sections = sections(&spec);
    for rule in Rule::ALL {
        let (_, body) = &sections[rule.id()];
        let normative = body.split("\nSide:").next().unwrap_or_default();
        assert!(normative.contains("MUST"), "{rule} says what must be, before anything else");
        assert!(body.contains(&format!("\nSide: {}\n", rule.side())), "{rule} is of side {}", rule.side());
        for part in ["\nWhy: ", "\nEvidence: ", "\nChecked: "] {
            assert!(body.contains(part), "{rule} has the part {part:?}");
        }
        let evidence = body.split("\nEvidence: ").nth(1).and_then(|rest| rest.split("\n\n").next());
        let tagged = evidence.is_some_and(|text| ["DOC", "HDR", "SMP", "INF"].iter().any(|tag| text.contains(tag)));
        assert!(tagged, "the evidence of {rule} says where it is from");
    }
}

#[test]
fn the_witnesses_are_those_of_the_model() {
    let written: Vec<(String, String)> =
        rows(&spec(), "Witnesses").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let known: Vec<(String, String)> =
        Witness::ALL.iter().map(|witness| (witness.id().to_owned(), witness.title().to_owned())).collect();
    assert_eq!(written, known);
}

#[test]
fn the_dialects_are_those_of_the_code() {
    let word = |cell: &str| cell.trim_matches('`').to_owned();
    let written: Vec<(String, Vec<String>)> =
        rows(&spec(), "Dialects").iter().map(|row| (word(&row[0]), row[1].split(", ").map(word).collect())).collect();
    let known: Vec<(String, Vec<String>)> = FIELDS
        .iter()
        .map(|(field, choices)| ((*field).to_owned(), choices.iter().map(|choice| (*choice).to_owned()).collect()))
        .collect();
    assert_eq!(written, known);
}

#[test]
fn every_rule_that_is_cited_exists() {
    for (id, place) in cited_anywhere("CL-") {
        let excused = NO_RULES.iter().any(|(other, _)| *other == id);
        assert!(excused || Rule::find(&id).is_some(), "{place} cites {id}");
    }
}

#[test]
fn every_witness_and_assumption_that_is_cited_exists() {
    let spec = spec();
    let tables = [("CW-", "Witnesses"), ("HA-", "Host assumptions"), ("CA-", "Promises of a C author")];
    for (beginning, heading) in tables {
        let known: BTreeSet<String> = rows(&spec, heading).into_iter().map(|row| row[0].clone()).collect();
        assert!(!known.is_empty(), "{heading} has a table");
        for (id, place) in cited_anywhere(beginning) {
            assert!(known.contains(&id), "{place} cites {id}");
        }
    }
}

/// The names of decisions in a text: `C7` or `E16`, as words of their own.
fn decisions(text: &str) -> BTreeSet<String> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '`');
    let is_decision = |word: &&str| {
        let number = word.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
        word.len() == number.len() + 1 && matches!(number.len(), 1 | 2) && number.bytes().all(|b| b.is_ascii_digit())
    };
    text.split(|letter| !is_word(letter)).filter(is_decision).map(str::to_owned).collect()
}

#[test]
fn every_decision_that_is_cited_exists() {
    let spec = spec();
    let tables = spec.split("\n## Decisions\n").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
    let first_cell = |row: &str| row.split(" | ").next().unwrap_or_default().to_owned();
    let known: BTreeSet<String> = tables.lines().flat_map(|row| decisions(&first_cell(row))).collect();
    assert!(known.len() > 50, "the tables were found: {known:?}");
    let comments = |text: &str| text.lines().filter_map(|line| Some(line.split_once("//")?.1.to_owned())).collect();
    let sources = rust_files().into_iter().map(|file| (file.path, comments(&file.text)));
    for (place, text) in sources.chain([("SPEC.md".to_owned(), vec![spec.clone()])]) {
        let unknown: Vec<String> = decisions(&text.join("\n")).difference(&known).cloned().collect();
        assert!(unknown.is_empty(), "{place} cites {unknown:?}");
    }
}

#[test]
fn every_witness_is_about_a_rule() {
    for row in rows(&spec(), "Witnesses") {
        assert!(!cited(&row[2], "CL-").is_empty(), "{} is about no rule: {}", row[0], row[2]);
    }
}

#[test]
fn every_promise_of_a_c_author_is_in_the_header_and_needed_by_some_line() {
    let known: BTreeSet<String> =
        rows(&spec(), "Promises of a C author").into_iter().map(|row| row[0].clone()).collect();
    let said = |of: &dyn Fn(&str) -> bool| -> BTreeSet<String> {
        files().iter().filter(|file| of(&file.path)).flat_map(|file| cited(&file.text, "CA-")).collect()
    };
    assert_eq!(said(&|path| path == "ffi/include/wsman_authz.h"), known);
    assert_eq!(said(&|path| path.starts_with("ffi/c/src/") && !path.contains("/tests/")), known);
}

#[test]
fn the_helpers_read_what_they_should() {
    let text = "x\n## Witnesses\n\n| ID | S |\n|---|---|\n| CW-01 | a |\n| CW-02 | b c |\n\n## Next\n| no | no |\n";
    assert_eq!(rows(text, "Witnesses"), [["CW-01", "a"], ["CW-02", "b c"]]);
    assert_eq!(decisions("C7 (E16, D1) c2 `C3` CL-10 I123 X"), ["C7", "D1", "E16"].map(str::to_owned).into());
    assert_eq!(cited("CL-10, XCL-11 (CL-12) CL-1 CL-123", "CL-"), ["CL-10", "CL-12"].map(str::to_owned).into());
}

#[test]
fn every_bad_input_names_a_test_that_exists() {
    let tables = rows(&spec(), "Bad input").into_iter().filter(|row| !row[0].starts_with("---"));
    let named: Vec<(String, String)> =
        tables.filter_map(|row| Some((row.first()?.clone(), row.last()?.trim_matches('`').to_owned()))).collect();
    let named: Vec<_> = named.into_iter().filter(|(_, test)| test != "Test").collect();
    assert!(named.len() > 40, "the tables were found");
    let (files, missing) = (rust_files(), |test: &str| format!("#[test]\nfn {test}() {{"));
    let is_missing = |test: &str| {
        let (plain, indented) = (missing(test), missing(test).replace("\n", "\n    "));
        !files.iter().any(|file| file.text.contains(&plain) || file.text.contains(&indented))
    };
    let missing: Vec<_> = named.iter().filter(|(_, test)| is_missing(test)).collect();
    assert!(missing.is_empty(), "bad input without its test: {missing:?}");
}
