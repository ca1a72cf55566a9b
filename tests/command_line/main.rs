//! `labbook` on the command line, as its users meet it.

mod bad_input;
mod support;
mod verify;
