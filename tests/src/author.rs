//! What the author of a plug-in does outside of this workspace: a crate of their own, built by cargo, without a network.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use crate::tree::root;

/// A cargo that works in another crate: offline, with the versions that this workspace has, and in a target folder
/// that all such crates share.
///
/// # Panics
/// If the lock file cannot be copied.
#[must_use]
pub fn cargo(folder: &Path) -> Command {
    if folder.join("Cargo.toml").exists() && !folder.join("Cargo.lock").exists() {
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file can be copied");
    }
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", target()).env("CARGO_NET_OFFLINE", "true");
    // The plug-in of `verify` is the one that is driven as it ships; here compiling would take longer than anything else.
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").env("CARGO_PROFILE_DEV_DEBUG", "false");
    // What cargo tells its tests about this workspace is not meant for another crate.
    for (name, _) in env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR") {
        cargo.env_remove(name);
    }
    cargo
}

/// The target folder of such crates.
#[must_use]
pub fn target() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own path");
    let target = test.ancestors().find(|folder| folder.join("CACHEDIR.TAG").exists());
    target.expect("a test lies in a target folder").join("tutorial")
}

/// The output of a command that must succeed.
///
/// # Panics
/// If it fails, with all that it said.
pub fn succeeds(command: &mut Command) -> Output {
    let output = command.output().expect("the command starts");
    let said = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said));
    assert!(output.status.success(), "{command:?} ended with {}:\n{}\n{}", output.status, said[0], said[1]);
    output
}
