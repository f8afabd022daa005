//! Numbers about a policy, for logs and health checks.

#![expect(unsafe_code, reason = "the author passes pointers")]

use std::sync::Arc;

use wsman_authz::__private::guard;
use wsman_authz::DEFAULT_QUOTA;

use crate::answers::QuotaAnswer;
use crate::engines;
use crate::policy::Policy;
use crate::requests::REQUESTS;
use crate::status::Status;

/// What there is of a policy now, and what happened since it was first started.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// sizeof(wsman_authz_statistics); set it before the call.
    pub size: usize,
    /// Applications that run.
    pub applications: u64,
    /// Contexts that the host holds.
    pub live_leases: u64,
    /// Payloads behind them, or looked at by requests.
    pub payloads: u64,
    /// Requests that the host waits for.
    pub open_requests: u64,
    /// Requests that you have not answered; those that were denied as overdue among them.
    pub held_requests: u64,
    /// Answers that the host refused (CL-17).
    pub refused_completions: u64,
    /// Times that the host or the policy broke the contract, such as releases of what is no live lease (CL-16). Each
    /// is logged.
    pub misuses: u64,
    /// Answers and look-ups that returned another status than OK: of all policies behind this library.
    pub refused_answers: u64,
}

/// Reads the numbers of a policy.
///
/// Returns OK, NULL_ARGUMENT, WRONG_SIZE, NOT_RUNNING, INTERNAL.
///
/// # Safety
/// CA-04.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_read_statistics(policy: *const Policy, statistics: *mut Statistics) -> Status {
    guard("statistics", Status::Internal, || {
        if policy.is_null() || statistics.is_null() {
            return Status::NullArgument;
        }
        // SAFETY: CA-04: it begins with its size; not NULL, checked above.
        let size = unsafe { statistics.cast::<usize>().read() };
        if size != size_of::<Statistics>() {
            return Status::WrongSize;
        }
        let Some(engine) = engines::find(policy) else { return Status::NotRunning };
        let now = engine.exported.statistics();
        let held = REQUESTS.held_by(|state| Arc::ptr_eq(&state.author, &engine.author));
        let numbers = Statistics {
            size,
            applications: now.applications,
            live_leases: now.live_leases,
            payloads: now.payloads,
            open_requests: now.open_requests,
            held_requests: held as u64,
            refused_completions: now.refused_completions,
            misuses: now.misuses,
            refused_answers: REQUESTS.refused(),
        };
        // SAFETY: CA-04: valid for writes of our size, checked above.
        unsafe { statistics.write(numbers) };
        Status::Ok
    })
}

/// The quota of users whose plug-in has no opinion: the published defaults of the WinRM service, no throttling.
///
/// Returns OK, NULL_ARGUMENT.
///
/// # Safety
/// CA-04.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wsman_authz_default_quota(quota: *mut QuotaAnswer) -> Status {
    if quota.is_null() {
        return Status::NullArgument;
    }
    let wsman_authz::Quota { shells, operations, timeslot_s, per_timeslot } = DEFAULT_QUOTA;
    // SAFETY: CA-04: valid for one write; not NULL, checked above.
    unsafe { quota.write(QuotaAnswer { shells, operations, timeslot_s, per_timeslot }) };
    Status::Ok
}
