//! State diagrams, drawn from the tables that tests hold the machines to.

use std::fmt::Write as _;

use layout::backends::svg::SVGWriter;
use layout::gv::{DotParser, GraphBuilder};
use wsman_authz_core::engine::LEASE_TABLE;
use wsman_authz_core::host::{OPERATION_TABLE, RECORD_TABLE, REQUEST_TABLE};
use wsman_authz_core::table::Transition;

/// The diagram of one table.
#[derive(Clone, Copy, Debug)]
pub struct Diagram {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What has these states.
    pub title: &'static str,
    /// Its states and transitions.
    pub table: &'static [Transition],
}

/// Every diagram.
pub const DIAGRAMS: &[Diagram] = &[
    Diagram { name: "record", title: "A user's record, as the host has it", table: RECORD_TABLE },
    Diagram { name: "operation", title: "An operation, as the host has it", table: OPERATION_TABLE },
    Diagram { name: "request", title: "A request, as the host has it", table: REQUEST_TABLE },
    Diagram { name: "lease", title: "A slot for leases, as the engine has it", table: LEASE_TABLE },
];

impl Diagram {
    /// Where everything begins: the state of the first row.
    fn first(&self) -> &'static str {
        self.table[0].0
    }

    /// Each state once, in the order of the rows.
    fn states(&self) -> Vec<&'static str> {
        let mut states = Vec::new();
        for state in self.table.iter().flat_map(|(from, _, to)| [*from, *to]) {
            if !states.contains(&state) {
                states.push(state);
            }
        }
        states
    }

    /// From where to where, and all the events that lead there.
    fn arrows(&self) -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
        let mut arrows: Vec<(_, _, Vec<_>)> = Vec::new();
        for (from, event, to) in self.table {
            match arrows.iter_mut().find(|(known_from, known_to, _)| (known_from, known_to) == (from, to)) {
                Some((_, _, events)) => events.push(*event),
                None => arrows.push((*from, *to, vec![*event])),
            }
        }
        arrows
    }

    /// A name for a state that every language takes, and that no other diagram has.
    fn id(&self, state: &str) -> String {
        format!("{}_{}", self.name, state.replace([' ', '-'], "_"))
    }

    /// What a state is called: `none` of what, where the thing is not there.
    fn label(&self, state: &str) -> String {
        if state == "none" { format!("no {}", self.name) } else { state.to_owned() }
    }
}

/// For a page in Markdown, or for any tool that reads Mermaid.
#[must_use]
pub fn mermaid(diagram: &Diagram) -> String {
    let mut out = format!("---\ntitle: {}\n---\nstateDiagram-v2\n", diagram.title);
    // Writing to memory cannot fail.
    for state in diagram.states() {
        let _ = writeln!(out, "    {}: {}", diagram.id(state), diagram.label(state));
    }
    let _ = writeln!(out, "    [*] --> {}", diagram.id(diagram.first()));
    for (from, to, events) in diagram.arrows() {
        let _ = writeln!(out, "    {} --> {}: {}", diagram.id(from), diagram.id(to), events.join("<br>"));
    }
    out
}

/// For Graphviz: all diagrams as one graph.
#[must_use]
pub fn dot(diagrams: &[&Diagram]) -> String {
    // One size for all: `layout` writes each size in use down in an order that changes from run to run.
    let mut out = "digraph states {\n    node [shape=box, fontsize=15];\n    edge [fontsize=15];\n".to_owned();
    for diagram in diagrams {
        // Writing to memory cannot fail.
        let _ = writeln!(out, "    // {}", diagram.title);
        for state in diagram.states() {
            let shape = if state == diagram.first() { ", shape=ellipse" } else { "" };
            let _ = writeln!(out, "    {} [label=\"{}\"{shape}];", diagram.id(state), diagram.label(state));
        }
        for (from, to, events) in diagram.arrows() {
            let events = events.join("\\n");
            let _ = writeln!(out, "    {} -> {} [label=\"{events}\"];", diagram.id(from), diagram.id(to));
        }
    }
    out.push_str("}\n");
    out
}

/// A picture: all diagrams beside each other.
///
/// # Errors
/// The layout does not understand what [`dot`] writes.
pub fn svg(diagrams: &[&Diagram]) -> Result<String, String> {
    let graph = DotParser::new(&dot(diagrams)).process()?;
    let mut builder = GraphBuilder::new();
    builder.visit_graph(&graph);
    let mut picture = SVGWriter::new();
    builder.get().do_it(false, false, false, &mut picture);
    Ok(picture.finalize())
}
