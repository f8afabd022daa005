//! HA-08: the host calls from any thread, so a context must be of use to each.

use std::rc::Rc;

use wsman_authz::{ApplicationInfo, OperationRequest, Plugin, StartError, UserRequest};

struct Policy;

impl Plugin for Policy {
    type Context = Rc<str>; //~ E0277

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<Rc<str>>) {
        request.deny();
    }

    fn authorize_operation(&self, request: OperationRequest<Rc<str>>) {
        request.deny();
    }
}

fn main() {}
