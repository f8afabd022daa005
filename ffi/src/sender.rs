//! Who asks: `WSMAN_SENDER_DETAILS`, decoded once into owned data.

use std::num::NonZeroU64;

use wsman_authz_core::UserName;

use crate::token::ClientToken;

/// The client behind a request.
#[derive(Debug)]
pub struct Sender {
    pub(crate) user: UserName,
    pub(crate) url: Option<String>,
    pub(crate) certificate: Option<Certificate>,
    pub(crate) client_token: Option<NonZeroU64>,
}

impl Sender {
    /// The name of the user. Its form depends on [`Sender::mechanism`]: `DOMAIN\user` for Windows authentication, as
    /// typed for `Basic`, the subject for `ClientCertificate`. Empty if the host gave none.
    ///
    /// The name alone identifies nobody: compare it together with the mechanism.
    #[must_use]
    pub fn name(&self) -> &str {
        self.user.name()
    }

    /// How the user proved to be who they say: `Basic`, `ClientCertificate`, or the name of a security package.
    #[must_use]
    pub fn mechanism(&self) -> &str {
        self.user.mechanism()
    }

    /// The URL of the HTTP request, with its query.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// The client's certificate; only for the mechanism `ClientCertificate` (HA-04).
    #[must_use]
    pub const fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The client's Windows token, if the host has one. It belongs to the host (HA-06).
    #[must_use]
    pub fn client_token(&self) -> Option<ClientToken<'_>> {
        self.client_token.map(ClientToken::new)
    }
}

/// The certificate of a client. Names are empty where the host gave none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Certificate {
    /// The distinguished name of the subject.
    pub subject: String,
    /// The distinguished name of the issuer.
    pub issuer: String,
    /// The thumbprint of the issuer.
    pub issuer_thumbprint: String,
    /// The subject's alternative name, or else its common name.
    pub subject_name: String,
}
