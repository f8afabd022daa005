//! The commands that show: the state diagrams of `draw`, and the pages of `explore` as a browser gets them.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use wsman_authz_core::dialect::Dialect;
use wsman_authz_models::draw::{DIAGRAMS, Diagram};
use wsman_authz_models::model::{Model, Scenario};
use wsman_authz_tests::built::program;

use crate::command_line::{refuses, says};

fn drawn(arguments: &[&str]) -> String {
    says(&[&["draw"], arguments].concat())
}

/// Whether a drawing names every state and every event of a diagram.
fn shows(drawing: &str, diagram: &Diagram) -> bool {
    let words = diagram.table.iter().flat_map(|(from, event, to)| [*from, *event, *to]);
    words.filter(|word| *word != "none").all(|word| drawing.contains(word))
}

#[test]
fn graphviz_gets_every_row() {
    let all = drawn(&["--format", "dot"]);
    for Diagram { name, table, .. } in DIAGRAMS {
        let id = |state: &str| format!("{name}_{}", state.replace(' ', "_"));
        for (from, event, to) in *table {
            let arrow = format!("    {} -> {} [label=\"", id(from), id(to));
            let line = all.lines().find_map(|line| line.strip_prefix(&arrow));
            let events = line.and_then(|line| line.strip_suffix("\"];")).unwrap_or_default();
            assert!(events.split("\\n").any(|shown| shown == *event), "{from}, {event}, {to}: {events:?}");
        }
    }
}

#[test]
fn every_language_names_every_state_and_event_of_what_is_drawn() {
    for format in ["mermaid", "dot", "svg"] {
        let all = drawn(&["--format", format]);
        assert!(
            all == drawn(&["all", "--format", format]),
            "{format}: all, unless something is named; each time the same"
        );
        for diagram in DIAGRAMS {
            assert!(shows(&all, diagram), "{format} of all: {}", diagram.name);
            let one = drawn(&[diagram.name, "--format", format]);
            assert!(shows(&one, diagram), "{format} of {}", diagram.name);
            for other in DIAGRAMS.iter().filter(|other| other.name != diagram.name) {
                assert!(!shows(&one, other), "{} is not drawn with {}", other.name, diagram.name);
            }
        }
    }
}

#[test]
fn a_diagram_has_an_arrow_for_each_pair_of_states() {
    let drawing = drawn(&["lease"]);
    let expected = "\
---
title: A slot for leases, as the engine has it
---
stateDiagram-v2
    lease_vacant: vacant
    lease_live: live
    lease_retired: retired
    [*] --> lease_vacant
    lease_vacant --> lease_live: reported
    lease_live --> lease_vacant: released<br>completion refused<br>application ended
    lease_live --> lease_retired: released, the last<br>completion refused, the last<br>application ended, the last
";
    assert_eq!(drawing, expected);
}

#[test]
fn what_cannot_be_drawn_names_what_can() {
    let names: Vec<&str> = DIAGRAMS.iter().map(|diagram| diagram.name).collect();
    refuses(&["draw", "shells"], &names);
}

/// A page that is served, until it is dropped.
struct Served {
    child: Child,
    port: u16,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let port = {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
            free.local_addr().expect("bound").port()
        };
        let mut command = Command::new(program());
        command.args(["explore", "--port", &port.to_string()]).args(arguments);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        Self { child, port }
    }

    fn get(&self, path: &str) -> Option<Value> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?; // whoever listens there may be somebody else
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (_, body) = answer.split_once("\r\n\r\n")?;
        serde_json::from_str(body).ok()
    }

    /// The page, as soon as it is served.
    fn wait_for(&self, path: &str) -> Value {
        for _ in 0..200 {
            if let Some(page) = self.get(path) {
                return page;
            }
            sleep(Duration::from_millis(50));
        }
        panic!("nothing is served at port {}", self.port)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_browser_sees_actions_and_steps_in_words_and_the_story_as_a_picture() {
    let served = Served::start(&["--scenario", "pairs"]);
    let choices = served.wait_for("/.states/0");
    let shown: Vec<&str> =
        choices.as_array().expect("a list").iter().filter_map(|step| step["action"].as_str()).collect();
    let model = Model::new(Scenario::find("pairs").expect("a scenario").clone(), Dialect::default());
    let mut actions = Vec::new();
    model.actions(&model.initial(), &mut actions);
    assert_eq!(shown, actions.iter().map(ToString::to_string).collect::<Vec<_>>());
    let asked =
        actions.iter().position(|action| action.to_string().contains("asks for an operation")).expect("clients ask");
    let step = &choices[asked];
    assert!(step["outcome"].as_str().is_some_and(|words| words.contains("host → AuthzUser(r1, user0)")), "{step}");
    let picture = step["svg"].as_str().expect("a picture");
    assert!(picture.starts_with("<svg ") && picture.contains(">AuthzUser(r1, user0)</text>"), "{picture}");
    let next = served.wait_for(&format!("/.states/0/{asked}"));
    let answers = next.as_array().expect("a list").iter().filter_map(|step| step["action"].as_str());
    assert!(answers.clone().any(|action| action.starts_with("the policy answers request 0")), "{answers:?}");
}

#[test]
fn a_port_that_is_taken_is_said_so() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = taken.local_addr().expect("bound").port().to_string();
    refuses(&["explore", "--port", &port], &[&format!("cannot serve at port {port}")]);
}
