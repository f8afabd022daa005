//! Every cell of the table in `request.rs`: each phase of a request, met by each input that may end it.

use super::*;
use crate::call::RequestKind;
use crate::code::ERROR_OPERATION_ABORTED;
use crate::engine::Payload::Fresh;

/// Where [`R0`], a first request of ALICE, stands; and whether the policy has given its reply back.
#[derive(Clone, Copy, Debug)]
enum Stands {
    Asked,
    /// Denied by the deadline; the policy still holds the reply.
    Denied,
    /// Answered yes, with payload `p` and `lease(0, 1)`.
    Answered,
    /// As `Denied`, and the host has accepted.
    Over,
    /// As `Answered`, and the host has accepted.
    Gone,
}

const ROWS: [Stands; 5] = [Stands::Asked, Stands::Denied, Stands::Answered, Stands::Over, Stands::Gone];

fn that(stands: Stands) -> Story {
    let mut story = hurried();
    story.then(asks_user(A, 1, ALICE), [asked(R0, USER, None)]);
    match stands {
        Stands::Asked => {}
        Stands::Denied | Stands::Over => story.at(10).then(Input::Tick, [no(R0, USER, 1, ERROR_ACCESS_DENIED)]),
        Stands::Answered | Stands::Gone => {
            story.then(answers(R0, let_in(Fresh("p"))), [yes_user(R0, 1, lease(0, 1))]);
        }
    }
    if matches!(stands, Stands::Over | Stands::Gone) {
        story.then(accepts(R0), []);
    }
    story
}

type Outcome = Result<Vec<Does>, Misuse>;
type After = Option<(Phase, bool)>;

/// One column of the table: what happens before the deadline, and what becomes of it in each row.
#[track_caller]
fn column(input: impl Fn() -> Happens, cells: [(Outcome, After); 5]) {
    column_at(9, input, cells);
}

#[track_caller]
fn column_at(now: u64, input: impl Fn() -> Happens, cells: [(Outcome, After); 5]) {
    for (stands, (outcome, after)) in ROWS.into_iter().zip(cells) {
        let mut story = that(stands);
        story.now = now;
        assert_eq!(story.step(input()), outcome, "{stands:?} meets {:?}", input());
        assert_eq!(story.phase(R0), after, "{stands:?} after {:?}", input());
        story.wind_up();
    }
}

fn does<const N: usize>(effects: [Does; N]) -> Outcome {
    Ok(Vec::from(effects))
}

fn denied(error: u32) -> Does {
    no(R0, RequestKind::User, 1, error)
}

const ASKED: After = Some((Phase::Asked, true));
const DENIED: After = Some((Phase::Completing, true));
const ANSWERED: After = Some((Phase::Completing, false));
const OVER: After = Some((Phase::Over, true));
const GONE: After = None;

#[test]
fn cl_50_phases_met_by_an_answer() {
    let lost = |misuse| does([reports(misuse), Effect::CloseToken(TOKEN), Effect::Drop("q")]);
    let said = yes_user_as(R0, 1, lease(0, 1), crate::call::Identity::Token(TOKEN));
    column(
        || answers(R0, let_in_as(TOKEN, "q")),
        [
            (does([said]), ANSWERED),
            (lost(Misuse::TooLate(R0)), ANSWERED),
            (lost(Misuse::NoReplyDue(R0)), ANSWERED),
            (lost(Misuse::TooLate(R0)), GONE),
            (lost(Misuse::NoReplyDue(R0)), GONE),
        ],
    );
}

#[test]
fn cl_50_phases_met_by_an_abandoned_reply() {
    for why in [Abandoned::Dropped, Abandoned::Panicked] {
        column(
            || abandons(R0, why),
            [
                (does([denied(ERROR_ACCESS_DENIED)]), ANSWERED),
                (does([]), ANSWERED),
                (Err(Misuse::NoReplyDue(R0)), ANSWERED),
                (does([]), GONE),
                (Err(Misuse::NoReplyDue(R0)), GONE),
            ],
        );
    }
}

#[test]
fn cl_70_phases_met_by_the_deadline() {
    column_at(
        10,
        || Input::Tick,
        [
            (does([denied(ERROR_ACCESS_DENIED)]), DENIED),
            (does([]), DENIED),
            (does([]), ANSWERED),
            (does([]), OVER),
            (does([]), GONE),
        ],
    );
}

#[test]
fn cl_54_phases_met_by_shutdown() {
    column(
        || stops(A),
        [
            (does([denied(ERROR_OPERATION_ABORTED)]), DENIED),
            (does([]), DENIED),
            (does([]), ANSWERED),
            (does([drained(A, 0, 1)]), OVER),
            (does([Effect::Drop("p"), drained(A, 1, 0)]), GONE),
        ],
    );
}

#[test]
fn cl_50_phases_met_by_an_accepted_completion() {
    column(
        || accepts(R0),
        [
            (Err(Misuse::NotCompleting(R0)), ASKED),
            (does([]), OVER),
            (does([]), GONE),
            (Err(Misuse::NotCompleting(R0)), OVER),
            (Err(Misuse::NotCompleting(R0)), GONE),
        ],
    );
}

#[test]
fn cl_17_phases_met_by_a_refused_completion() {
    column(
        || refuses(R0),
        [
            (Err(Misuse::NotCompleting(R0)), ASKED),
            (does([]), OVER),
            (does([Effect::Drop("p")]), GONE),
            (Err(Misuse::NotCompleting(R0)), OVER),
            (Err(Misuse::NotCompleting(R0)), GONE),
        ],
    );
}
