//! What the policies of all plug-ins here do: say yes, with a fresh payload.

use std::cell::Cell;

use crate::payload::{Maker, Payload};

thread_local! {
    /// A maker for each thread: threads that shared one would measure the count of its text.
    static MAKER: (Maker, Cell<u64>) = (Maker::new(0), Cell::new(0));
}

/// The payload that a policy gives out.
pub(super) fn fresh() -> Payload {
    MAKER.with(|(maker, number)| {
        number.set(number.get() + 1);
        maker.make(number.get())
    })
}
