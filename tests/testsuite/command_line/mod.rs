//! `labbook` on the command line, as its users meet it.

mod bad_input;
mod dialogues;
mod explain;
mod pages;
mod prompts;
mod report;
mod rounds;
mod support;
mod twice;
mod update;
mod verify;
