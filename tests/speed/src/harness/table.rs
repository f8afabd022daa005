//! The report: one table for each workload, for a terminal or for BENCHMARKS.md.

use std::fmt::Write as _;

use super::{Role, Row};

const HEAD: [&str; 7] = ["case", "contender", "value", "spread", "ratio", "target", "note"];

/// The rows as text in columns.
#[must_use]
pub fn text(rows: &[Row]) -> String {
    let mut out = String::new();
    for of_workload in by_workload(rows) {
        let lines: Vec<[String; 7]> = [HEAD.map(str::to_owned)].into_iter().chain(cells(of_workload)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..HEAD.len()).map(width).collect();
        let _ = writeln!(out, "{}", of_workload[0].workload);
        for line in &lines {
            let mut padded = String::new();
            for (cell, width) in line.iter().zip(&widths) {
                let _ = write!(padded, "  {cell:width$}");
            }
            let _ = writeln!(out, "{}", padded.trim_end());
        }
        out.push('\n');
    }
    out
}

/// The rows as tables of Markdown; `title` says what a workload is called.
#[must_use]
pub fn markdown(rows: &[Row], title: impl Fn(&str) -> &'static str) -> String {
    let mut out = String::new();
    for of_workload in by_workload(rows) {
        let workload = &of_workload[0].workload;
        let _ = writeln!(out, "### {workload}: {}\n", title(workload));
        let _ = writeln!(out, "| {} |\n|---|---|---:|---:|---:|---|---|", HEAD.join(" | "));
        for line in cells(of_workload) {
            let _ = writeln!(out, "| {} |", line.map(|cell| cell.replace('|', "\\|")).join(" | "));
        }
        out.push('\n');
    }
    out
}

fn by_workload(rows: &[Row]) -> impl Iterator<Item = &[Row]> {
    rows.chunk_by(|one, next| one.workload == next.workload)
}

/// A case is named in its first line only.
fn cells(rows: &[Row]) -> Vec<[String; 7]> {
    let first = |at: usize| at == 0 || rows[at - 1].case != rows[at].case;
    let line = |(at, row): (usize, &Row)| {
        let targets =
            row.targets.iter().map(|met| format!("{}: {}", met.target, if met.met { "met" } else { "missed" }));
        let role = match row.role {
            Role::Limit => " (limit)",
            Role::Peer => "",
            Role::Ours => " (ours)",
        };
        [
            if first(at) { row.case.clone() } else { String::new() },
            format!("{}{role}", row.contender),
            format!("{} {}", figure(row.value), row.unit),
            if row.spread > 0.0 { format!("± {:.0} %", row.spread * 100.0) } else { String::new() },
            row.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
            targets.collect::<Vec<_>>().join("; "),
            row.note.clone(),
        ]
    };
    rows.iter().enumerate().map(line).collect()
}

/// Three digits that count.
fn figure(value: f64) -> String {
    match value {
        ..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
