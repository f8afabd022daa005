//! The policy that the other files make a mistake in: it compiles, so what fails there fails for its own reason.

use wsman_authz::{ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest};

struct Policy;

impl Plugin for Policy {
    type Context = String;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<String>) {
        let handle = request.sender().client_token().map(|token| token.as_raw());
        std::thread::spawn(move || request.allow(UserGrant::new(Identity::Client).context("text".to_owned())));
        assert!(handle.is_none_or(|handle| !handle.is_null()));
    }

    fn authorize_operation(&self, request: OperationRequest<String>) {
        request.deny();
    }
}

wsman_authz::export_plugin!(Policy);

fn main() {}
