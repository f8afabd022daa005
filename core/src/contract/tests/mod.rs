//! For each rule that is judged, a story that breaks it alone and a neighbour that does not.

mod applications;
mod boundary;
mod failures;
mod judge;
mod late;
mod leases;
mod memory;
mod names;
mod operations;
mod payloads;
mod records;
mod refusals;
mod renewals;
mod requests;
mod sharing;
mod values;
mod verdicts;

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Contract, Vantage, Verdict, Verdicts};
use crate::call::{Call, Completion, Crossing, EndOfOperation, Identity, Quota, RequestKind};
use crate::code::{ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER};
use crate::dialect::Dialect;
use crate::id::{ApplicationId, Context, OperationId, PayloadId, Sender, ThreadId};
use crate::rule::{Rule, RuleSet};
use crate::time::{Millis, Timestamp};

/// The idle time-out in every story.
const IDLE: u64 = 100;

/// A trace that is told step by step. Users and payloads are digits; requests, contexts and operations are numbers.
struct Story {
    contract: Contract<u8, u32>,
    verdicts: Verdicts<u32>,
    kinds: BTreeMap<u64, RequestKind>,
    application: ApplicationId,
    payload: Option<PayloadId>,
    thread: u32,
    at: u64,
    line: u32,
}

/// A story under a dialect, as both sides see it, in which application 1 runs.
fn story(dialect: &str) -> Story {
    seen(dialect, Vantage::Both).starts(1)
}

/// A story in which nothing has started.
fn seen(dialect: &str, vantage: Vantage) -> Story {
    let dialect = Dialect::parse(dialect).expect("a dialect");
    Story {
        contract: Contract::new(dialect, vantage),
        verdicts: Verdicts::new(),
        kinds: BTreeMap::new(),
        application: ApplicationId(1),
        payload: None,
        thread: 1,
        at: 0,
        line: 0,
    }
}

fn sender(number: u64) -> Sender {
    Sender::new(number).expect("not NULL")
}

impl Story {
    // Where and when.

    fn at(mut self, ms: u64) -> Self {
        self.at = ms;
        self
    }

    fn on(mut self, thread: u32) -> Self {
        self.thread = thread;
        self
    }

    fn within(mut self, application: u32) -> Self {
        self.application = ApplicationId(application);
        self
    }

    /// What the next contexts stand on.
    fn with_payload(mut self, payload: u64) -> Self {
        self.payload = Some(PayloadId(payload));
        self
    }

    fn remembering(mut self, remember: usize) -> Self {
        self.contract = self.contract.with_memory(remember);
        self
    }

    fn crosses(mut self, call: Call<u8>) -> Self {
        self.line += 1;
        let crossing = Crossing { at: Timestamp(self.at), thread: ThreadId(self.thread), call };
        let findings = self.contract.observe(self.line, &crossing);
        for violation in &findings.broken {
            assert_eq!(violation.evidence.last(), Some(&self.line), "the last mark is the crossing itself");
            assert!(!violation.why.is_empty());
        }
        self.verdicts.add(findings);
        self
    }

    // The host.

    fn starting(self, application: u32) -> Self {
        let application = ApplicationId(application);
        self.crosses(Call::Startup { application, flags: 0, idle: Some(Millis(IDLE)) })
    }

    fn starts(self, application: u32) -> Self {
        let started = Call::StartupReturn { application: ApplicationId(application), error: 0 };
        self.starting(application).crosses(started).within(application)
    }

    fn asks(mut self, request: u64, kind: RequestKind, call: Call<u8>) -> Self {
        self.kinds.insert(request, kind);
        self.crosses(call)
    }

    fn asks_user(self, request: u64, user: u8, reauthorization: Option<bool>) -> Self {
        let (application, sender) = (self.application, sender(request));
        self.asks(request, RequestKind::User, Call::AuthorizeUser { application, sender, user, reauthorization })
    }

    fn first(self, request: u64, user: u8) -> Self {
        self.asks_user(request, user, Some(false))
    }

    fn again(self, request: u64, user: u8) -> Self {
        self.asks_user(request, user, Some(true))
    }

    fn operation(self, request: u64, user: u8, operation: u64) -> Self {
        let (application, sender, operation) = (self.application, sender(request), Some(OperationId(operation)));
        let call = Call::AuthorizeOperation { application, sender, user, operation };
        self.asks(request, RequestKind::Operation, call)
    }

    fn quota(self, request: u64, user: u8) -> Self {
        let (application, sender) = (self.application, sender(request));
        self.asks(request, RequestKind::Quota, Call::QueryQuota { application, sender, user })
    }

    fn releasing(self, context: u64) -> Self {
        self.crosses(Call::Release { context: Context::new(context) })
    }

    fn releases(self, context: u64) -> Self {
        self.releasing(context).crosses(Call::ReleaseReturn { context: Context::new(context) })
    }

    fn ends(self, operation: u64) -> Self {
        self.crosses(Call::OperationEnd { operation: OperationId(operation), how: EndOfOperation::Completed })
    }

    fn expires(self, user: u8) -> Self {
        let application = self.application;
        self.crosses(Call::RecordExpired { application, user })
    }

    fn times_out(self, request: u64) -> Self {
        self.crosses(Call::RequestTimedOut { sender: sender(request) })
    }

    fn stopping(self) -> Self {
        let application = self.application;
        self.crosses(Call::Shutdown { application, reason: 3 })
    }

    fn stopped(self) -> Self {
        let application = self.application;
        self.crosses(Call::ShutdownReturn { application, error: 0 })
    }

    fn stops(self) -> Self {
        self.stopping().stopped()
    }

    // The plug-in.

    /// What the plug-in would say to a request.
    fn answer(&self, request: u64, context: u64, error: u32) -> Completion {
        let kind = self.kinds.get(&request).copied().unwrap_or(RequestKind::User);
        let success = error == 0;
        let quota = Quota { shells: 2, operations: 2, timeslot_s: 60, per_timeslot: 10 };
        Completion {
            context: Context::new(context),
            identity: (success && kind == RequestKind::User).then_some(Identity::Client),
            quota: (success && kind == RequestKind::Quota).then_some(quota),
            payload: self.payload.filter(|_| context != 0),
            ..Completion::failure(kind, sender(request), error)
        }
    }

    fn says(self, completion: Completion) -> Self {
        self.crosses(Call::Complete(completion))
    }

    fn saying_yes(self, request: u64, context: u64) -> Self {
        let answer = self.answer(request, context, 0);
        self.says(answer)
    }

    fn returns(self, request: u64, error: u32) -> Self {
        let kind = self.kinds.get(&request).copied().unwrap_or(RequestKind::User);
        self.crosses(Call::CompleteReturn { kind, sender: Some(sender(request)), error })
    }

    fn yes(self, request: u64, context: u64) -> Self {
        self.saying_yes(request, context).returns(request, 0)
    }

    fn saying_no(self, request: u64) -> Self {
        let answer = self.answer(request, 0, ERROR_ACCESS_DENIED);
        self.says(answer)
    }

    fn no(self, request: u64) -> Self {
        self.saying_no(request).returns(request, 0)
    }

    /// A failure that carries a context.
    fn fails(self, request: u64, context: u64) -> Self {
        let answer = self.answer(request, context, 5);
        self.says(answer).returns(request, 0)
    }

    /// A yes that the host refuses.
    fn refused(self, request: u64, context: u64) -> Self {
        self.saying_yes(request, context).returns(request, ERROR_INVALID_PARAMETER)
    }

    /// A denial with a redirect to `url`.
    fn redirects(self, request: u64, url: &'static str) -> Self {
        let mut answer = self.answer(request, 0, crate::code::ERROR_WSMAN_REDIRECT_REQUESTED);
        answer.extended = Some(Cow::Borrowed(url));
        self.says(answer).returns(request, 0)
    }

    fn creates(self, payload: u64) -> Self {
        self.crosses(Call::PayloadCreated { payload: PayloadId(payload) })
    }

    fn drops(self, payload: u64) -> Self {
        self.crosses(Call::PayloadDropped { payload: PayloadId(payload) })
    }

    // The end of the story.

    fn whys(&self) -> Vec<(Rule, &str)> {
        self.verdicts.broken().map(|(first, _)| (first.rule, first.why.as_str())).collect()
    }

    /// These rules are broken and no other. Returns the reason of the first.
    fn breaks(&self, rules: &[Rule]) -> String {
        let broken: Vec<Rule> = self.verdicts.broken().map(|(first, _)| first.rule).collect();
        assert_eq!(broken, rules, "{:?}", self.whys());
        self.verdicts.violation(rules[0]).expect("it is broken").0.why.clone()
    }

    /// No rule is broken, and this one could have been.
    fn keeps(&self, rule: Rule) {
        assert_eq!(self.whys(), []);
        assert_eq!(self.verdicts.verdict(rule, self.contract.observables()), Verdict::Kept, "{rule}");
    }

    fn live(&self) -> Vec<u64> {
        self.contract.live().map(Context::value).collect()
    }

    /// How many releases of the value are not decided.
    fn undecided(&self, context: u64) -> u64 {
        self.contract.undecided(Context::new(context).expect("not NULL"))
    }
}

#[test]
fn an_empty_trace_reaches_nothing() {
    let story = seen("", Vantage::Both);
    for rule in Rule::ALL {
        let verdict = story.verdicts.verdict(*rule, story.contract.observables());
        assert!(matches!(verdict, Verdict::NotReached | Verdict::NotObservable), "{rule}");
    }
    assert_eq!(story.verdicts.reached(), RuleSet::EMPTY);
}
