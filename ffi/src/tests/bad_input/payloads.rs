//! Values of a policy whose destructors panic or call back in.

use std::sync::{Mutex, OnceLock};

use super::NOTHING;
use crate::code::ERROR_ACCESS_DENIED;
use crate::tests::host::{Host, Request};
use crate::{ApplicationInfo, Identity, OperationRequest, Plugin, StartError, UserGrant, UserRequest};

#[test]
fn cl_61_a_destructor_that_panics_harms_nobody_else() {
    let host = Host::start();
    let (board, explosive, alice) = (host.board(), host.let_in("explosive"), host.let_in("alice"));
    host.release(explosive);
    let logged = host.logged("CL-61: panic stopped at the boundary");
    let fields = [logged.field("what"), logged.field("message")];
    assert_eq!(fields, [Some("destructor of a context"), Some("a destructor that panics")]);
    assert_eq!((board.alive(), host.balance()), (1, (1, 1, 0)));
    host.release(alice);
    let refused = Request::of("explosive").refused(87);
    host.user(&refused);
    let _left = host.let_in("explosive");
    assert_eq!((host.shutdown(), board.alive(), host.balance()), (0, 0, NOTHING));
    assert_eq!(host.count("CL-61: panic stopped at the boundary"), 3, "released, refused, left at Shutdown");
}

/// Acts when it is dropped.
struct Spring(&'static str);

/// What a spring may do.
#[derive(Default)]
struct Scene {
    host: Mutex<Option<Host<Sprung>>>,
    parked: Mutex<Option<UserRequest<Spring>>>,
    /// What is released from inside a release.
    other: Mutex<Vec<usize>>,
}

static SCENE: OnceLock<Scene> = OnceLock::new();

fn scene() -> &'static Scene {
    SCENE.get_or_init(Scene::default)
}

impl Drop for Spring {
    fn drop(&mut self) {
        match self.0 {
            "releases" => {
                let (host, others) = (scene().host.lock().unwrap().clone(), scene().other.lock().unwrap().split_off(0));
                others.into_iter().for_each(|other| host.as_ref().unwrap().release(other));
            }
            "answers" => drop(scene().parked.lock().unwrap().take().map(UserRequest::deny)),
            _ => {}
        }
    }
}

struct Sprung;

impl Plugin for Sprung {
    type Context = Spring;

    fn start(_: &ApplicationInfo) -> Result<Self, StartError> {
        Ok(Self)
    }

    fn authorize_user(&self, request: UserRequest<Spring>) {
        match request.sender().name() {
            "park" => *scene().parked.lock().unwrap() = Some(request),
            "releases" => request.allow(UserGrant::new(Identity::Client).context(Spring("releases"))),
            "answers" => request.allow(UserGrant::new(Identity::Client).context(Spring("answers"))),
            _ => request.allow(UserGrant::new(Identity::Client).context(Spring("rests"))),
        }
    }

    fn authorize_operation(&self, request: OperationRequest<Spring>) {
        request.allow();
    }
}

#[test]
fn cl_60_a_destructor_may_call_back_in() {
    let host = Host::<Sprung>::load();
    *scene().host.lock().unwrap() = Some(host.clone());
    let let_in = |user| {
        let request = Request::of(user);
        host.user(&request);
        request.verdict().context
    };
    // From inside the release of its own context: of another live one, of its own, of garbage.
    let (own, other) = (let_in("releases"), let_in("rests"));
    scene().other.lock().unwrap().extend([other, own, 22]);
    host.release(own);
    assert_eq!((host.balance(), host.count("the contract was broken")), (NOTHING, 2));
    // An answer to another request. CL-52 forbids a completion here: SPEC.md, Limits.
    let (own, parked) = (let_in("answers"), Request::of("park"));
    host.user(&parked);
    host.release(own);
    assert_eq!((parked.verdict().error, host.balance()), (ERROR_ACCESS_DENIED, NOTHING));
    // The same from inside Shutdown, which frees what the host left.
    let (_left, parked) = (let_in("answers"), Request::of("park"));
    host.user(&parked);
    assert_eq!(host.shutdown(), 0);
    assert_eq!((parked.is_open(), host.balance()), (false, NOTHING));
    *scene().host.lock().unwrap() = None;
}
