//! What must not compile does not, for the reason that its file gives.
//!
//! Each file of `compile_fail/` marks the lines that are wrong with the code of the error, `//~ E0382`, or
//! `//~^ E0382` below them. Codes and lines are compared, not the compiler's words: those change from version to version.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use wsman_authz_tests::author::cargo;
use wsman_authz_tests::tree::root;

/// Errors of a file: line and code.
type Errors = BTreeSet<(u64, String)>;

/// The errors that the files announce, by the name of the file.
fn announced() -> BTreeMap<String, Errors> {
    let folder = root().join("tests/compile_fail");
    let files = fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
    let errors = |text: &str| {
        let marks = (1..).zip(text.lines()).filter_map(|(line, text)| Some((line, text.split_once("//~")?.1)));
        let place = |(line, mark): (u64, &str)| match mark.strip_prefix('^') {
            Some(codes) => (line - 1, codes.trim().to_owned()),
            None => (line, mark.trim().to_owned()),
        };
        marks.map(place).collect()
    };
    let entry = |file: std::path::PathBuf| {
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, errors(&fs::read_to_string(&file).expect("a file of text")))
    };
    files.map(entry).collect()
}

/// The errors that the compiler finds in the same files.
fn found() -> BTreeMap<String, Errors> {
    let place = tempfile::tempdir().expect("a folder");
    let ffi = root().join("ffi");
    let manifest = format!(
        "[package]\nname = \"compile_fail\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nwsman-authz = {{ path = {ffi:?} }}\n"
    );
    fs::write(place.path().join("Cargo.toml"), manifest).expect("a manifest");
    let binaries = place.path().join("src/bin");
    fs::create_dir_all(&binaries).expect("a folder");
    let mut found = BTreeMap::new();
    for name in announced().into_keys() {
        let file = format!("{name}.rs");
        fs::copy(root().join("tests/compile_fail").join(&file), binaries.join(&file)).expect("a file");
        found.insert(name, Errors::new());
    }
    let checked = cargo(place.path()).args(["check", "--bins", "--keep-going", "--message-format", "json"]).output();
    let checked = checked.expect("cargo runs");
    let complaints = String::from_utf8_lossy(&checked.stderr).into_owned();
    let mut seen = 0;
    for message in String::from_utf8_lossy(&checked.stdout).lines() {
        let message: Value = serde_json::from_str(message).expect("a message");
        let (what, name) = (&message["message"], message["target"]["name"].as_str().unwrap_or_default());
        seen += usize::from(message["reason"] == "compiler-artifact");
        let Some(code) = what["code"]["code"].as_str().filter(|_| what["level"] == "error") else { continue };
        let spans = what["spans"].as_array().into_iter().flatten();
        let primary = spans.filter(|span| span["is_primary"] == true).filter_map(|span| span["line_start"].as_u64());
        let errors = found.get_mut(name).unwrap_or_else(|| panic!("an error elsewhere: {message}"));
        errors.extend(primary.map(|line| (line, code.to_owned())));
    }
    assert!(seen > 5, "cargo checked the dependencies: {complaints}");
    found
}

#[test]
fn each_mistake_is_an_error_where_it_is_made_and_nothing_else_is() {
    let (announced, found) = (announced(), found());
    let faulty = announced.values().filter(|errors| !errors.is_empty()).count();
    assert!(faulty >= 6 && announced["correct"].is_empty(), "one file is correct, the others are not");
    assert_eq!(announced, found);
}
