//! The tree as text: what the repository holds, without what was built.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path from the root of the workspace, with `/` between the parts.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl File {
    /// Whether it is Rust.
    #[must_use]
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether it holds nothing but tests: it lies in a folder of tests.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests")
    }

    /// The text before the unit tests at the end of the file.
    #[must_use]
    pub fn without_unit_tests(&self) -> &str {
        self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
    }
}

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Every text file of the tree in order of its path; what is built, locked or hidden is left out.
///
/// # Panics
/// If a file cannot be read.
#[must_use]
pub fn files() -> Vec<File> {
    let mut files = Vec::new();
    collect(&root(), "", &mut files);
    files
}

/// The Rust files of the tree.
#[must_use]
pub fn rust_files() -> Vec<File> {
    files().into_iter().filter(File::is_rust).collect()
}

/// SPEC.md.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn spec() -> String {
    read(&root().join("SPEC.md")).expect("SPEC.md is text")
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<String> =
        entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned())).collect();
    names.sort();
    for name in names {
        let (path, place) = (format!("{prefix}{name}"), folder.join(&name));
        let is_foreign = name.starts_with('.') && !matches!(name.as_str(), ".ci" | ".clusterfuzzlite" | ".gitignore");
        if is_foreign || matches!(name.as_str(), "target" | "corpus" | "artifacts" | "Cargo.lock") {
            continue;
        }
        if place.is_dir() {
            collect(&place, &format!("{path}/"), files);
        } else if let Some(text) = read(&place) {
            files.push(File { path, text });
        }
    }
}

/// The file as text; `None` if it is none.
fn read(path: &Path) -> Option<String> {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    String::from_utf8(bytes).ok()
}
