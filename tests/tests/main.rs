//! One program for all tests of this package: the long ones, of which some only wait for other programs, then share the
//! processors, and there is one program to link. `cargo test -p wsman-authz-tests judge::` runs those of one file.

mod c_plugin;
mod command_line;
mod compile_fail;
mod corpus;
mod coverage;
mod equal_values;
mod examples;
mod facade;
mod fuzzing;
mod judge;
mod judge_dialects;
mod pictures;
mod plugins;
mod production_trace;
mod reference;
mod spec;
mod test_host;
mod tidy;
mod tutorial;
mod walks;
