//! CL-74: the client's token is lent: it can be neither closed nor given away.

use wsman_authz::{Identity, UserGrant, UserRequest};

fn closed(request: UserRequest<()>) {
    if let Some(token) = request.sender().client_token() {
        token.close(); //~ E0599
    }
    request.deny();
}

fn given_away(request: UserRequest<()>) {
    let Some(token) = request.sender().client_token() else { return };
    let _grant = UserGrant::<()>::new(Identity::Token(token)); //~ E0308
}

fn main() {
    let _ = (closed, given_away);
}
