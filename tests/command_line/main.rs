//! `labbook` on the command line, as its users meet it.

mod bad_input;
mod report;
mod rounds;
mod support;
mod verify;
