//! Which records of a trace tell the story of a few of them.

use std::collections::BTreeSet;

use serde_json::Value;

/// How many records explain one broken rule.
const STEPS: usize = 40;

/// What ties two records together: the field and its value.
fn ties(record: &Value) -> impl Iterator<Item = (&'static str, &str)> {
    ["request", "context", "operation"].into_iter().filter_map(|field| Some((field, record[field].as_str()?)))
}

/// The records with the numbers in `evidence`, and the last of those that are about the same requests, contexts and
/// operations.
pub(crate) fn related(records: &[(u64, Value)], evidence: &[u64]) -> Vec<Value> {
    let is_evidence = |number: u64| evidence.contains(&number);
    let mut known: BTreeSet<_> =
        records.iter().filter(|(number, _)| is_evidence(*number)).flat_map(|(_, record)| ties(record)).collect();
    // A completion ties a context to its request: once more for what those are tied to.
    let more: BTreeSet<_> = records
        .iter()
        .map(|(_, record)| record)
        .filter(|record| record["call"].as_str().is_some_and(|call| call.ends_with("_complete")))
        .filter(|record| ties(record).any(|tie| known.contains(&tie)))
        .flat_map(ties)
        .filter(|(field, _)| *field == "request")
        .collect();
    known.extend(more);
    let is_told =
        |(number, record): &&(u64, Value)| is_evidence(*number) || ties(record).any(|tie| known.contains(&tie));
    let told: Vec<_> = records.iter().filter(is_told).collect();
    let spare = told.len().saturating_sub(STEPS);
    let kept = told.iter().enumerate().filter(|(place, (number, _))| *place >= spare || is_evidence(*number));
    kept.map(|(_, (_, record))| record.clone()).collect()
}
