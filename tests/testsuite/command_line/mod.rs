//! `labbook` on the command line, as its users meet it.

mod bad_input;
mod corpus;
mod daemons;
mod dialogues;
mod doctor;
mod explain;
mod granted;
mod init;
mod kept;
mod kubernetes;
mod live;
mod pages;
mod prompts;
mod refused;
mod report;
mod rounds;
mod shell_files;
mod stand_ins;
pub(crate) mod support;
mod terminals;
mod tty;
mod twice;
mod update;
mod verify;
