//! Plug-ins in C, built by the Makefile of the example, and judged by the reference host.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use wsman_authz_tests::built::{folder, is_of_this_tree, program};
use wsman_authz_tests::tree::root;

/// A plug-in whose author makes every mistake that C allows; it aborts if one is answered otherwise than documented.
const CARELESS: &str = "../../c/tests/c/careless.c";

/// What the host looks for, and nothing else is to be seen.
const EXPORTS: [&str; 6] = [
    "WSManPluginAuthzOperation",
    "WSManPluginAuthzQueryQuota",
    "WSManPluginAuthzReleaseContext",
    "WSManPluginAuthzUser",
    "WSManPluginShutdown",
    "WSManPluginStartup",
];

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// `make`. The plug-in lies in `out` then. To build the library alone takes `make` a minute, so the one is taken that
/// cargo has built for these tests: the same code, with the test host and seeded faults in it that nobody wakes.
/// `tests/scripts/sanitizers.sh` lets `make` build it.
fn make(out: &Path, source: &str, link: &str) -> PathBuf {
    let built = folder();
    let build = built.file_name().expect("debug or release");
    let mut make = Command::new("make");
    make.arg("-C").arg(root().join("ffi/examples/c"));
    make.args([format!("SOURCE={source}"), format!("LINK={link}"), format!("OUT={}", out.display())]);
    let target = if is_of_this_tree() && build == "debug" {
        let libraries = out.join("target").join(build);
        fs::create_dir_all(&libraries).expect("a folder for the library");
        for library in ["libwsman_authz_c.a", "libwsman_authz_c.so"] {
            symlink(built.join("deps").join(library), libraries.join(library)).expect("a link to the library");
        }
        make.arg("--assume-old=library");
        out.join("target")
    } else {
        built.parent().expect("a target folder").join("c-api")
    };
    make.args([format!("TARGET={}", target.display()), format!("BUILD={}", build.display())]);
    let output = run(&mut make);
    assert!(output.status.success(), "{}", text(&output));
    let name = Path::new(source).file_stem().expect("a file").to_string_lossy();
    out.join(format!("{name}.so"))
}

fn exports(library: &Path) -> Vec<String> {
    let output = run(Command::new("nm").args(["--dynamic", "--defined-only", "--format=posix"]).arg(library));
    assert!(output.status.success(), "{}", text(&output));
    let mut names: Vec<String> =
        text(&output).lines().filter_map(|line| Some(line.split(' ').next()?.to_owned())).collect();
    names.sort();
    names
}

/// Drives; the plug-in writes its own side of it into a trace.
fn drive(plugin: &Path, requests: &str, dialect: &str) -> Output {
    let mut drive = Command::new(program());
    drive.arg("drive").arg(plugin).args(["--requests", requests, "--dialect", dialect]);
    run(drive.env("WSMAN_AUTHZ_TRACE", plugin.with_extension("jsonl")))
}

#[test]
fn the_example_is_kept_under_every_dialect_however_it_is_linked() {
    for link in ["static", "shared"] {
        let out = TempDir::new().expect("a folder for the test");
        let plugin = make(out.path(), "plugin.c", link);
        assert_eq!(exports(&plugin), EXPORTS, "{link}");
        let output = drive(&plugin, "2000", "all");
        assert_eq!(output.status.code(), Some(0), "{link}: {}", text(&output));
    }
}

#[test]
fn cl_13_each_payload_of_the_example_is_created_and_dropped_once() {
    let out = TempDir::new().expect("a folder for the test");
    let plugin = make(out.path(), "plugin.c", "static");
    let output = drive(&plugin, "500", "default");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let trace = fs::read_to_string(plugin.with_extension("jsonl")).expect("the plug-in's trace");
    let mut counts = BTreeMap::<String, usize>::new();
    for record in trace.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        *counts.entry(record["call"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    assert!(counts["payload_created"] > 0, "{counts:?}");
    assert_eq!(counts["payload_created"], counts["payload_dropped"]);
    let judged = run(Command::new(program()).arg("judge").arg(plugin.with_extension("jsonl")));
    assert_eq!(judged.status.code(), Some(0), "{}", text(&judged));
}

#[test]
fn cl_50_no_mistake_of_a_careless_author_reaches_the_host() {
    let out = TempDir::new().expect("a folder for the test");
    let output = drive(&make(out.path(), CARELESS, "static"), "600", "all");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

#[test]
fn the_plug_in_of_the_readme_is_one() {
    let readme = fs::read_to_string(root().join("README.md")).expect("the README");
    let source = readme.split("\n```c\n").nth(1).and_then(|rest| rest.split("\n```\n").next()).expect("a plug-in in C");
    let out = TempDir::new().expect("a folder for the test");
    let file = out.path().join("readme.c");
    fs::write(&file, source).expect("a file for the test");
    let output = drive(&make(out.path(), file.to_str().expect("a path of text"), "static"), "200", "all");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
}

#[test]
fn a_host_in_c_tells_one_story_to_the_end() {
    let out = TempDir::new().expect("a folder for the test");
    let (plugin, host) = (make(out.path(), CARELESS, "static"), out.path().join("host"));
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-rdynamic", "-o"]).arg(&host);
    gcc.arg(root().join("ffi/c/tests/c/host.c")).args(["-ldl", "-lpthread"]);
    let output = run(&mut gcc);
    assert!(output.status.success(), "{}", text(&output));
    let output = run(Command::new(host).arg(plugin));
    assert!(output.status.success(), "{}", text(&output));
}
