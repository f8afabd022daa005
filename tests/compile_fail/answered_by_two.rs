//! CL-50: a request has no copies, so two threads cannot answer it.

use wsman_authz::UserRequest;

fn user(request: UserRequest<()>) {
    let copy = request.clone(); //~ E0599
    std::thread::spawn(move || request.deny());
    copy.deny();
}

fn main() {
    let _ = user;
}
