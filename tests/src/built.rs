//! What cargo built beside the tests: the program, the example plug-ins.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::{env, fs};

use serde_json::Value;

use crate::tree::{File, files, root};

/// The program; built if it is not there or older than its sources, because it belongs to another package.
#[must_use]
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let beside = folder().join(format!("wsman-authz{}", env::consts::EXE_SUFFIX));
        let fresh = is_fresh(&beside, "models/src/main.rs", &["core", "models", "SPEC.md"]);
        if fresh { beside } else { build(&["--package", "wsman-authz-models", "--bin", "wsman-authz"]) }
    })
}

/// Whether a product of cargo is younger than every file it was made of: as cargo noted beside it, or, where it was
/// made on the way to the tests and nothing noted, than all files in these folders.
fn is_fresh(product: &Path, main: &str, folders: &[&str]) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    let Some(built) = time(product) else { return false };
    let is_older = |source: &Path| time(source).is_some_and(|changed| changed <= built);
    let Ok(notes) = fs::read_to_string(product.with_extension("d")) else {
        let is_its = |file: &File| folders.iter().any(|folder| Path::new(&file.path).starts_with(folder));
        let sources: Vec<File> = files().into_iter().filter(is_its).collect();
        return is_of_this_tree() && sources.iter().all(|file| is_older(&root().join(&file.path)));
    };
    let sources = notes.split_once(": ").map(|(_, sources)| sources).unwrap_or_default();
    let mut sources = sources.split_whitespace().map(Path::new);
    sources.clone().any(|source| source == root().join(main)) && sources.all(is_older)
}

/// The library of an example plug-in of `ffi/`; built like the [`program`].
#[must_use]
pub fn example(name: &str) -> PathBuf {
    library("wsman-authz", "ffi/examples", name)
}

/// A plug-in in Rust of `tests/plugins`; built like the [`program`].
#[must_use]
pub fn test_plugin(name: &str) -> PathBuf {
    library("wsman-authz-test-plugins", "tests/plugins/rust/examples", name)
}

fn library(package: &str, folder_of_sources: &str, name: &str) -> PathBuf {
    let file = format!("{}{name}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let beside = folder().join("examples").join(file);
    let fresh = is_fresh(&beside, &format!("{folder_of_sources}/{name}.rs"), &["core", "ffi", folder_of_sources]);
    if fresh { beside } else { build(&["--package", package, "--example", name]) }
}

/// Where cargo puts what it builds for these tests.
///
/// # Panics
/// If the caller is no test of cargo's.
#[must_use]
pub fn folder() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own path");
    test.parent().and_then(Path::parent).expect("a test lies in `deps`").to_owned()
}

/// Whether that is in this tree. A target folder that several trees share may hold what belongs to another one.
#[must_use]
pub fn is_of_this_tree() -> bool {
    folder().starts_with(root())
}

fn build(what: &[&str]) -> PathBuf {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.arg("build").args(what).args(["--message-format", "json"]);
    cargo.args(folder().ends_with("release").then_some("--release")).current_dir(root());
    let built = cargo.stderr(Stdio::inherit()).output().expect("cargo runs");
    assert!(built.status.success(), "{what:?} can be built");
    let messages = String::from_utf8_lossy(&built.stdout);
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let files = messages.filter(|message| message["reason"] == "compiler-artifact");
    let mut files =
        files.filter_map(|message| Some(PathBuf::from(message["filenames"].as_array()?.first()?.as_str()?)));
    files.next_back().expect("cargo says where it put it")
}
