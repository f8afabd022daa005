//! What every function of the API returns.

/// What became of a call. Whatever is not OK changed nothing: the request is as it was, and a payload or token that
/// was passed still belongs to the caller.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Done. What was handed over belongs to the library.
    Ok = 0,
    /// A pointer that must not be NULL is NULL.
    NullArgument = 1,
    /// `size` is not that of this header's structure: the header and the library are of different versions.
    WrongSize = 2,
    /// The policy lacks `authorize_user` or `authorize_operation`.
    MissingCallback = 3,
    /// No request ever had this number in this library.
    UnknownRequest = 4,
    /// The request was answered before, or ended with its application's shutdown.
    StaleRequest = 5,
    /// The request is of another kind: a user's, an operation's, a quota's. It is still open.
    WrongKind = 6,
    /// No such identity; or WSMAN_AUTHZ_IDENTITY_TOKEN without a token; or another identity with one.
    BadIdentity = 7,
    /// WSMAN_AUTHZ_IDENTITY_CLIENT, but the host has no token of this client (CL-72).
    NoClientToken = 8,
    /// A payload was given, but the policy has no `drop_payload` that could end it.
    NoDropPayload = 9,
    /// A text is ill-formed, or longer than 65,536 units.
    BadText = 10,
    /// Not an absolute http or https URL (CL-73).
    BadUrl = 11,
    /// A time slot of 0 seconds (CL-80).
    BadQuota = 12,
    /// No application of this policy was ever started.
    NotRunning = 13,
    /// The library made a mistake, which was logged; whether the call had an effect is unknown.
    Internal = 14,
}
