//! What goes out to the host, without an engine before it.

use std::num::NonZeroU64;

use wsman_authz_core::call::{Completion, Identity, RequestKind};
use wsman_authz_core::code::{ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER};
use wsman_authz_core::{Context, Sender};

use super::host::Request;
use crate::testing::said::{COMPLETIONS, Said};

#[test]
fn cl_72_a_yes_that_does_not_say_whose_identity_goes_out_as_a_no() {
    let request = Request::of("alice");
    let sender = Sender::new(request.pointer().expose_provenance() as u64).expect("not NULL");
    let yes = Completion {
        context: Context::new(22),
        administrator: true,
        ..Completion::failure(RequestKind::User, sender, 0)
    };
    let say = |identity, client_token| {
        let error = COMPLETIONS.call(&Completion { identity, ..yes.clone() }, NonZeroU64::new(client_token));
        let Said { context, token, administrator, error: said, .. } = request.take();
        (error, (context, token, administrator, said))
    };
    let no = (ERROR_INVALID_PARAMETER, (0, 0, false, ERROR_ACCESS_DENIED));
    assert_eq!(say(None, 5), no, "nothing is named");
    assert_eq!(say(Some(Identity::Client), 0), no, "the client has no token");
    assert_eq!(say(Some(Identity::Client), 5), (0, (22, 5, true, 0)));
    assert_eq!(say(Some(Identity::Host), 5), (0, (22, 0, true, 0)), "the host process, by name");
}
