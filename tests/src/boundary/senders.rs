//! Texts and structures of a host: what the policy sees is what they say, unit for unit, or nothing comes of them.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;
use std::rc::Rc;

use wsman_authz::__private::{self as plugin, Exported};
use wsman_authz::{
    ApplicationInfo, Certificate, Identity, OperationRequest, Plugin, QuotaRequest, Sender, StartError, UserGrant,
    UserRequest,
};
use wsman_authz_core::code::{ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_SUCCESS};
use wsman_authz_core::fault::Fault;

use super::letter::{CLIENT_CERTIFICATE, Letter, Texts, Units, start, wide};
use super::wire::{self, COMPLETIONS, Listener, Said};
use crate::choices::Choices;

/// The longest text that is read.
const MAX_UNITS: usize = 65_536;

/// What a policy sees of a sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    name: String,
    mechanism: String,
    url: Option<String>,
    certificate: Option<Certificate>,
    token: u64,
    /// Number, action, resource.
    operation: Option<(u32, String, String)>,
}

thread_local! {
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
    static STARTED: RefCell<Option<ApplicationInfo>> = const { RefCell::new(None) };
}

/// Writes down what it sees, and says yes.
struct Mirror;

fn see(sender: &Sender, operation: Option<(u32, String, String)>) {
    let token = sender.client_token().map_or(0, |token| token.as_raw().addr() as u64);
    let (name, mechanism) = (sender.name().to_owned(), sender.mechanism().to_owned());
    let (url, certificate) = (sender.url().map(str::to_owned), sender.certificate().cloned());
    SEEN.set(Some(Seen { name, mechanism, url, certificate, token, operation }));
}

impl Plugin for Mirror {
    type Context = ();

    fn start(application: &ApplicationInfo) -> Result<Self, StartError> {
        STARTED.set(Some(application.clone()));
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<()>) {
        see(request.sender(), None);
        request.allow(UserGrant::new(Identity::HostProcess));
    }

    fn authorize_operation(&self, request: OperationRequest<()>) {
        let (number, action, resource) = (request.number().get(), request.action_uri(), request.resource_uri());
        see(request.sender(), Some((number, action.to_owned(), resource.to_owned())));
        request.allow();
    }

    fn query_quota(&self, request: QuotaRequest<()>) {
        see(request.sender(), None);
        request.answer(wsman_authz::DEFAULT_QUOTA);
    }
}

/// Hears the last thing that was said, and how often something was.
#[derive(Default)]
struct Ear {
    said: RefCell<Option<Said>>,
    times: Cell<u32>,
}

impl Listener for Ear {
    fn hear(&self, said: Said) -> u32 {
        self.times.update(|times| times + 1);
        self.said.replace(Some(said));
        ERROR_SUCCESS
    }
}

/// A text as bytes choose it: NULL, a word, units of any kind, and now and then a very long one.
fn text(choices: &mut Choices, words: &[&str]) -> Units {
    let how = choices.byte();
    let few = usize::from(how / 8 % 8);
    match how % 8 {
        0 => None,
        1..=4 => wide(words[few % words.len()]),
        5 | 6 => {
            let units = (0..few).map(|_| unit(choices, how % 8 == 6));
            Some(units.filter(|unit| *unit != 0).chain([0]).collect())
        }
        _ => {
            // One unit more than allowed, and no NUL: nobody may read on. Seldom, because it takes long.
            let unit = unit(choices, few % 2 == 1).max(1);
            let length = if few == 7 && choices.byte() == 7 {
                [MAX_UNITS - 1, MAX_UNITS, MAX_UNITS + 1][choices.below(3)]
            } else {
                [1, 2, 3, 10, 30, 100, 300, 1000][few]
            };
            let mut units = vec![unit; length];
            units.extend((length <= MAX_UNITS).then_some(0));
            Some(units.into())
        }
    }
}

fn unit(choices: &mut Choices, any: bool) -> u16 {
    let low = u16::from(choices.byte());
    // Surrogates are as likely as everything else.
    if any { [0xD800, 0xDBFF, 0xDC00, 0xFF00][usize::from(low % 4)] | u16::from(choices.byte()) } else { low }
}

/// What a text says: by the standard library, not by the plug-in. `None`: it cannot be read.
fn read(units: &Units) -> Option<Option<String>> {
    let Some(units) = units else { return Some(None) };
    let units = units.split(|unit| *unit == 0).next().unwrap_or_default();
    let text = char::decode_utf16(units.iter().copied()).collect::<Result<String, _>>().ok();
    text.filter(|_| units.len() <= MAX_UNITS).map(Some)
}

/// What a policy is to see; `None` if the request is to be denied.
fn expected(texts: &Texts) -> Option<Seen> {
    let (name, mechanism) = (read(&texts.name)?.unwrap_or_default(), read(&texts.mechanism)?.unwrap_or_default());
    let url = read(&texts.url)?;
    let certificate = match &texts.certificate {
        Some(certificate) if mechanism == CLIENT_CERTIFICATE => {
            let [subject, issuer, thumbprint, name] = certificate;
            let text = |units| read(units).map(Option::unwrap_or_default);
            Some(Certificate {
                subject: text(subject)?,
                issuer: text(issuer)?,
                issuer_thumbprint: text(thumbprint)?,
                subject_name: text(name)?,
            })
        }
        _ => None,
    };
    Some(Seen { name, mechanism, url, certificate, token: texts.token, operation: None })
}

fn texts(choices: &mut Choices) -> Texts {
    let name = text(choices, &["ann", "CORP\\ann", "", "ä😀"]);
    let mechanism = text(choices, &[CLIENT_CERTIFICATE, "Negotiate", "Basic", "clientcertificate"]);
    let url = text(choices, &["https://h/w?a=b", ""]);
    let certificate = choices.once_in(2).then(|| [(); 4].map(|()| text(choices, &["CN=ann", ""])));
    let token = if choices.once_in(4) { choices.word() } else { 0x51 };
    Texts { name, mechanism, url, certificate, token }
}

/// Shows the plug-in what bytes stand for.
///
/// # Errors
/// What was shown, what the policy saw, and what was said.
pub(super) fn play(bytes: &[u8], fault: Option<Fault>) -> Result<(), String> {
    let ear = Rc::new(Ear::default());
    wire::listening(Rc::clone(&ear) as Rc<dyn Listener>, || show(&mut Choices::new(bytes), fault, &ear))
}

fn show(choices: &mut Choices, fault: Option<Fault>, ear: &Ear) -> Result<(), String> {
    let exported = Exported::<Mirror>::new(COMPLETIONS).with_fault(fault);
    let application = starts(&exported, choices)?;
    while !choices.is_over() {
        let texts = texts(choices);
        let letter = Letter::new(texts.clone());
        ask(&exported, application, &letter, None, choices);
        let user = expected(&texts);
        let context = heard(ear, &letter, user.as_ref(), ERROR_INVALID_PARAMETER)?;
        // Who was let in may do this; a text of the operation may still be one that cannot be read.
        let (action, resource) = (text(choices, &["Get", ""]), text(choices, &["http://e/r", ""]));
        let number = choices.number();
        ask(&exported, application, &letter, Some((number, &action, &resource)), choices);
        let operation = read(&action).zip(read(&resource));
        let operation =
            operation.map(|(action, resource)| (number, action.unwrap_or_default(), resource.unwrap_or_default()));
        let expected = user.zip(operation).map(|(user, operation)| Seen { operation: Some(operation), ..user });
        heard(ear, &letter, expected.as_ref(), ERROR_ACCESS_DENIED)?;
        plugin::release_context(&exported, ptr::without_provenance(context as usize));
    }
    let error = plugin::shutdown(&exported, application, 0, 3);
    let left = exported.statistics();
    let is_empty = (left.applications, left.live_leases, left.open_requests, left.misuses) == (0, 0, 0, 0);
    // What cannot be read is asked about nobody, whom nobody let in: that is a misuse of the host's (CL-71).
    let is_empty = is_empty || (left.live_leases, left.open_requests) == (0, 0) && left.misuses > 0;
    if error == ERROR_SUCCESS && is_empty { Ok(()) } else { Err(format!("Shutdown returned {error}: {left:?}")) }
}

/// Startup: with texts that it must refuse or show.
fn starts(exported: &Exported<Mirror>, choices: &mut Choices) -> Result<*const c_void, String> {
    let (name, extra) = (text(choices, &["wsman/a", ""]), text(choices, &["<Param Name=\"a\"/>", ""]));
    let flags = u32::from(choices.byte());
    let mut context = ptr::null_mut();
    STARTED.set(None);
    // SAFETY: HA-02: texts with a NUL, or longer than anybody reads; HA-05: a place to write.
    let error = unsafe { plugin::startup(exported, flags, start(&name), start(&extra), &raw mut context) };
    let info = read(&name).zip(read(&extra)).map(|(name, extra)| (name.unwrap_or_default(), extra));
    let info = info.map(|(identification, extra)| ApplicationInfo { identification, extra, flags });
    let code = if info.is_some() { ERROR_SUCCESS } else { ERROR_INVALID_PARAMETER };
    let seen = STARTED.take();
    if error != code || seen != info || context.is_null() != info.is_none() {
        return Err(format!("CL-71: Startup of {info:?} returned {error}, wrote {context:?}, showed {seen:?}"));
    }
    if info.is_some() {
        return Ok(context);
    }
    let name = wide("wsman/again");
    // SAFETY: HA-02, HA-05, as above.
    let error = unsafe { plugin::startup(exported, 0, start(&name), ptr::null(), &raw mut context) };
    if error == ERROR_SUCCESS { Ok(context) } else { Err(format!("CL-55: Startup returned {error}")) }
}

fn ask(
    exported: &Exported<Mirror>,
    application: *const c_void,
    letter: &Letter,
    operation: Option<(u32, &Units, &Units)>,
    choices: &mut Choices,
) {
    SEEN.set(None);
    let (details, flags) = (letter.pointer(), u32::from(choices.once_in(8)));
    match operation {
        Some((number, action, resource)) => {
            let (action, resource) = (start(action), start(resource));
            // SAFETY: HA-01 to HA-04: the letter and the texts outlive the call.
            unsafe { plugin::authorize_operation(exported, application, details, flags, number, action, resource) };
        }
        // SAFETY: HA-01, HA-02, HA-04: the letter outlives the call.
        None => unsafe { plugin::authorize_user(exported, application, details, flags) },
    }
}

/// Exactly one thing was said: yes about what was to be seen, or this code.
fn heard(ear: &Ear, letter: &Letter, expected: Option<&Seen>, code: u32) -> Result<u64, String> {
    let (seen, said, times) = (SEEN.take(), ear.said.take(), ear.times.replace(0));
    let code = if expected.is_some() { ERROR_SUCCESS } else { code };
    match said {
        Some(said)
            if times == 1 && said.error == code && said.address == letter.address() && seen.as_ref() == expected =>
        {
            Ok(said.context)
        }
        said => {
            Err(format!("CL-50, CL-71: {expected:?} was shown,\n{seen:?} was seen,\n{said:?} was said {times} times\n"))
        }
    }
}
