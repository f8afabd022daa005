//! The memory behind one `senderDetails`: each structure and each text in an allocation of its own, exactly as long as it
//! is, so that AddressSanitizer sees who reads beyond it, or after it is gone.

use std::ptr;

use windows_sys::Win32::System::RemoteManagement::{WSMAN_CERTIFICATE_DETAILS, WSMAN_SENDER_DETAILS};

/// A text with its NUL; `None` is NULL.
pub(crate) type Units = Option<Box<[u16]>>;

/// What a structure leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) name: Units,
    pub(crate) mechanism: Units,
    pub(crate) url: Units,
    /// Subject, issuer, thumbprint of the issuer, name of the subject. Without them the pointer is NULL for the mechanism
    /// `ClientCertificate`, and garbage for every other (HA-04).
    pub(crate) certificate: Option<[Units; 4]>,
    pub(crate) token: u64,
}

/// A structure that has an address.
pub(crate) struct Letter {
    details: Box<WSMAN_SENDER_DETAILS>,
    _certificate: Option<Box<WSMAN_CERTIFICATE_DETAILS>>,
    _texts: Texts,
}

/// The one mechanism whose certificate is looked at.
pub(crate) const CLIENT_CERTIFICATE: &str = "ClientCertificate";

/// A text as a host passes it.
pub(crate) fn wide(text: &str) -> Units {
    Some(text.encode_utf16().chain([0]).collect())
}

/// Where a text begins.
pub(crate) fn start(units: &Units) -> *const u16 {
    units.as_ref().map_or(ptr::null(), |units| units.as_ptr())
}

impl Letter {
    pub(crate) fn new(texts: Texts) -> Self {
        let mut certificate = texts.certificate.as_ref().map(|[subject, issuer, thumbprint, name]| {
            Box::new(WSMAN_CERTIFICATE_DETAILS {
                subject: start(subject),
                issuerName: start(issuer),
                issuerThumbprint: start(thumbprint),
                subjectName: start(name),
            })
        });
        let by_certificate = texts.mechanism == wide(CLIENT_CERTIFICATE);
        let missing = if by_certificate { ptr::null_mut() } else { ptr::without_provenance_mut(22) };
        let details = WSMAN_SENDER_DETAILS {
            senderName: start(&texts.name),
            authenticationMechanism: start(&texts.mechanism),
            certificateDetails: certificate.as_deref_mut().map_or(missing, ptr::from_mut),
            clientToken: ptr::without_provenance_mut(texts.token as usize),
            httpURL: start(&texts.url),
        };
        Self { details: Box::new(details), _certificate: certificate, _texts: texts }
    }

    /// `senderDetails`.
    pub(crate) fn pointer(&self) -> *const WSMAN_SENDER_DETAILS {
        ptr::from_ref(&*self.details)
    }

    pub(crate) fn address(&self) -> usize {
        self.pointer().addr()
    }
}
