//! The only file that reads the host's memory. Everything is copied before the policy sees it (CL-62).
//!
//! Text is NUL-terminated UTF-16. What is not well formed, or longer than [`MAX_UNITS`], is refused and its request
//! denied: replacing what cannot be read would let two different names become one (CL-71).

#![expect(unsafe_code, reason = "the host passes pointers")]

use std::ffi::c_void;
use std::fmt;
use std::num::NonZeroU64;

use windows_sys::Win32::System::RemoteManagement::{WSMAN_CERTIFICATE_DETAILS, WSMAN_SENDER_DETAILS};
use wsman_authz_core::{ApplicationId, UserName};

use crate::action::{Operation, OperationNumber};
use crate::sender::{Certificate, Sender};

/// The longest text, in UTF-16 units: more than any HTTP server takes for a whole header.
pub(crate) const MAX_UNITS: usize = 65_536;

/// The one mechanism that comes with a certificate.
const CLIENT_CERTIFICATE: &str = "ClientCertificate";

/// Why a text of the host was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Undecodable {
    /// It is not well-formed UTF-16.
    IllFormed,
    /// It has more than 65,536 units.
    TooLong,
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IllFormed => f.write_str("ill-formed UTF-16"),
            Self::TooLong => write!(f, "more than {MAX_UNITS} UTF-16 units"),
        }
    }
}

/// Reads a text; `None` for NULL.
///
/// # Errors
/// It is ill-formed or too long.
///
/// # Safety
/// `start` is NULL or, as HA-02 says, the start of a NUL-terminated text that is valid for reads.
pub unsafe fn text(start: *const u16) -> Result<Option<String>, Undecodable> {
    if start.is_null() {
        return Ok(None);
    }
    // SAFETY: HA-02: the text goes on to its NUL, and nobody below asks for what is behind it.
    let unit = |place: usize| unsafe { start.wrapping_add(place).read_unaligned() };
    let length = (0..=MAX_UNITS).find(|place| unit(*place) == 0).ok_or(Undecodable::TooLong)?;
    let units = (0..length).map(unit);
    // What is ASCII is the same in both encodings, and most texts are nothing else.
    let text = if units.clone().fold(0, |all, unit| all | unit) < 0x80 {
        String::from_utf8(units.map(|unit| unit as u8).collect()).ok()
    } else {
        char::decode_utf16(units).collect::<Result<_, _>>().ok()
    };
    text.map(Some).ok_or(Undecodable::IllFormed)
}

/// Reads who asks.
///
/// # Safety
/// `details` is not NULL, and HA-01, HA-02 and HA-04 hold for it.
pub(crate) unsafe fn sender(details: *const WSMAN_SENDER_DETAILS) -> Result<Sender, Undecodable> {
    // SAFETY: HA-01: valid for reads from the entry on; checked for NULL by the caller.
    let details = unsafe { details.read_unaligned() };
    // SAFETY: HA-01, HA-02.
    let name = unsafe { text(details.senderName) }?;
    // SAFETY: HA-01, HA-02.
    let mechanism = unsafe { text(details.authenticationMechanism) }?.unwrap_or_default();
    // SAFETY: HA-01, HA-02.
    let url = unsafe { text(details.httpURL) }?;
    let certificate = if mechanism == CLIENT_CERTIFICATE && !details.certificateDetails.is_null() {
        // SAFETY: HA-01, HA-04: the mechanism is `ClientCertificate`, and the pointer is not NULL.
        Some(unsafe { certificate(details.certificateDetails) }?)
    } else {
        None
    };
    let user = UserName::new(&mechanism, &name.unwrap_or_default());
    Ok(Sender { user, url, certificate, client_token: NonZeroU64::new(details.clientToken.addr() as u64) })
}

/// # Safety
/// `details` is not NULL, and HA-01, HA-02 and HA-04 hold for it.
unsafe fn certificate(details: *const WSMAN_CERTIFICATE_DETAILS) -> Result<Certificate, Undecodable> {
    // SAFETY: HA-01, HA-04: valid for reads; checked for NULL by the caller.
    let details = unsafe { details.read_unaligned() };
    // SAFETY: HA-01, HA-02.
    let subject = unsafe { text(details.subject) }?.unwrap_or_default();
    // SAFETY: HA-01, HA-02.
    let issuer = unsafe { text(details.issuerName) }?.unwrap_or_default();
    // SAFETY: HA-01, HA-02.
    let issuer_thumbprint = unsafe { text(details.issuerThumbprint) }?.unwrap_or_default();
    // SAFETY: HA-01, HA-02.
    let subject_name = unsafe { text(details.subjectName) }?.unwrap_or_default();
    Ok(Certificate { subject, issuer, issuer_thumbprint, subject_name })
}

/// Reads what is to be done. NULL texts become empty ones.
///
/// # Safety
/// HA-02 and HA-03 hold for both texts.
pub(crate) unsafe fn operation(
    number: u32,
    action: *const u16,
    resource: *const u16,
) -> Result<Operation, Undecodable> {
    // SAFETY: HA-02, HA-03.
    let action = unsafe { text(action) }?.unwrap_or_default();
    // SAFETY: HA-02, HA-03.
    let resource = unsafe { text(resource) }?.unwrap_or_default();
    Ok(Operation { number: OperationNumber(number), action, resource })
}

/// The application behind a plug-in context: a number in the form of a pointer. A value that we never gave out names
/// no application that runs.
pub(crate) fn application(context: *const c_void) -> ApplicationId {
    ApplicationId(u32::try_from(context.addr()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(units: &[u16]) -> Result<Option<String>, Undecodable> {
        // SAFETY: HA-02: each test ends its text with a NUL.
        unsafe { text(units.as_ptr()) }
    }

    #[test]
    fn texts_are_read_up_to_their_nul() {
        assert_eq!(read(&[0x61, 0xD83D, 0xDE00, 0, 0x62]), Ok(Some("a😀".to_owned())));
        assert_eq!(read(&[0]), Ok(Some(String::new())));
        assert_eq!(read(&[0x7F, 0x80, 0]), Ok(Some("\u{7F}\u{80}".to_owned())), "where ASCII ends");
        assert_eq!(read(&[0xE9, 0xE9, 0]), Ok(Some("éé".to_owned())));
        // SAFETY: NULL is allowed.
        assert_eq!(unsafe { text(std::ptr::null()) }, Ok(None));
    }

    #[test]
    fn cl_71_ill_formed_and_endless_texts_are_refused() {
        assert_eq!(read(&[0x61, 0xD800, 0]), Err(Undecodable::IllFormed));
        assert_eq!(read(&[0xDC00, 0xD800, 0]), Err(Undecodable::IllFormed));
        assert_eq!(read(&[0xD800, 0, 0xDC00, 0]), Err(Undecodable::IllFormed), "nothing behind the NUL is read");
        let longest: Vec<u16> = [vec![0x61; MAX_UNITS], vec![0]].concat();
        assert_eq!(read(&longest).map(|text| text.map(|text| text.len())), Ok(Some(MAX_UNITS)));
        let endless: Vec<u16> = vec![0x61; MAX_UNITS + 1];
        assert_eq!(read(&endless), Err(Undecodable::TooLong));
    }

    #[test]
    fn a_foreign_plugin_context_names_no_application() {
        for value in [0, 1 << 32, usize::MAX] {
            assert_eq!(application(std::ptr::without_provenance(value)), ApplicationId(0));
        }
    }
}
