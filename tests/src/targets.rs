//! What the fuzzers run: functions of bytes that end in `Err` where something is wrong. `cargo test` replays the corpora
//! through the same functions.
//!
//! With `WSMAN_AUTHZ_FAULT=name` in the environment, a [seeded fault](Fault) is in the machines: then a target must find
//! something. The targets read it, and the command that tells a crash as a story; nothing that ships does.

use std::env;
use std::sync::OnceLock;

use wsman_authz_core::fault::Fault;

use crate::{boundary, handles, history, hosting, reading, sequences, walk};

/// The environment variable with the name of a seeded fault.
pub const FAULT: &str = "WSMAN_AUTHZ_FAULT";

/// One target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: of the file in `fuzz/fuzz_targets/`, and of the folder in `fuzz/corpus/`.
    pub name: &'static str,
    /// Plays bytes with a seeded fault. The error is a story: what happened, then what is wrong.
    pub play: fn(&[u8], Option<Fault>) -> Result<(), String>,
}

/// The C API. Its engine is the one that ships: no fault can be put into it.
pub const C_API: Target = Target { name: "c_api", play: boundary::call_c };
/// Random histories of the engine alone.
pub const ENGINE: Target = Target { name: "engine", play: |bytes, fault| history::play_with(bytes, fault).map(drop) };
/// The six entry points, called by a host without manners.
pub const ENTRY_POINTS: Target = Target { name: "entry_points", play: boundary::enter };
/// The lease table: any value at any time.
pub const HANDLES: Target = Target { name: "handles", play: handles::play };
/// The host against the contract.
pub const HOST: Target = Target { name: "host", play: hosting::play };
/// The reader of traces, and the judge. No machine is in it, and hence no fault.
pub const JUDGE: Target = Target { name: "judge", play: |bytes, _| reading::judge_bytes(bytes).map(drop) };
/// Structures and texts of the host.
pub const SENDERS: Target = Target { name: "senders", play: boundary::show };
/// Call sequences through the C boundary, by the reference host.
pub const SEQUENCES: Target = Target { name: "sequences", play: sequences::play };
/// Walks through the model.
pub const WALK: Target = Target { name: "walk", play: |bytes, fault| walk::walk_into(bytes, fault).map(drop) };

/// All of them.
pub const ALL: &[Target] = &[C_API, ENGINE, ENTRY_POINTS, HANDLES, HOST, JUDGE, SENDERS, SEQUENCES, WALK];

impl Target {
    /// Plays bytes for a fuzzer, with the fault that the environment names.
    ///
    /// # Panics
    /// If something is wrong, with the story.
    pub fn fuzz(&self, bytes: &[u8]) {
        static CHOSEN: OnceLock<Option<Fault>> = OnceLock::new();
        let fault = *CHOSEN.get_or_init(|| fault_from_environment().unwrap_or_else(|why| panic!("{why}")));
        if let Err(story) = (self.play)(bytes, fault) {
            panic!("{story}");
        }
    }
}

/// The fault that the environment names, if it names one.
///
/// # Errors
/// There is no such fault.
pub fn fault_from_environment() -> Result<Option<Fault>, String> {
    let Ok(name) = env::var(FAULT) else { return Ok(None) };
    let known = Fault::ALL.iter().copied().find(|fault| fault.name() == name);
    known.map(Some).ok_or_else(|| format!("{FAULT}: there is no fault `{name}`; `verify --list-faults` lists them"))
}
