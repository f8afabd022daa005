//! Seeded faults: one mistake each, that the models must find.
//!
//! A machine carries one, or none. Without the feature `faults` it is empty, every question to it is the constant
//! `false`, and the mistakes below are not in the binary.

use core::fmt;

use crate::rule::{Rule, Side};

macro_rules! faults {
    ($( $Name:ident = $word:literal, $side:ident, $rule:ident, $what:literal; )+) => {
        /// A mistake that can be switched on in a machine.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $( #[doc = $what] $Name, )+
        }

        impl Fault {
            /// Every fault, in order of the machine and the rule.
            pub const ALL: &[Self] = &[ $( Self::$Name, )+ ];

            /// The name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$Name => $word, )+ }
            }

            /// What goes wrong, in one sentence.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self { $( Self::$Name => $what, )+ }
            }

            /// The rule that it must break.
            #[must_use]
            pub const fn rule(self) -> Rule {
                match self { $( Self::$Name => Rule::$rule, )+ }
            }

            /// The machine that has it: the plug-in's engine or the host.
            #[must_use]
            pub const fn side(self) -> Side {
                match self { $( Self::$Name => Side::$side, )+ }
            }
        }
    };
}

faults! {
    LeaseOnDenial = "lease-on-denial", Plugin, CL10, "a denial mints a lease all the same, and keeps it";
    CountAfterPublish = "count-after-publish", Plugin, CL12, "the payload is counted when the completion returns, not before the host can see the lease";
    PayloadDroppedUnderRequest = "payload-dropped-under-request", Plugin, CL12, "a request in flight does not pin the payload that its policy looks at";
    PayloadDroppedWithFirstLease = "payload-dropped-with-first-lease", Plugin, CL12, "the first release drops the payload although another lease stands on it";
    PayloadLeaked = "payload-leaked", Plugin, CL13, "the last release does not drop the payload";
    PayloadDroppedTwice = "payload-dropped-twice", Plugin, CL13, "the last release drops the payload twice";
    LatePayloadLeaked = "late-payload-leaked", Plugin, CL13, "a payload that came with a late answer is forgotten";
    ShutdownLeavesPayloads = "shutdown-leaves-payloads", Plugin, CL13, "Shutdown forgets the leases that the host left behind";
    GenerationNotAdvanced = "generation-not-advanced", Plugin, CL14, "a slot is given out again under its old generation";
    ExhaustedSlotReused = "exhausted-slot-reused", Plugin, CL14, "a slot that ran out of generations starts over";
    NullReleaseTaken = "null-release-taken", Plugin, CL15, "releasing NULL releases the first lease";
    DoubleReleaseAccepted = "double-release-accepted", Plugin, CL16, "releasing a stale value releases whatever has its slot now";
    RefusedCompletionKept = "refused-completion-kept", Plugin, CL17, "a completion that the host refused keeps its lease";
    SamePayloadFreed = "same-payload-freed", Plugin, CL22, "the payload that re-authorization reports again is not counted for the new lease";
    GrantKeptAfterFailure = "grant-kept-after-failure", Plugin, CL23, "the grant stays usable after re-authorization failed";
    OperationLeasesFollowUser = "operation-leases-follow-user", Plugin, CL24, "releasing a user's lease ends the leases of all operations of the application";
    EngineClockRunsBackwards = "engine-clock-runs-backwards", Plugin, CL35, "the engine believes a clock that was set back";
    DroppedReplyLeftPending = "dropped-reply-left-pending", Plugin, CL50, "a dropped reply leaves its request without an answer";
    AnsweredTwice = "answered-twice", Plugin, CL50, "a late answer is passed on although the request was denied before";
    WrongSender = "wrong-sender", Plugin, CL51, "a completion carries the pointer of another request";
    WrongKind = "wrong-kind", Plugin, CL51, "an operation is answered with the completion function for users";
    CompletionInsideRelease = "completion-inside-release", Plugin, CL52, "releasing a user's lease denies an open request of the user on the spot";
    FailureCarriesContext = "failure-carries-context", Plugin, CL53, "a denial carries a context";
    FailureCarriesToken = "failure-carries-token", Plugin, CL53, "a denial hands a token over";
    CompletionAfterShutdown = "completion-after-shutdown", Plugin, CL54, "Shutdown does not wait for completions on their way";
    ShutdownDisturbsOthers = "shutdown-disturbs-others", Plugin, CL55, "Shutdown of one application ends the leases of all";
    PanicHarmsOthers = "panic-harms-others", Plugin, CL61, "a panic of the policy forgets the other open requests";
    DropAllows = "drop-allows", Plugin, CL70, "a dropped reply lets the user in";
    PanicAllows = "panic-allows", Plugin, CL70, "a panic of the policy lets the user in";
    OverdueAllows = "overdue-allows", Plugin, CL70, "a request beyond its deadline is allowed";
    LateYesCounts = "late-yes-counts", Plugin, CL70, "an answer after the deadline counts if nobody looked at the clock";
    GrantOfAnotherUser = "grant-of-another-user", Plugin, CL71, "an operation is judged under the newest grant of anybody";
    IdentityForgotten = "identity-forgotten", Plugin, CL72, "a success names no identity";
    RedirectUnchecked = "redirect-unchecked", Plugin, CL73, "a redirect goes out whatever its URL";
    TokenLeaked = "token-leaked", Plugin, CL74, "a token that the host refused is not closed";
    TokenClosedTwice = "token-closed-twice", Plugin, CL74, "a token that the host took is closed by the plug-in too";
    QuotaNullWithSuccess = "quota-null-with-success", Plugin, CL80, "a quota is answered with success and NULL";
    QuotaZeroTimeslot = "quota-zero-timeslot", Plugin, CL80, "a zero time slot goes out";
    LeaseFromRefusal = "lease-from-refusal", Host, CL11, "a refused completion leaves a lease that is released later";
    LoserNotReleased = "loser-not-released", Host, CL11, "the context that lost the race of two first requests is not released";
    LeaseReleasedTwice = "lease-released-twice", Host, CL11, "an operation's lease is released twice";
    RecordLeftAtShutdown = "record-left-at-shutdown", Host, CL11, "Shutdown is called with user leases live although the dialect releases all";
    NullReleased = "null-released", Host, CL15, "a NULL context is released";
    ReleaseBeforeAcquire = "release-before-acquire", Host, CL20, "re-authorization releases the old lease when it asks";
    OldKeptAfterSuccess = "old-kept-after-success", Host, CL21, "the old lease is not released after re-authorization succeeded";
    OldKeptAfterFailure = "old-kept-after-failure", Host, CL21, "the old lease is not released after re-authorization failed";
    RecordKeptAfterFailure = "record-kept-after-failure", Host, CL23, "the record stays usable after re-authorization failed";
    OperationLeaseReleasedWithUser = "operation-lease-released-with-user", Host, CL24, "the release of the user's lease takes those of open operations along";
    AskedAgain = "asked-again", Host, CL30, "each request asks for its user again although a record lives";
    OperationWithoutRecord = "operation-without-record", Host, CL31, "an operation is asked for while its user is still being asked about";
    ExpiresEarly = "expires-early", Host, CL32, "a record expires one millisecond before its deadline";
    DeadlineNotMoved = "deadline-not-moved", Host, CL32, "a request does not move the deadline";
    ExpiresUnderOperation = "expires-under-operation", Host, CL33, "a record expires although an operation is open";
    ExpiryNotReleased = "expiry-not-released", Host, CL34, "expiry forgets to release the user's lease";
    RecordOutlivesExpiry = "record-outlives-expiry", Host, CL34, "an expired record still lets requests through";
    HostClockRunsBackwards = "host-clock-runs-backwards", Host, CL35, "the host believes a clock that was set back";
    OperationReleasedEarly = "operation-released-early", Host, CL40, "an operation's lease is released when it begins";
    CancelledNotReleased = "cancelled-not-released", Host, CL41, "a cancelled operation's lease is not released";
    EntryAfterShutdown = "entry-after-shutdown", Host, CL54, "a request reaches the plug-in after Shutdown";
    ShutdownTwice = "shutdown-twice", Host, CL55, "Shutdown is called twice";
    ShutdownAfterFailedStart = "shutdown-after-failed-start", Host, CL55, "Shutdown is called although Startup failed";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The fault that a machine has, if it has one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Seeded {
    #[cfg(feature = "faults")]
    fault: Option<Fault>,
}

impl Seeded {
    /// No fault.
    pub(crate) const NONE: Self = Self {
        #[cfg(feature = "faults")]
        fault: None,
    };

    #[cfg(feature = "faults")]
    pub(crate) const fn with(fault: Fault) -> Self {
        Self { fault: Some(fault) }
    }

    #[cfg(feature = "faults")]
    pub(crate) fn has(self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    #[cfg(not(feature = "faults"))]
    #[expect(clippy::unused_self, reason = "the same call with and without the feature")]
    pub(crate) const fn has(self, _fault: Fault) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::format;

    use super::*;

    #[test]
    fn each_fault_has_a_name_of_its_own_and_is_shown_by_it() {
        let names: BTreeSet<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        assert_eq!(names.len(), Fault::ALL.len());
        assert_eq!(format!("{:>16}", Fault::ALL[0]), format!("{:>16}", Fault::ALL[0].name()));
        assert!(names.iter().all(|name| !name.is_empty()));
    }
}
