//! CL-72: there is no grant that does not say under which identity.

use wsman_authz::{Identity, UserGrant, UserRequest};

fn nothing(request: UserRequest<()>) {
    request.allow(); //~ E0061
}

fn empty() -> UserGrant<()> {
    UserGrant::new() //~ E0061
}

fn standard() -> UserGrant<()> {
    UserGrant::default() //~ E0599
}

fn identity() -> Identity {
    Identity::default() //~ E0599
}

fn main() {
    let _ = (nothing, empty, standard, identity);
}
