//! Legal: a policy on our engine that panics now and then, before and after it has answered.
//!
//! Unusual: and harmless. A request that a panic drops is denied; no other one notices.

use std::panic;

use wsman_authz::{ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest};

struct Shaky;

impl Plugin for Shaky {
    type Context = String;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        panic::set_hook(Box::new(|_| {})); // It would fill the screen.
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<String>) {
        let name = request.sender().name().to_owned();
        assert!(!name.ends_with('3'), "before the answer");
        request.allow(UserGrant::new(Identity::Client).context(name.clone()));
        assert!(!name.ends_with('4'), "after the answer");
    }

    fn authorize_operation(&self, request: OperationRequest<String>) {
        assert!(!request.action_uri().ends_with("Pause"), "a policy that does not know the action");
        request.allow_sharing_context();
    }
}

wsman_authz::export_plugin!(Shaky);
