//! One program for all tests of this package that need no look inside: the long ones then share the processors, and
//! there is one program to link. `cargo test -p wsman-authz-models promela::` runs those of one file.

mod classes;
mod drive;
mod explorers;
mod names;
mod promela;
mod teeth;
