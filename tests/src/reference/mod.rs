//! Reference machines: the contract once more, as naively as it can be written down.
//!
//! They are written from SPEC.md and share nothing with the machines of `core/` but the alphabet, the inputs and the
//! effects. They keep plain lists and search them: no slots, no generations, no counters, no table of deadlines.
//! What can be derived from the lists is not stored. For each input they say every effect that must follow; the test
//! compares that with what the machine asks for.
//!
//! Names are the one thing they do not predict: which number a request has, which value a context, which address the
//! details of a sender. They know these things as entries of a list, learn the machine's name for each when it comes
//! up for the first time, and complain about a name that must not come up again (CL-14).

pub mod engine;
pub mod host;
