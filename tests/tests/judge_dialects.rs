//! `judge` keeps few readings of a trace and splits them late; here it is held against every dialect on its own.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::trace::{Cast, TraceSide, write_header, write_record};
use wsman_authz_core::{OperationId, Rule};
use wsman_authz_models::drive::RuleVerdict;
use wsman_authz_models::judge::{Choice, JudgeReport, JudgeVerdict, Source, judge_stream};
use wsman_authz_tests::teller::{Trace, in_short, tell};

struct Names;

impl Cast<u8> for Names {
    fn user<'a>(&'a self, user: &'a u8) -> [Cow<'a, str>; 2] {
        [format!("CORP\\user{user}").into(), "Negotiate".into()]
    }

    fn operation(&self, _: Option<OperationId>) -> Option<[Cow<'_, str>; 2]> {
        Some(["Get".into(), "everything".into()])
    }
}

/// The trace as a file would have it.
fn written(trace: &Trace, header: Option<TraceSide>) -> Vec<u8> {
    let mut text = Vec::new();
    if let Some(side) = header {
        write_header(&mut text, side, None);
        text.push(b'\n');
    }
    for (seq, crossing) in (2..).zip(trace) {
        write_record(&mut text, seq, crossing, &Names);
        text.push(b'\n');
    }
    text
}

fn judged(text: &[u8], choice: Choice) -> JudgeReport {
    judge_stream(&Source::new(Path::new("-")), text, choice).unwrap_or_else(|error| panic!("{error}"))
}

fn broken(report: &JudgeReport) -> BTreeSet<Rule> {
    let broken = report.rules.iter().filter(|row| row.verdict == RuleVerdict::Broken);
    broken.filter_map(|row| Rule::find(&row.id)).collect()
}

/// Every dialect in the fields that a judge reads.
fn dialects() -> impl Iterator<Item = Dialect> {
    let fields = [
        ["release_counting=per-report", "release_counting=per-value"],
        ["failure_context=ignored", "failure_context=released"],
        ["expiry=pinned", "expiry=user-first"],
    ];
    (0..8_usize).map(move |number| {
        let words: Vec<&str> = (0..3).map(|field| fields[field][number >> field & 1]).collect();
        Dialect::parse(&words.join(",")).expect("a dialect")
    })
}

fn config() -> ProptestConfig {
    ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn late_splitting_finds_what_every_dialect_finds(
        choices in prop::collection::vec(any::<u16>(), 0..60),
        plugin in any::<bool>(),
        told in any::<bool>(),
        spoken in 0..8_usize,
    ) {
        let trace = tell(&choices, dialects().nth(spoken).unwrap_or_default(), plugin, false);
        let side = if plugin { TraceSide::Plugin } else { TraceSide::Host };
        let text = written(&trace, told.then_some(side));
        let each: Vec<BTreeSet<Rule>> = dialects().map(|dialect| broken(&judged(&text, Choice::Only(dialect)))).collect();
        let report = judged(&text, Choice::Every);
        let found = broken(&report);
        let everywhere = each.iter().skip(1).fold(each[0].clone(), |all, one| &all & one);
        prop_assert_eq!(report.verdict == JudgeVerdict::Broken, each.iter().all(|one| !one.is_empty()));
        if everywhere.is_empty() {
            prop_assert!(each.contains(&found), "{found:?} is what some dialect finds: {each:?}\n{}", in_short(&trace));
        } else {
            prop_assert_eq!(found, everywhere, "{}", in_short(&trace));
        }
    }
}
