//! Each answer: what it does, what it refuses, and that what is refused changed nothing.

use std::ptr;

use super::author::{Board, PAYLOAD, POLICY, WITH_QUOTA, empty, numbers, payload, run};
use super::host::{Host, Request, wide};
use crate::answers::{
    IdentityCode, QuotaAnswer, wsman_authz_allow_operation, wsman_authz_allow_user, wsman_authz_answer_quota,
    wsman_authz_deny, wsman_authz_question_of, wsman_authz_redirect, wsman_authz_user_payload,
};
use crate::policy::Policy;
use crate::question::Request as Number;
use crate::statistics::Statistics;
use crate::status::Status;

const CLIENT: u32 = IdentityCode::Client as u32;
const TOKEN: u32 = IdentityCode::Token as u32;
const HOST: u32 = IdentityCode::HostProcess as u32;

fn allow_user(request: Number, number: usize, identity: u32, token: usize) -> Status {
    let pointer = if number == 0 { ptr::null_mut() } else { payload(number) };
    // SAFETY: CA-06: behind the tokens of these tests is nothing.
    unsafe { wsman_authz_allow_user(request, pointer, identity, ptr::without_provenance_mut(token), 0) }
}

fn deny(request: Number, error: u32, text: Option<&[u16]>) -> Status {
    // SAFETY: CA-03: each test ends its text with a NUL.
    unsafe { wsman_authz_deny(request, error, text.map_or(ptr::null(), <[u16]>::as_ptr)) }
}

fn redirect(request: Number, url: &str) -> Status {
    // SAFETY: CA-03.
    unsafe { wsman_authz_redirect(request, wide(url).as_ptr()) }
}

fn quota(request: Number, timeslot_s: u32) -> Status {
    let quota = QuotaAnswer { shells: 1, operations: 2, timeslot_s, per_timeslot: 4 };
    // SAFETY: CA-04.
    unsafe { wsman_authz_answer_quota(request, &raw const quota) }
}

/// A request about the user `park` that waits for its answer.
fn parked(policy: Policy) -> ((Host, &'static Board), Box<Request>, Number) {
    let ((host, board), request) = (run(policy), Request::of("park"));
    host.user(&request);
    ((host, board), request, board.parked("park"))
}

#[test]
fn cl_50_a_second_answer_is_stale() {
    let ((host, _), request, number) = parked(POLICY);
    assert_eq!(deny(number, 0, None), Status::Ok);
    assert_eq!((request.verdict().error, request.verdict().text), (5, None));
    for _ in 0..2 {
        assert_eq!(deny(number, 0, None), Status::StaleRequest);
        assert_eq!(allow_user(number, 1, CLIENT, 0), Status::StaleRequest);
        assert_eq!(wsman_authz_allow_operation(number, payload(1)), Status::StaleRequest);
        assert_eq!((redirect(number, "https://b/"), quota(number, 1)), (Status::StaleRequest, Status::StaleRequest));
    }
    assert_eq!(request.verdict().error, 5, "nothing more was said");
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_50_a_number_that_was_never_given_out_is_unknown() {
    let ((host, _), _request, number) = parked(POLICY);
    // The last ones are what another copy of the library, or a bug, could come up with.
    for stranger in [0, 1, number ^ (1 << 62), u64::MAX] {
        assert_eq!(deny(stranger, 0, None), Status::UnknownRequest);
        assert_eq!(allow_user(stranger, 1, HOST, 0), Status::UnknownRequest);
    }
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_51_an_answer_of_the_wrong_kind_leaves_the_request_open() {
    let ((host, board), request, number) = parked(WITH_QUOTA);
    assert_eq!(
        (wsman_authz_allow_operation(number, payload(1)), quota(number, 1)),
        (Status::WrongKind, Status::WrongKind)
    );
    assert!(request.is_open());
    assert_eq!(allow_user(number, 0, CLIENT, 0), Status::Ok);
    let (operation, query) = (Request::of("park"), Request::of("park"));
    host.operation(&operation, "", "");
    let number = board.parked("park");
    assert_eq!(
        (allow_user(number, 1, CLIENT, 0), redirect(number, "https://b/")),
        (Status::WrongKind, Status::WrongKind)
    );
    assert_eq!(wsman_authz_allow_operation(number, ptr::null_mut()), Status::Ok);
    host.quota(&query);
    let number = board.parked("park");
    assert_eq!(
        (allow_user(number, 1, CLIENT, 0), wsman_authz_allow_operation(number, payload(1))),
        (Status::WrongKind, Status::WrongKind)
    );
    assert_eq!(quota(number, 3), Status::Ok);
    assert_eq!((operation.verdict().error, query.verdict().quota), (0, Some([1, 2, 3, 4])));
    host.release(request.verdict().context);
    assert_eq!((host.shutdown(), board.dropped()), (0, vec![]), "nothing was handed over");
}

#[test]
fn cl_72_an_identity_is_one_of_three_and_fits_its_token() {
    let ((host, board), request, number) = parked(POLICY);
    for (identity, token) in [(0, 0), (4, 0), (u32::MAX, 0), (TOKEN, 0), (CLIENT, 9), (HOST, 9)] {
        assert_eq!(allow_user(number, 1, identity, token), Status::BadIdentity);
    }
    assert!(request.is_open());
    assert_eq!(allow_user(number, 1, TOKEN, 0x99), Status::Ok);
    assert_eq!((request.verdict().token, request.verdict().administrator), (0x99, false));
    assert_eq!((host.shutdown(), board.dropped()), (0, vec![1]));
}

#[test]
fn cl_72_the_identity_of_the_host_is_said_by_name() {
    let ((host, _), request, number) = parked(POLICY);
    assert_eq!(allow_user(number, 0, HOST, 0), Status::Ok);
    assert_eq!((request.verdict().error, request.verdict().token), (0, 0));
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_72_a_client_without_a_token_has_no_identity() {
    let ((host, board), request) = (run(POLICY), Request::of("park").without_token());
    host.user(&request);
    let number = board.parked("park");
    assert_eq!(allow_user(number, 1, CLIENT, 0), Status::NoClientToken);
    assert!(request.is_open());
    assert_eq!(deny(number, 0, None), Status::Ok);
    assert_eq!((host.shutdown(), board.dropped()), (0, vec![]), "the payload is still the author's");
}

#[test]
fn cl_13_a_payload_that_could_not_be_dropped_is_not_taken() {
    let ((host, board), request, number) = parked(Policy { drop_payload: None, ..POLICY });
    assert_eq!(allow_user(number, 1, CLIENT, 0), Status::NoDropPayload);
    assert_eq!(allow_user(number, 0, CLIENT, 0), Status::Ok);
    let operation = Request::of("park");
    host.operation(&operation, "", "");
    let number = board.parked("park");
    assert_eq!(wsman_authz_allow_operation(number, payload(1)), Status::NoDropPayload);
    assert_eq!(wsman_authz_allow_operation(number, ptr::null_mut()), Status::Ok);
    assert_eq!((request.verdict().error, operation.verdict().error, host.shutdown()), (0, 0, 0));
}

#[test]
fn cl_73_only_an_absolute_http_url_is_a_redirect() {
    let ((host, _), request, number) = parked(POLICY);
    for url in ["", "/wsman", "ftp://b/", "https://"] {
        assert_eq!(redirect(number, url), Status::BadUrl);
    }
    // SAFETY: CA-03: NULL is allowed.
    assert_eq!(unsafe { wsman_authz_redirect(number, ptr::null()) }, Status::NullArgument);
    // SAFETY: CA-03: it ends with a NUL.
    assert_eq!(unsafe { wsman_authz_redirect(number, [0xD800, 0].as_ptr()) }, Status::BadText);
    assert!(request.is_open());
    assert_eq!(redirect(number, "https://b.example/wsman"), Status::Ok);
    let verdict = request.verdict();
    assert_eq!((verdict.error, verdict.text.as_deref()), (0x8033_8199, Some("https://b.example/wsman")));
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_80_a_quota_is_given_and_has_a_time_slot() {
    let ((host, board), user, request) = (run(WITH_QUOTA), Request::of("park"), Request::of("park"));
    host.user(&user);
    assert_eq!(allow_user(board.parked("park"), 0, CLIENT, 0), Status::Ok);
    host.quota(&request);
    let number = board.parked("park");
    // SAFETY: CA-04: NULL is allowed.
    assert_eq!(unsafe { wsman_authz_answer_quota(number, ptr::null()) }, Status::NullArgument);
    assert_eq!((quota(number, 0), request.is_open()), (Status::BadQuota, true));
    assert_eq!((quota(number, 1), request.verdict().quota), (Status::Ok, Some([1, 2, 1, 4])));
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_80_a_policy_without_an_opinion_gives_the_defaults() {
    let ((host, _), user, request) = (run(POLICY), Request::of("alice"), Request::of("alice"));
    host.user(&user);
    host.quota(&request);
    let mut default = QuotaAnswer { shells: 0, operations: 0, timeslot_s: 0, per_timeslot: 0 };
    // SAFETY: CA-04.
    assert_eq!(unsafe { crate::statistics::wsman_authz_default_quota(&raw mut default) }, Status::Ok);
    let QuotaAnswer { shells, operations, timeslot_s, per_timeslot } = default;
    assert_eq!(request.verdict().quota, Some([shells, operations, timeslot_s, per_timeslot]));
    // SAFETY: CA-04: NULL is allowed.
    assert_eq!(unsafe { crate::statistics::wsman_authz_default_quota(ptr::null_mut()) }, Status::NullArgument);
    assert_eq!(host.shutdown(), 0);
}

#[test]
fn cl_70_a_denial_has_a_code_that_is_no_yes_and_a_text_that_can_be_read() {
    for (error, text, says) in [(0, "", 5), (0, "no", 5), (1234, "no", 1234)] {
        let ((host, _), request, number) = parked(POLICY);
        let endless = vec![0x61; 70_000];
        for bad in [&[0xDC00, 0][..], &[0x61, 0xD800, 0], &endless] {
            assert_eq!(deny(number, error, Some(bad)), Status::BadText);
        }
        assert!(request.is_open());
        assert_eq!(deny(number, error, Some(&wide(text))), Status::Ok);
        assert_eq!((request.verdict().error, request.verdict().text.as_deref()), (says, Some(text)));
        assert_eq!(host.shutdown(), 0);
    }
}

#[test]
fn a_question_and_a_payload_are_found_by_the_number_of_the_request() {
    let ((host, board), first, again) = (run(POLICY), Request::of("park"), Request::of("park"));
    host.user(&first);
    let number = board.parked("park");
    let (mut question, mut has) = (ptr::dangling(), ptr::dangling_mut());
    // SAFETY: CA-04, here and below.
    let mut look = |number| unsafe { wsman_authz_question_of(number, &raw mut question) };
    assert_eq!(look(number), Status::Ok);
    // SAFETY: CA-05: it is not answered.
    assert_eq!(unsafe { (*question).request }, number);
    // SAFETY: CA-04.
    assert_eq!(unsafe { wsman_authz_user_payload(number, &raw mut has) }, Status::Ok);
    assert!(has.is_null());
    assert_eq!(allow_user(number, 5, CLIENT, 0), Status::Ok);
    // SAFETY: CA-04.
    assert_eq!(unsafe { wsman_authz_question_of(number, &raw mut question) }, Status::StaleRequest);
    assert!(question.is_null());
    host.user(&again);
    let number = board.parked("park");
    // SAFETY: CA-04.
    assert_eq!(unsafe { wsman_authz_user_payload(number, &raw mut has) }, Status::Ok);
    assert_eq!(has.addr(), PAYLOAD + 5);
    // SAFETY: CA-04: NULL is allowed.
    assert_eq!(unsafe { wsman_authz_user_payload(number, ptr::null_mut()) }, Status::NullArgument);
    // SAFETY: CA-04: NULL is allowed.
    assert_eq!(unsafe { wsman_authz_question_of(number, ptr::null_mut()) }, Status::NullArgument);
    // SAFETY: CA-04.
    assert_eq!(unsafe { wsman_authz_user_payload(7, &raw mut has) }, Status::UnknownRequest);
    assert!(has.is_null());
    assert_eq!(
        numbers(host.policy),
        Statistics { applications: 1, live_leases: 1, payloads: 1, open_requests: 1, held_requests: 1, ..empty() }
    );
    assert_eq!((host.shutdown(), board.dropped()), (0, vec![5]));
}
