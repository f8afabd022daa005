//! CL-50: answering uses a request up.

use wsman_authz::{Identity, OperationRequest, QuotaRequest, UserGrant, UserRequest};

fn user(request: UserRequest<()>) {
    request.allow(UserGrant::new(Identity::Client));
    request.deny(); //~ E0382
}

fn operation(request: OperationRequest<()>) {
    request.deny();
    request.allow(); //~ E0382
}

fn quota(request: QuotaRequest<()>) {
    request.answer(wsman_authz::DEFAULT_QUOTA);
    drop(request); //~ E0382
}

fn main() {
    let _ = (user, operation, quota);
}
