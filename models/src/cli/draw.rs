//! `draw`: the state diagrams.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Output, print};
use crate::draw::{DIAGRAMS, Diagram, dot, mermaid, svg};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// What to draw
    #[arg(value_name = "WHAT", default_value = "all", value_parser = what)]
    what: Chosen,
    /// In which language
    #[arg(long, value_enum, default_value_t)]
    format: Language,
    /// Write the result to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Debug)]
struct Chosen(Vec<&'static Diagram>);

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Language {
    /// For Markdown and whatever else reads Mermaid
    #[default]
    Mermaid,
    /// For Graphviz
    Dot,
    /// A picture
    Svg,
}

fn what(name: &str) -> Result<Chosen, String> {
    let chosen: Vec<_> = DIAGRAMS.iter().filter(|diagram| name == "all" || diagram.name == name).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = DIAGRAMS.iter().map(|diagram| diagram.name).collect();
        return Err(format!("there are {}, and all", names.join(", ")));
    }
    Ok(Chosen(chosen))
}

pub(super) fn run(options: &Options) -> Result<u8, String> {
    let output = options.out.as_deref().map(Output::open).transpose()?;
    let diagrams = &options.what.0;
    let text = match (options.format, &diagrams[..]) {
        (Language::Dot, _) => dot(diagrams),
        (Language::Svg, _) => svg(diagrams)?,
        (Language::Mermaid, [one]) => mermaid(one),
        (Language::Mermaid, several) => {
            let fenced = several.iter().map(|diagram| format!("```mermaid\n{}```\n", mermaid(diagram)));
            fenced.collect::<Vec<_>>().join("\n")
        }
    };
    print(&text, output)?;
    Ok(0)
}
