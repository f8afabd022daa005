//! Models of the machines, the reference host and what the command line does.

#[cfg(not(target_pointer_width = "64"))]
compile_error!("handles pack a slot and a generation into 64 bits");

pub mod cli;
pub mod cover;
pub mod coverage;
pub mod draw;
pub mod drive;
pub mod explore;
pub mod html;
pub mod judge;
pub mod model;
mod random;
mod related;
pub mod verify;
