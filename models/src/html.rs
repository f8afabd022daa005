//! A report as one web page that needs nothing else: no script, no picture, no other file.
//!
//! The commands report in one form (`--format json`), so one presenter serves them all: the verdict, what was done, each
//! broken rule with the calls that show it as a sequence between two lanes, then the table of the rules.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use crate::drive::field_order;

const STYLE: &str = include_str!("html.css");

/// The page of a report.
#[must_use]
pub fn page(report: &impl Serialize) -> String {
    let report = serde_json::to_value(report).unwrap_or_default();
    let mut out = String::new();
    // Writing to memory cannot fail.
    let _ = write_page(&mut out, &report);
    out
}

/// A text that shows as it is, whatever is in it.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

/// A value in words; a list as its elements.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => escaped(text),
        Value::Array(values) => values.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Null => "–".to_owned(),
        other => escaped(&other.to_string()),
    }
}

fn list<'a>(report: &'a Value, name: &str) -> &'a [Value] {
    report[name].as_array().map_or(&[], Vec::as_slice)
}

fn write_page(out: &mut String, report: &Value) -> std::fmt::Result {
    let (command, verdict) = (words(&report["command"]), words(&report["verdict"]));
    let good = matches!(verdict.as_str(), "holds" | "kept" | "cut");
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")?;
    writeln!(out, "<title>wsman-authz {command}: {verdict}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>")?;
    let class = if good { "good" } else { "bad" };
    writeln!(out, "<h1>wsman-authz {command} <span class=\"verdict {class}\">{verdict}</span></h1>")?;
    write_facts(out, report)?;
    for found in list(report, "counterexamples") {
        write_broken(out, found)?;
    }
    if !list(report, "last_calls").is_empty() {
        writeln!(out, "<h2>The last calls</h2>")?;
        write_sequence(out, list(report, "last_calls"), None)?;
    }
    write_table(
        out,
        "Rules",
        list(report, "rules"),
        &["id", "verdict", "side", "title", "line", "checked_in", "states"],
    )?;
    write_table(out, "Witnesses", list(report, "witnesses"), &["id", "reached", "title"])?;
    let bounds = ["scenario", "dialect", "users", "operations", "applications", "unique_states", "depth", "exhausted"];
    write_table(out, "Explorations", list(report, "scenarios"), &bounds)?;
    write_table(out, "Dialects", list(report, "dialects"), &["dialect", "requests"])?;
    writeln!(out, "</body>\n</html>")
}

/// What is said in a word or a number, and what is live.
fn write_facts(out: &mut String, report: &Value) -> std::fmt::Result {
    writeln!(out, "<dl>")?;
    for (name, value) in report.as_object().into_iter().flatten() {
        let is_shown = match value {
            Value::Array(values) => name == "live_at_end" && !values.is_empty(),
            Value::Object(_) => false,
            _ => !["command", "verdict"].contains(&name.as_str()),
        };
        if is_shown {
            writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(&name.replace('_', " ")), words(value))?;
        }
    }
    for (name, value) in report["latency_ns"].as_object().into_iter().flatten() {
        writeln!(out, "<dt>latency {}</dt><dd>{} ns</dd>", escaped(name), words(value))?;
    }
    writeln!(out, "</dl>")
}

fn write_broken(out: &mut String, found: &Value) -> std::fmt::Result {
    let rule = words(&found["rule"]);
    writeln!(
        out,
        "<section class=\"broken\">\n<h2>{rule} is broken</h2>\n<p class=\"why\">{}</p>\n<dl>",
        words(&found["why"])
    )?;
    for name in ["line", "dialect", "scenario", "times", "replay"] {
        if !found[name].is_null() {
            writeln!(out, "<dt>{name}</dt><dd>{}</dd>", words(&found[name]))?;
        }
    }
    writeln!(out, "<dt>the rule</dt><dd><code>wsman-authz rules {rule}</code></dd>\n</dl>")?;
    write_sequence(out, list(found, "steps"), found["line"].as_u64())?;
    writeln!(out, "</section>")
}

/// Who a call begins with.
fn lane(call: &str) -> &'static str {
    match call {
        "operation_end" | "record_expired" | "request_timed_out" => "host",
        "payload_created" | "payload_dropped" => "plugin",
        call if call.starts_with("user_complete") || call.starts_with("operation_complete") => "to-host",
        call if call.starts_with("quota_complete") => "to-host",
        _ => "to-plugin",
    }
}

/// The calls one under the other, between the lane of the host and that of the plug-in.
fn write_sequence(out: &mut String, steps: &[Value], marked: Option<u64>) -> std::fmt::Result {
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "<table class=\"sequence\">\n<thead><tr><th>seq</th><th>ms</th><th>thread</th>")?;
    writeln!(out, "<th>host</th><th></th><th>plug-in</th><th>with</th></tr></thead>\n<tbody>")?;
    for step in steps {
        let call = step["call"].as_str().unwrap_or("?");
        let (name, is_return) = call.strip_suffix(".return").map_or((call, false), |name| (name, true));
        let arrow = match (lane(call), is_return) {
            ("to-plugin", false) | ("to-host", true) => "⟶",
            ("to-plugin", true) | ("to-host", false) => "⟵",
            _ => "",
        };
        let shown = if is_return { format!("<i>{} returns</i>", escaped(name)) } else { escaped(name) };
        let (host, between, plugin) = match lane(call) {
            "host" => (shown, String::new(), String::new()),
            "plugin" => (String::new(), String::new(), shown),
            _ => (String::new(), format!("{arrow} {shown} {arrow}"), String::new()),
        };
        let class = if marked.is_some() && step["seq"].as_u64() == marked { " class=\"mark\"" } else { "" };
        write!(out, "<tr{class}><td>{}</td><td>{}</td>", words(&step["seq"]), words(&step["ms"]))?;
        write!(out, "<td>{}</td><td>{host}</td><td>{between}</td><td>{plugin}</td><td>", words(&step["thread"]))?;
        for (name, value) in field_order(step) {
            write!(out, "<span class=\"field\">{}&nbsp;=&nbsp;{}</span> ", escaped(name), words(value))?;
        }
        writeln!(out, "</td></tr>")?;
    }
    writeln!(out, "</tbody>\n</table>")
}

/// Rows of objects: those columns that any row has.
fn write_table(out: &mut String, title: &str, rows: &[Value], columns: &[&str]) -> std::fmt::Result {
    let columns: Vec<&str> =
        columns.iter().copied().filter(|column| rows.iter().any(|row| row.get(column).is_some())).collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "<h2>{title}</h2>\n<table>\n<thead><tr>")?;
    columns.iter().try_for_each(|column| writeln!(out, "<th>{}</th>", escaped(&column.replace('_', " "))))?;
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in rows {
        let verdict = row["verdict"].as_str().unwrap_or("");
        write!(out, "<tr class=\"{}\">", escaped(verdict))?;
        for column in &columns {
            let value = row.get(column).map(words).unwrap_or_default();
            write!(out, "<td>{value}</td>")?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::page;

    #[test]
    fn whatever_a_report_says_shows_as_it_is() {
        let evil = "<script>alert('x')</script>\u{1b}[2J\"";
        let report = json!({
            "command": "judge", "verdict": "broken", "trace": evil, "live_at_end": [evil],
            "rules": [{"id": "CL-11", "title": evil, "side": "host", "verdict": "broken", "line": 3}],
            "counterexamples": [{"rule": "CL-11", "why": evil, "line": 3, "dialect": evil,
                "steps": [{"seq": 3, "ms": 0, "thread": 1, "call": evil, "context": evil, "<b>": [evil]}]}],
        });
        let page = page(&report);
        assert!(!page.contains("<script") && !page.contains("<b>") && !page.contains('\u{1b}'), "{page}");
        assert_eq!(page.matches("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;").count(), 8, "{page}");
        assert!(page.contains("class=\"mark\"") && page.contains("<h2>CL-11 is broken</h2>"), "{page}");
        assert!(!page.contains("http"), "it needs no other file");
    }

    #[test]
    fn a_sequence_says_who_calls_whom() {
        let step = |call: &str| json!({"seq": 1, "ms": 0, "thread": 1, "call": call});
        let steps = ["authorize_user", "user_complete", "user_complete.return", "record_expired", "payload_dropped"];
        let steps: Vec<_> = steps.into_iter().map(step).collect();
        let page = page(&json!({"counterexamples": [{"rule": "CL-11", "why": "so", "steps": steps}]}));
        for cell in [
            "<td>⟶ authorize_user ⟶</td>",
            "<td>⟵ user_complete ⟵</td>",
            "<td>⟶ <i>user_complete returns</i> ⟶</td>",
            "<td>record_expired</td><td></td><td></td>",
            "<td></td><td></td><td>payload_dropped</td>",
        ] {
            assert!(page.contains(cell), "{cell}: {page}");
        }
    }
}
