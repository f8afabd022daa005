//! What is generated in SPEC.md: the line `Checked:` of each rule, and the section at the end.

use std::collections::BTreeMap;

use super::{Coverage, Evidence, RuleRow};

/// The heading of the section at the end.
const HEADING: &str = "\n## Coverage\n";

const OPENING: &str = "
What each rule stands on, and what it does without. Written by `UPDATE_COVERAGE=1 cargo test -p wsman-authz-tests coverage::`,
which fails if this is stale, if something is missing without a reason, or if a reason is not needed any more.
`wsman-authz rules --coverage` prints it in full.
";

impl Coverage {
    /// SPEC.md with its generated lines as they should be.
    #[must_use]
    pub fn written_into(&self, spec: &str) -> String {
        let written = spec.split(HEADING).next().unwrap_or_default();
        let mut rule = None;
        let line = |line: &str| {
            if line.starts_with('#') {
                rule = self.rules.iter().find(|row| line.starts_with(&format!("### {} ", row.id)));
            }
            match rule.filter(|_| line.starts_with("Checked: ")) {
                Some(rule) => format!("Checked: {}.\n", rule.checked.join(", ")),
                None => format!("{line}\n"),
            }
        };
        let written: String = written.lines().map(line).collect();
        format!("{written}{HEADING}{OPENING}{}{}{}", self.table(), self.without(), self.assumed())
    }

    fn table(&self) -> String {
        let row = |row: &RuleRow| {
            let cells = [Evidence::Site, Evidence::Judge, Evidence::Test].map(|kind| folded(row.places(kind)));
            let broken = [Evidence::Fault, Evidence::Trace, Evidence::Plugin].map(|kind| coded(row.places(kind)));
            let (places, broken) = (cells.join(" | "), broken.join(" | "));
            let (witnesses, seen_by) = (or_none(row.witnesses.join(", ")), or_none(row.seen_by.join(", ")));
            format!("| {} | {places} | {witnesses} | {broken} | {seen_by} |\n", row.id)
        };
        let head = "Rule | Upheld in | Judged in | Tested in | Witnesses | Faults | Traces that break it | Plug-ins that break it | Seen by";
        let rule = "---|".repeat(head.split(" | ").count());
        format!("\n| {head} |\n|{rule}\n{}", self.rules.iter().map(row).collect::<String>())
    }

    fn without(&self) -> String {
        let row = |row: &RuleRow| {
            let excuse = |excuse: &super::Excuse| format!("| {} | {} | {} |\n", row.id, excuse.missing, excuse.why);
            row.excused.iter().map(excuse).collect::<String>()
        };
        let rows: String = self.rules.iter().map(row).collect();
        format!("\n| Rule | Does without | Because |\n|---|---|---|\n{rows}")
    }

    fn assumed(&self) -> String {
        let row = |row: &super::AssumptionRow| {
            let why = row.excused.map_or_else(|| folded(&row.places), |why| format!("none: {why}"));
            format!("| {} | {why} |\n", row.id)
        };
        let rows: String = self.assumptions.iter().map(row).collect();
        format!("\n| Assumption or promise | Lines that stand on it |\n|---|---|\n{rows}")
    }
}

/// Files by their folder: `core/src/engine/{allow, ask}`.
fn folded(files: &[String]) -> String {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for file in files {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        folders.entry(folder).or_default().push(name.trim_end_matches(".rs"));
    }
    let folder = |(folder, names): (&str, Vec<&str>)| match names.as_slice() {
        [only] => format!("`{folder}/{only}`"),
        _ => format!("`{folder}/{{{}}}`", names.join(", ")),
    };
    or_none(folders.into_iter().map(folder).collect::<Vec<_>>().join(" "))
}

fn coded(names: &[String]) -> String {
    or_none(names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

fn or_none(text: String) -> String {
    if text.is_empty() { "–".to_owned() } else { text }
}
