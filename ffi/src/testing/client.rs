//! A client, as the host describes one to the plug-in.

use wsman_authz_core::UserName;

use crate::sender::Certificate;

/// The token that a client has unless it is said otherwise: a number without a resource behind it.
const TOKEN: u64 = 0x51;

/// Who asks. A name alone is enough: `"CORP\\alice".into()`.
///
/// ```
/// use wsman_authz::Certificate;
/// use wsman_authz::testing::Client;
///
/// let alice: Client = "CORP\\alice".into(); // by Negotiate, with a token
/// let bob = Client::new("bob").mechanism("Basic").without_token();
/// let carol = Client::new("carol").certificate(Certificate { issuer: "CN=ca".into(), ..Certificate::default() });
/// # assert_ne!((alice.clone(), alice), (bob, carol));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    pub(super) name: String,
    pub(super) mechanism: String,
    pub(super) url: Option<String>,
    pub(super) token: u64,
    pub(super) certificate: Option<Certificate>,
}

impl Client {
    /// A user of this name who authenticated by `Negotiate`, at `https://host.example:5986/wsman`.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            mechanism: "Negotiate".to_owned(),
            url: Some("https://host.example:5986/wsman".to_owned()),
            token: TOKEN,
            certificate: None,
        }
    }

    /// Another mechanism. Together with the name it says who the user is.
    #[must_use]
    pub fn mechanism(mut self, mechanism: impl Into<String>) -> Self {
        self.mechanism = mechanism.into();
        self
    }

    /// The user shows a certificate: the mechanism is `ClientCertificate`.
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self.mechanism("ClientCertificate")
    }

    /// Another URL of the HTTP request.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// The host has no Windows token of the client.
    #[must_use]
    pub const fn without_token(mut self) -> Self {
        self.token = 0;
        self
    }

    /// The key of the user's record.
    pub(super) fn user(&self) -> UserName {
        UserName::new(&self.mechanism, &self.name)
    }
}

impl From<&str> for Client {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Client {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<&Self> for Client {
    fn from(client: &Self) -> Self {
        client.clone()
    }
}
