//! The README's tutorial, followed word for word: every block of commands is run, every file is written as it says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wsman_authz_tests::author::{cargo, succeeds, target};
use wsman_authz_tests::built::program;
use wsman_authz_tests::tree::root;

/// How long the author's own code may be.
const SHORT: usize = 60;

/// Words of the test host that are in a program if it is.
const TEST_HOST: &str = "The test host spoke the dialect";

/// One fenced block of the tutorial.
#[derive(Debug)]
struct Block {
    /// What the fence says: `sh`, `toml`, `rust,no_run`.
    language: String,
    /// The file that the sentence before names.
    file: Option<String>,
    text: String,
}

/// The blocks of the section, in order.
fn blocks() -> Vec<Block> {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let section = readme.split("\n## Write a plug-in\n").nth(1).and_then(|rest| rest.split("\n## ").next());
    let section = section.expect("README.md has a section on writing a plug-in").to_owned();
    let mut parts = section.split("```");
    let mut blocks = Vec::new();
    while let (Some(prose), Some(block)) = (parts.next(), parts.next()) {
        let (language, text) = block.split_once('\n').expect("a block has lines");
        let sentence = prose.trim_end().lines().next_back().unwrap_or_default();
        let file = sentence.strip_prefix("All of `").and_then(|rest| rest.split('`').next()).map(str::to_owned);
        blocks.push(Block { language: language.to_owned(), file, text: text.to_owned() });
    }
    blocks
}

/// A reader at work.
struct Reader {
    /// The folder that the commands are run in.
    folder: PathBuf,
    driven: bool,
}

impl Reader {
    fn write(&self, file: &str, text: &str) {
        // The folder `wsman-authz` of the tutorial is this one.
        let beside = format!("{}/", root().display());
        let path = self.folder.join(file);
        assert!(path.exists(), "`cargo new` has made {file}");
        fs::write(path, text.replace("../wsman-authz/", &beside)).expect("a file");
    }

    fn run(&mut self, line: &str) {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] => {}
            ["cargo", "install", "--path", path] => {
                // The program is there already; that the path is right is what there is to see.
                let path = path.strip_prefix("wsman-authz/").expect("the path of the tutorial");
                assert!(root().join(path).join("src/main.rs").exists(), "{path}");
            }
            ["cd", folder] => self.folder = self.folder.join(folder),
            ["cargo", arguments @ ..] => {
                let output = succeeds(cargo(&self.folder).args(arguments));
                if arguments == ["test"] {
                    let said = String::from_utf8_lossy(&output.stdout).into_owned();
                    assert!(said.contains("test result: ok. 1 passed"), "{said}");
                }
            }
            ["wsman-authz", "drive", library] => {
                let library = target().join(library.strip_prefix("target/").expect("the library cargo built"));
                let output = succeeds(Command::new(program()).arg("drive").arg(library));
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                assert!(said.contains("no rule was broken"), "{said}");
                self.driven = true;
            }
            other => panic!("the tutorial has a command that this test does not know: {other:?}"),
        }
    }
}

#[test]
#[cfg(target_os = "linux")] // the name of the library is that of Linux
fn the_tutorial_can_be_followed_word_for_word() {
    let place = tempfile::tempdir().expect("a folder");
    let mut reader = Reader { folder: place.path().to_owned(), driven: false };
    let mut files = Vec::new();
    for block in blocks() {
        match (block.language.as_str(), block.file) {
            ("sh", None) => block.text.lines().for_each(|line| reader.run(line)),
            ("toml" | "rust,no_run", Some(file)) => {
                reader.write(&file, &block.text);
                files.push(file);
            }
            other => panic!("a block that this test does not know: {other:?}"),
        }
    }
    assert_eq!(files, ["Cargo.toml", "src/lib.rs"]);
    assert!(reader.driven, "the tutorial ends with a library that was driven");
    let mentions_tests = |file: &Path| {
        let bytes = fs::read(file).expect("what cargo built");
        bytes.windows(TEST_HOST.len()).any(|window| window == TEST_HOST.as_bytes())
    };
    assert!(!mentions_tests(&target().join("release/libmy_policy.so")), "nothing of the test host is shipped");
    let built = fs::read_dir(target().join("debug/deps")).expect("what cargo built").map(|file| file.expect("a file"));
    let mut tests = built.filter(|file| {
        let name = file.file_name().to_string_lossy().into_owned();
        name.starts_with("my_policy-") && !name.ends_with(".d")
    });
    assert!(tests.any(|file| mentions_tests(&file.path())), "but in the author's tests it is");
}

#[test]
fn the_author_writes_little() {
    let code = blocks().into_iter().find(|block| block.file.as_deref() == Some("src/lib.rs")).expect("a policy").text;
    let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
    assert!(lines < SHORT, "{lines} lines");
    assert!(code.contains("#[test]"), "and a test of it is among them");
}
