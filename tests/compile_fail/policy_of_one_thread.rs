//! HA-08: the host calls several times at once, so a policy must bear it.

use std::cell::Cell;

use wsman_authz::{ApplicationInfo, OperationRequest, Plugin, StartError, UserRequest};

struct Policy(Cell<u32>);

impl Plugin for Policy {
    //~^ E0277
    type Context = ();

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self(Cell::new(0)))
    }

    fn authorize_user(&self, request: UserRequest<()>) {
        self.0.set(1);
        request.deny();
    }

    fn authorize_operation(&self, request: OperationRequest<()>) {
        request.deny();
    }
}

fn main() {}
