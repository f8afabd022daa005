//! Texts of the host: missing, empty, endless, ill-formed, each in each place.

use tracing::Level;

use super::NOTHING;
use crate::code::{ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER};
use crate::decode::MAX_UNITS;
use crate::testing::Client;
use crate::testing::letter::{Texts, Units, wide};
use crate::tests::host::{Host, Request};
use crate::{ApplicationInfo, Certificate, OperationRequest, Plugin, StartError, UserRequest};

/// Says what it sees.
struct Mirror;

impl Plugin for Mirror {
    type Context = ();

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<()>) {
        let sender = request.sender();
        let certificate = sender.certificate().map(|certificate| {
            let Certificate { subject, issuer, issuer_thumbprint, subject_name } = certificate;
            [subject, issuer, issuer_thumbprint, subject_name].map(String::as_str)
        });
        let seen = format!("{:?}", (sender.name(), sender.mechanism(), sender.url(), certificate));
        request.deny_with(5, seen);
    }

    fn authorize_operation(&self, request: OperationRequest<()>) {
        request.deny();
    }
}

type Change = fn(&mut Texts, Units);

fn certificate(texts: &mut Texts) -> &mut [Units; 4] {
    texts.certificate.as_mut().unwrap()
}

/// Every text behind `senderDetails`, for a user with a certificate.
const FIELDS: [(&str, Change); 7] = [
    ("senderName", |texts, units| texts.name = units),
    ("authenticationMechanism", |texts, units| texts.mechanism = units),
    ("httpURL", |texts, units| texts.url = units),
    ("subject", |texts, units| certificate(texts)[0] = units),
    ("issuerName", |texts, units| certificate(texts)[1] = units),
    ("issuerThumbprint", |texts, units| certificate(texts)[2] = units),
    ("subjectName", |texts, units| certificate(texts)[3] = units),
];

fn carol() -> Texts {
    let text = |text: &str| text.to_owned();
    let certificate = Certificate {
        subject: text("CN=c"),
        issuer: text("CN=ca"),
        issuer_thumbprint: text("00"),
        subject_name: text("c"),
    };
    Texts::from(&Client::new("carol").url("https://h/w").certificate(certificate))
}

/// Texts that cannot be read, with what is logged about them.
fn unreadable() -> Vec<(Vec<u16>, &'static str)> {
    let (ill, long) = ("ill-formed UTF-16", "more than 65536 UTF-16 units");
    vec![
        (vec![0xD800, 0], ill),
        (vec![0x61, 0xDC00, 0], ill),
        (vec![0xDC00, 0xD800, 0], ill),
        ([vec![0x61; MAX_UNITS + 1], vec![0]].concat(), long),
        (vec![0x61; MAX_UNITS + 1], long), // no NUL within the limit, and none behind it
        ([[0xD83D, 0xDE00].repeat(1 << 19), vec![0]].concat(), long), // 2²⁰ units
    ]
}

#[test]
fn a_missing_or_empty_text_is_an_empty_one() {
    let host = Host::<Mirror>::load();
    let seen = |change: Change, units: Units| {
        let request = Request::raw(carol()).with(|texts| change(texts, units));
        host.user(&request);
        request.verdict().text.unwrap()
    };
    let full = r#"("carol", "ClientCertificate", Some("https://h/w"), Some(["CN=c", "CN=ca", "00", "c"]))"#;
    assert_eq!(seen(|_, _| (), None), full);
    let words = ["carol", "ClientCertificate", "https://h/w", "CN=c", "CN=ca", "00", "c"];
    for ((field, change), word) in FIELDS.into_iter().zip(words) {
        let (null, empty) = (seen(change, None), seen(change, Some(vec![0])));
        let expected = full.replacen(&format!("{word:?}"), "\"\"", 1);
        let expected = match field {
            // Without the mechanism, the certificate is nobody's.
            "authenticationMechanism" => r#"("carol", "", Some("https://h/w"), None)"#.to_owned(),
            _ => expected,
        };
        assert_eq!(empty, expected, "{field}");
        assert_eq!(null, if field == "httpURL" { expected.replace("Some(\"\")", "None") } else { expected }, "{field}");
    }
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn cl_71_a_text_that_cannot_be_read_denies_its_request() {
    let host = Host::start();
    let _carol = {
        let request = Request::raw(carol());
        host.user(&request);
        request.verdict().context
    };
    let before = host.balance();
    for (units, why) in unreadable() {
        for (field, change) in FIELDS {
            let [user, operation, quota] =
                [1, 2, 3].map(|_| Request::raw(carol()).with(|texts| change(texts, Some(units.clone()))));
            host.user(&user);
            host.operation(&operation, "", "");
            host.quota(&quota);
            let said = user.verdict();
            assert_eq!((said.error, said.context, said.token), (ERROR_INVALID_PARAMETER, 0, 0), "{field}");
            assert_eq!(said.text.as_deref(), Some(why));
            assert_eq!((operation.verdict().error, quota.verdict().error), (ERROR_ACCESS_DENIED, ERROR_ACCESS_DENIED));
            let logged = host.logged("the host's text cannot be read; the request is denied");
            assert_eq!((logged.level, logged.field("why")), (Level::WARN, Some(why)));
        }
        for (action, resource) in [(Some(units.clone()), None), (None, Some(units.clone()))] {
            let request = Request::raw(carol());
            host.operation_of(&request, &action, &resource);
            assert_eq!(request.verdict().error, ERROR_ACCESS_DENIED, "of a user who was let in");
            host.complains("CL-31: the host asked for an operation without a live grant; denied");
        }
    }
    assert_eq!(host.balance(), before, "nothing came of any of them");
}

#[test]
fn missing_and_empty_actions_are_empty_ones() {
    let host = Host::start();
    let user = host.let_in("alice");
    for units in [None, Some(vec![0])] {
        let request = Request::of("alice");
        host.operation_of(&request, &units, &units);
        assert_eq!(request.verdict().error, 0);
    }
    host.release(user);
    assert_eq!(host.balance(), NOTHING);
}

#[test]
fn cl_55_startup_refuses_texts_that_it_cannot_read() {
    let host = Host::start();
    for (units, _) in unreadable() {
        let name = Some(wide("wsman/x"));
        assert_eq!(host.startup_raw(&Some(units.clone()), &None), (ERROR_INVALID_PARAMETER, 0));
        assert_eq!(host.startup_raw(&name, &Some(units)), (ERROR_INVALID_PARAMETER, 0));
        let logged = host.logged("Startup cannot be understood; refused");
        assert_eq!((logged.level, logged.field("why")), (Level::ERROR, Some("unreadable text")));
    }
    // What is missing is no mistake: an application without a name is one like others.
    let (error, nameless) = host.startup_raw(&None, &Some(vec![0]));
    assert_eq!((error, host.other(nameless).shutdown()), (0, 0));
}
