//! Legal: each report gets a box of its own, and one thread answers all requests through a channel.
//!
//! Unusual: nothing of it is done by an engine. Shutdown waits until the channel is empty, and the last one for the
//! thread; boxes of refused completions are taken back.

use std::sync::mpsc::{self, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use wsman_authz_test_plugins::{Entries, Request, export};

enum Question {
    User(Request),
    Operation(Request),
    /// Somebody waits until everything before it is answered.
    Done(Sender<()>),
}

/// The channel and its thread, while applications run.
struct Desk {
    applications: u32,
    questions: Sender<Question>,
    clerk: JoinHandle<()>,
}

static DESK: Mutex<Option<Desk>> = Mutex::new(None);

fn with_desk<R>(act: impl FnOnce(&mut Option<Desk>) -> R) -> R {
    act(&mut DESK.lock().unwrap_or_else(PoisonError::into_inner))
}

fn put(question: Question) {
    with_desk(|desk| desk.as_ref().map(|desk| desk.questions.send(question)));
}

fn open_desk() -> Desk {
    let (questions, inbox) = mpsc::channel();
    let clerk = thread::spawn(move || inbox.into_iter().for_each(answer));
    Desk { applications: 0, questions, clerk }
}

fn answer(question: Question) {
    match question {
        Question::User(request) => report(|context| request.allow_user(context)),
        Question::Operation(request) => report(|context| request.allow_operation(context)),
        Question::Done(waiting) => drop(waiting.send(())),
    }
}

/// Makes a box for one report.
fn report(complete: impl FnOnce(usize) -> u32) {
    let context = Box::into_raw(Box::new(String::from("what we remember"))).expose_provenance();
    if complete(context) != 0 {
        Plugin::release(context); // The host did not take it.
    }
}

struct Plugin;

impl Entries for Plugin {
    fn startup() -> u32 {
        with_desk(|desk| desk.get_or_insert_with(open_desk).applications += 1);
        0
    }

    fn authorize_user(request: Request) {
        put(Question::User(request));
    }

    fn authorize_operation(request: Request) {
        put(Question::Operation(request));
    }

    fn release(context: usize) {
        let context = std::ptr::with_exposed_provenance_mut::<String>(context);
        // SAFETY: HA-10: a box that `report` made, given back once.
        drop(unsafe { Box::from_raw(context) });
    }

    fn shutdown() {
        let (waiting, done) = mpsc::channel();
        put(Question::Done(waiting));
        let _ = done.recv();
        let last = with_desk(|desk| {
            desk.as_mut()?.applications -= 1;
            desk.take_if(|desk| desk.applications == 0)
        });
        if let Some(Desk { questions, clerk, .. }) = last {
            drop(questions);
            let _ = clerk.join();
        }
    }
}

export!(Plugin);
