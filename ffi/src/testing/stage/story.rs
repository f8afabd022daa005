//! What crossed the boundary, in order: written in the trace form, judged, kept for the report.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use wsman_authz_core::contract::{Contract, Vantage, Verdicts};
use wsman_authz_core::dialect::Dialect;
use wsman_authz_core::trace::{Cast, TraceSide, write_header, write_record};
use wsman_authz_core::{ApplicationId, Call, Crossing, OperationId, ThreadId, Timestamp, UserName};

use crate::testing::report::Broken;

/// How many records are kept.
const KEPT: usize = 1 << 16;

/// The names behind the numbers of a trace.
#[derive(Debug, Default)]
pub(in crate::testing) struct Names {
    pub(in crate::testing) applications: BTreeMap<ApplicationId, String>,
    /// Action and resource.
    pub(in crate::testing) operations: BTreeMap<OperationId, [String; 2]>,
}

impl Cast<UserName> for Names {
    fn user<'a>(&'a self, user: &'a UserName) -> [Cow<'a, str>; 2] {
        [Cow::Borrowed(user.name()), Cow::Borrowed(user.mechanism())]
    }

    fn operation(&self, operation: Option<OperationId>) -> Option<[Cow<'_, str>; 2]> {
        let [action, resource] = self.operations.get(&operation?)?;
        Some([Cow::Borrowed(action), Cow::Borrowed(resource)])
    }

    fn application(&self, application: ApplicationId) -> Cow<'_, str> {
        self.applications.get(&application).map_or(Cow::Borrowed(""), |name| Cow::Borrowed(name))
    }
}

/// The story so far, and the judge of it.
pub(in crate::testing) struct Story {
    dialect: String,
    contract: Contract<UserName, u64>,
    verdicts: Verdicts<u64>,
    seq: u64,
    records: VecDeque<(u64, Crossing<UserName>)>,
    pub(in crate::testing) names: Names,
}

impl Story {
    pub(in crate::testing) fn new(dialect: Dialect) -> Self {
        Self {
            dialect: dialect.to_string(),
            contract: Contract::new(dialect, Vantage::Host),
            verdicts: Verdicts::new(),
            seq: 1, // the first record says who wrote the trace
            records: VecDeque::new(),
            names: Names::default(),
        }
    }

    /// Something crosses; its number.
    pub(in crate::testing) fn cross(&mut self, at: Timestamp, thread: ThreadId, call: Call<UserName>) -> u64 {
        self.seq += 1;
        let crossing = Crossing { at, thread, call };
        self.verdicts.add(self.contract.observe(self.seq, &crossing));
        self.records.push_back((self.seq, crossing));
        while self.records.len() > KEPT {
            self.records.pop_front();
        }
        self.seq
    }

    /// The last records in the trace form, one a line.
    pub(in crate::testing) fn last(&self, count: usize) -> String {
        self.records.iter().skip(self.records.len().saturating_sub(count)).map(|record| self.line(record)).collect()
    }

    /// The whole trace, as far as it was kept.
    pub(in crate::testing) fn trace(&self) -> String {
        let mut header = Vec::new();
        write_header(&mut header, TraceSide::Host, Some(&self.dialect));
        format!("{}\n{}", String::from_utf8_lossy(&header), self.last(usize::MAX))
    }

    fn line(&self, (seq, crossing): &(u64, Crossing<UserName>)) -> String {
        let mut line = Vec::new();
        write_record(&mut line, *seq, crossing, &self.names);
        format!("{}\n", String::from_utf8_lossy(&line))
    }

    /// The rules that were broken, each with the calls that show it.
    pub(in crate::testing) fn broken(&self) -> Vec<Broken> {
        let calls = |evidence: &[u64]| {
            let records = self.records.iter().filter(|(seq, _)| evidence.contains(seq));
            records.map(|record| self.line(record).trim_end().to_owned()).collect()
        };
        let broken = self.verdicts.broken().map(|(violation, times)| Broken {
            rule: violation.rule,
            why: violation.why.clone(),
            times,
            calls: calls(&violation.evidence),
        });
        broken.collect()
    }
}
