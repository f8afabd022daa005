//! A story as a picture: a sequence diagram with two lanes.
//!
//! It has a line for each step: its number, an arrow between the lanes (dashed for a return) or words at one of them, and
//! the contexts that are live after it. The classes are those of the style sheet of stateright's Explorer.

use std::fmt::{self, Write as _};

use super::tape::Line;
use super::words::{Way, held, said};
use crate::html::escaped;

/// The lanes, what is beside them, and how high a line is, in pixels.
const HOST: u32 = 60;
const PLUG_IN: u32 = 500;
const HELD: u32 = 580;
const LINE: u32 = 30;

/// A letter is not wider.
const LETTER: u32 = 9;

/// The picture of a story.
pub(super) fn svg(story: &[Line]) -> String {
    let mut out = String::new();
    // Writing to memory cannot fail.
    let _ = write_svg(&mut out, story);
    out
}

fn write_svg(out: &mut String, story: &[Line]) -> fmt::Result {
    let violations: usize = story.iter().map(|line| line.violations.len()).sum();
    let longest = story.iter().map(|line| held(line).chars().count()).max().unwrap_or_default().max(24);
    let width = HELD + longest as u32 * LETTER;
    let height = (story.len() + violations + 2) as u32 * LINE;
    writeln!(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{width}\" height=\"{height}\"")?;
    writeln!(out, " viewBox=\"0 0 {width} {height}\" font-size=\"14\">")?;
    for (lane, name) in [(HOST, "host"), (PLUG_IN, "plug-in")] {
        writeln!(out, "<text class=\"svg-actor-label\" x=\"{lane}\" y=\"18\" text-anchor=\"middle\">{name}</text>")?;
        let y = LINE * 4 / 5;
        writeln!(out, "<line class=\"svg-actor-timeline\" x1=\"{lane}\" y1=\"{y}\" x2=\"{lane}\" y2=\"{height}\"/>")?;
    }
    let label = "live contexts after it";
    writeln!(out, "<text class=\"svg-actor-label\" x=\"{HELD}\" y=\"18\">{label}</text>")?;
    let mut y = LINE * 2;
    for (number, line) in (1..).zip(story) {
        writeln!(out, "<text class=\"svg-event-label\" x=\"0\" y=\"{y}\" font-size=\"11\">{number}</text>")?;
        write_step(out, line, y)?;
        write_text(out, HELD, y, "start", held(line))?;
        y += LINE;
        for violation in &line.violations {
            let why = escaped(&format!("{} {}", violation.rule, violation.why));
            writeln!(out, "<text x=\"{HOST}\" y=\"{y}\" fill=\"red\" font-weight=\"bold\">! {why}</text>")?;
            y += LINE;
        }
    }
    writeln!(out, "</svg>")
}

fn write_step(out: &mut String, line: &Line, y: u32) -> fmt::Result {
    let (way, words) = said(line);
    let words = words.trim();
    match way {
        Way::ToPlugIn => write_arrow(out, HOST, PLUG_IN, y, false, words),
        Way::FromPlugIn => write_arrow(out, PLUG_IN, HOST, y, true, words),
        Way::ToHost => write_arrow(out, PLUG_IN, HOST, y, false, words),
        Way::FromHost => write_arrow(out, HOST, PLUG_IN, y, true, words),
        Way::AtHost => write_text(out, HOST + 8, y, "start", words),
        Way::AtPlugIn => write_text(out, PLUG_IN - 8, y, "end", words),
        Way::Around => write_text(out, HOST.midpoint(PLUG_IN), y, "middle", &format!("· {words} ·")),
    }
}

fn write_arrow(out: &mut String, from: u32, to: u32, y: u32, is_return: bool, words: &str) -> fmt::Result {
    let dashes = if is_return { " stroke-dasharray=\"5 4\"" } else { "" };
    let back = if from < to { to - 9 } else { to + 9 };
    let (low, high) = (y - 4, y + 4);
    writeln!(out, "<line class=\"svg-event-line\" x1=\"{from}\" y1=\"{y}\" x2=\"{to}\" y2=\"{y}\"{dashes}/>")?;
    writeln!(out, "<polygon class=\"svg-event-shape\" points=\"{to},{y} {back},{low} {back},{high}\"/>")?;
    write_text(out, HOST.midpoint(PLUG_IN), y - 6, "middle", words)
}

fn write_text(out: &mut String, x: u32, y: u32, anchor: &str, words: &str) -> fmt::Result {
    let words = escaped(words);
    writeln!(out, "<text class=\"svg-event-label\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{words}</text>")
}
