//! States and transitions as tables: what `wsman-authz draw` draws, and what tests hold the machines to.

/// One row: the state, the event, the next state.
pub type Transition = (&'static str, &'static str, &'static str);
