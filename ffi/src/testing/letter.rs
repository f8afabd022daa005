//! The memory behind one `senderDetails`, and who hears what the plug-in says to it.
//!
//! Completion functions have nothing but the value of the pointer to go by. It is looked up in one table for all test
//! hosts of the process, never followed: a wrong one is a completion that nobody waits for.

#![expect(unsafe_code, reason = "the plug-in is shown pointers")]

use std::collections::BTreeMap;
use std::ptr;
use std::sync::{Arc, PoisonError, RwLock};

use windows_sys::Win32::System::RemoteManagement::{WSMAN_CERTIFICATE_DETAILS, WSMAN_SENDER_DETAILS};

use super::client::Client;
use super::said::{Listener, Said};
use crate::code::ERROR_INVALID_PARAMETER;

/// Who hears what is said to which address.
static LISTENERS: RwLock<BTreeMap<usize, Arc<dyn Listener>>> = RwLock::new(BTreeMap::new());

/// A text in UTF-16, with everything that is wrong with it; `None` is NULL.
pub(crate) type Units = Option<Vec<u16>>;

/// What the structure leads to, before it has an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) name: Units,
    pub(crate) mechanism: Units,
    pub(crate) url: Units,
    /// Subject, issuer, thumbprint of the issuer, name of the subject.
    pub(crate) certificate: Option<[Units; 4]>,
    pub(crate) token: u64,
}

/// A text as the host passes it, with its NUL.
pub(crate) fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

impl From<&Client> for Texts {
    fn from(client: &Client) -> Self {
        let certificate = client.certificate.as_ref().map(|certificate| {
            [&certificate.subject, &certificate.issuer, &certificate.issuer_thumbprint, &certificate.subject_name]
                .map(|text| Some(wide(text)))
        });
        let url = client.url.as_deref().map(wide);
        let (name, mechanism) = (Some(wide(&client.name)), Some(wide(&client.mechanism)));
        Self { name, mechanism, url, certificate, token: client.token }
    }
}

/// One address: where it is put, it stays.
pub(crate) struct Letter {
    details: WSMAN_SENDER_DETAILS,
    certificate: WSMAN_CERTIFICATE_DETAILS,
    texts: Texts,
}

// SAFETY: HA-01: the raw pointers lead to `texts` of the same letter, which nobody changes while it is shared.
unsafe impl Sync for Letter {}
// SAFETY: HA-01, as above.
unsafe impl Send for Letter {}

impl Letter {
    /// Writes a letter; `listener` hears every answer to it until it is dropped.
    pub(crate) fn new(texts: Texts, listener: Arc<dyn Listener>) -> Box<Self> {
        let empty = WSMAN_CERTIFICATE_DETAILS::default();
        let mut letter = Box::new(Self { details: WSMAN_SENDER_DETAILS::default(), certificate: empty, texts });
        letter.link();
        let mut listeners = LISTENERS.write().unwrap_or_else(PoisonError::into_inner);
        listeners.insert(letter.pointer().addr(), listener);
        letter
    }

    /// Writes another one to the same address.
    pub(crate) fn rewrite(&mut self, texts: Texts) {
        self.texts = texts;
        self.link();
    }

    /// Makes the structures lead to the texts.
    fn link(&mut self) {
        let start = |units: &Units| units.as_ref().map_or(ptr::null(), |units| units.as_ptr());
        if let Some([subject, issuer, thumbprint, name]) = &self.texts.certificate {
            self.certificate = WSMAN_CERTIFICATE_DETAILS {
                subject: start(subject),
                issuerName: start(issuer),
                issuerThumbprint: start(thumbprint),
                subjectName: start(name),
            };
        }
        let garbage = ptr::without_provenance_mut(22); // HA-04: nobody may look at it
        self.details = WSMAN_SENDER_DETAILS {
            senderName: start(&self.texts.name),
            authenticationMechanism: start(&self.texts.mechanism),
            certificateDetails: match &self.texts.certificate {
                Some(_) => &raw mut self.certificate,
                None => garbage,
            },
            clientToken: ptr::without_provenance_mut(self.texts.token as usize),
            httpURL: start(&self.texts.url),
        };
    }

    /// `senderDetails`.
    pub(crate) const fn pointer(&self) -> *const WSMAN_SENDER_DETAILS {
        &raw const self.details
    }
}

impl Drop for Letter {
    fn drop(&mut self) {
        let gone = LISTENERS.write().unwrap_or_else(PoisonError::into_inner).remove(&self.pointer().addr());
        drop(gone); // with the lock open: a listener may be the last to know its host
    }
}

/// The plug-in says something to an address; what the completion function returns.
pub(super) fn hear(details: *const WSMAN_SENDER_DETAILS, said: Said) -> u32 {
    let listener = LISTENERS.read().unwrap_or_else(PoisonError::into_inner).get(&details.addr()).cloned();
    listener.map_or(ERROR_INVALID_PARAMETER, |listener| listener.hear(said))
}
