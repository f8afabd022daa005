//! What lies behind one `senderDetails`: the structure and its strings, or garbage.
//!
//! After its completion a request's memory is filled with garbage: the pointers of the structure lead into a range
//! where nothing is mapped ([`is_poison`]), so that a plug-in that still reads it (CL-62) is caught in the act.

use super::abi::SenderDetails;
use super::user::{MECHANISM, User};

/// The URL of every request.
const URL: &str = "http://host.example:5985/wsman";
/// Room for the strings of one sender, in UTF-16 units. A longer name lives elsewhere and for ever.
const ROOM: usize = 80;
/// Where poisoned pointers lead: canonical addresses at which no process here has anything mapped.
const POISON: usize = 0x6EAD_6EAD_0000;
/// Where `certificateDetails` leads of a sender without a certificate.
const NO_CERTIFICATE: usize = 0x6EAD_CE27_0000;
/// What poisoned strings are made of.
const POISON_UNIT: u16 = 0x2620;

/// Whether an access to this address went through a poisoned pointer.
pub(super) const fn is_poison(address: u64) -> bool {
    address >> 16 == (POISON >> 16) as u64
}

/// Whether an access to this address went through the `certificateDetails` of a sender who has no certificate.
pub(super) const fn is_no_certificate(address: u64) -> bool {
    address >> 16 == (NO_CERTIFICATE >> 16) as u64
}

/// One sender's memory. Never freed, because a faulty plug-in may read it at any time.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Block {
    details: SenderDetails,
    strings: [u16; ROOM],
}

/// The block at `address` for `user`; `name` is the pointer to a name that has no room in it.
pub(super) fn filled(address: usize, user: User, token: usize, name: usize) -> Block {
    let mut strings = [0; ROOM];
    let mut at = 0;
    let mut place = |text: &[u16]| {
        let start = at;
        for (unit, room) in text.iter().zip(strings.iter_mut().skip(start)) {
            *room = *unit;
        }
        at = start + text.len() + 1; // The NUL is there already.
        std::ptr::with_exposed_provenance(address + std::mem::offset_of!(Block, strings) + 2 * start)
    };
    let authentication_mechanism = place(&MECHANISM.encode_utf16().collect::<Vec<_>>());
    let http_url = place(&URL.encode_utf16().collect::<Vec<_>>());
    let sender_name = match user.units() {
        Some(units) if !User::ODD.contains(&user) => place(&units),
        _ => std::ptr::with_exposed_provenance(name),
    };
    let client_token = std::ptr::without_provenance_mut(token);
    // Valid only if the mechanism is ClientCertificate, which permits garbage otherwise (HA-04).
    let certificate_details = std::ptr::without_provenance(NO_CERTIFICATE);
    let details = SenderDetails { sender_name, authentication_mechanism, certificate_details, client_token, http_url };
    Block { details, strings }
}

/// Garbage.
pub(super) const fn poisoned() -> Block {
    let mut strings = [POISON_UNIT; ROOM];
    strings[ROOM - 1] = 0;
    let garbage = std::ptr::without_provenance(POISON);
    let details = SenderDetails {
        sender_name: garbage,
        authentication_mechanism: garbage,
        certificate_details: std::ptr::without_provenance(POISON),
        client_token: std::ptr::without_provenance_mut(POISON),
        http_url: garbage,
    };
    Block { details, strings }
}
