//! HA-06: the client's token is the host's again with the answer, so nothing that was lent outlives the request.

use wsman_authz::UserRequest;

fn token(request: UserRequest<()>) {
    let token = request.sender().client_token();
    request.deny(); //~ E0505
    println!("{token:?}");
}

fn sender(request: UserRequest<String>) {
    let name = request.sender().name();
    request.deny(); //~ E0505
    println!("{name}");
}

fn context(request: UserRequest<String>) {
    let context = request.user_context();
    request.deny(); //~ E0505
    println!("{context:?}");
}

fn main() {
    let _ = (token, sender, context);
}
