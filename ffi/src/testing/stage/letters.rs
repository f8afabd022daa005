//! The letters of one host: valid from the entry to the completion (HA-01), then gone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use wsman_authz_core::Sender;
use wsman_authz_core::dialect::SenderPointer;

use crate::testing::letter::{Letter, Texts};
use crate::testing::said::Listener;

/// How many letters rest before their memory is given back, where addresses are not to be used again at once.
const RESTING: usize = 1024;

/// Every letter, by the host's number of the request.
#[derive(Default)]
pub(super) struct Letters {
    reuse: bool,
    open: BTreeMap<Sender, Box<Letter>>,
    resting: VecDeque<Box<Letter>>,
}

impl Letters {
    pub(super) fn new(pointer: SenderPointer) -> Self {
        Self { reuse: pointer == SenderPointer::Reused, ..Self::default() }
    }

    /// Writes a letter and returns its address, which any thread may use.
    pub(super) fn open(&mut self, sender: Sender, texts: Texts, listener: impl FnOnce() -> Arc<dyn Listener>) -> usize {
        let letter = match self.open.remove(&sender) {
            Some(mut old) => {
                old.rewrite(texts);
                old
            }
            None => Letter::new(texts, listener()),
        };
        self.open.entry(sender).or_insert(letter).pointer().expose_provenance()
    }

    /// The request was completed: its memory is no longer the plug-in's to read (CL-62).
    pub(super) fn close(&mut self, sender: Sender) {
        if self.reuse {
            return; // the next request with this number has the same address
        }
        self.resting.extend(self.open.remove(&sender));
        while self.resting.len() > RESTING {
            self.resting.pop_front();
        }
    }
}
