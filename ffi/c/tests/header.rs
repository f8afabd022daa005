//! The header is what the sources say, and every compiler that its readers use takes it.
//!
//! ```sh
//! UPDATE_HEADER=1 cargo test -p wsman-authz-c --test header    # writes ffi/include/wsman_authz.h anew
//! ```

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::{env, fs};

use tempfile::TempDir;

/// The sources with items of the API, in the order of the header.
const SOURCES: &[&str] = &["status", "question", "policy", "answers", "text", "statistics", "entry"];

/// A plug-in that uses everything that only a compiler can check.
const PLUGIN: &str = r#"
#include "wsman_authz.h"
static void on_question(void *state, const wsman_authz_question *question) {
    static const wsman_authz_char no[] = {'n', 'o', 0};
    (void)state;
    if (question->kind == WSMAN_AUTHZ_QUESTION_KIND_USER && wsman_authz_text_is(question->name, "yes")) {
        (void)wsman_authz_allow_user(question->request, NULL, WSMAN_AUTHZ_IDENTITY_CLIENT, NULL, 0);
    } else if (question->action == WSMAN_AUTHZ_ACTION_GET) {
        (void)wsman_authz_allow_operation(question->request, question->user_payload);
    } else {
        (void)wsman_authz_deny(question->request, 0, no);
    }
}
static void on_log(uint32_t level, const char *text) { (void)(level == WSMAN_AUTHZ_LOG_LEVEL_ERROR && text); }
static const wsman_authz_policy policy = {
    sizeof(wsman_authz_policy), 0, 0, NULL, on_question, on_question, NULL, NULL, NULL, NULL, on_log,
};
WSMAN_AUTHZ_EXPORT_PLUGIN(policy);
"#;

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn header() -> PathBuf {
    here().join("../include/wsman_authz.h")
}

fn generate() -> String {
    let config = cbindgen::Config::from_file(here().join("cbindgen.toml")).expect("cbindgen.toml is a configuration");
    let builder = SOURCES.iter().fold(cbindgen::Builder::new().with_config(config), |builder, source| {
        builder.with_src(here().join(format!("src/{source}.rs")))
    });
    let mut header = Vec::new();
    builder.generate().expect("the sources have a header").write(&mut header);
    let header = String::from_utf8(header).expect("a header is text");
    header.replace("// # Safety\n", "// You promise:\n") // what clippy asks for, in the words of C
}

#[test]
fn the_header_is_what_the_sources_say() {
    let generated = generate();
    if env::var_os("UPDATE_HEADER").is_some() {
        fs::write(header(), &generated).expect("the header can be written");
    }
    let committed = fs::read_to_string(header()).expect("the header is there");
    let same = committed == generated;
    assert!(same, "the header is stale: UPDATE_HEADER=1 cargo test -p wsman-authz-c --test header");
}

/// Compiles the plug-in, and nothing else, with every warning as an error.
fn compiles(compiler: &str, language: &str, includes_before: &str) {
    let folder = TempDir::new().expect("a folder for the test");
    let source = folder.path().join(if language.starts_with("c++") { "plugin.cpp" } else { "plugin.c" });
    fs::write(&source, format!("{includes_before}{PLUGIN}")).expect("a file for the test");
    let mut command = Command::new(compiler);
    command.arg(format!("-std={language}")).args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]);
    command.arg("-I").arg(here().join("../include")).arg(&source);
    let output = command.output().unwrap_or_else(|error| panic!("{compiler}: {error}"));
    assert!(output.status.success(), "{compiler} -std={language}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whether there is such a compiler: the ones for Windows and for C++ are not part of every Linux.
fn there_is(compiler: &str) -> bool {
    let found = Command::new(compiler).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

#[test]
fn it_is_c99_and_c11_for_gcc() {
    for language in ["c99", "c11", "c17"] {
        compiles("gcc", language, "");
    }
}

#[test]
fn it_is_cpp_for_gcc() {
    if there_is("g++") {
        for language in ["c++11", "c++17", "c++20"] {
            compiles("g++", language, "");
        }
    }
}

#[test]
fn it_is_c_and_cpp_for_windows_also_beside_its_own_header() {
    let beside = "#include <windows.h>\n#define WSMAN_API_VERSION_1_0\n#include <wsman.h>\n";
    for (compiler, language) in [("x86_64-w64-mingw32-gcc", "c11"), ("x86_64-w64-mingw32-g++", "c++17")] {
        if there_is(compiler) {
            compiles(compiler, language, "");
            compiles(compiler, language, beside);
        }
    }
}
