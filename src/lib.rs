//! labbook: notes in, a course book and verdicts out.
//!
//! ```text
//!     bin/         labbook, mdbook-labbook
//!     cli/         one file a command
//!     update/      a run -> edits of the notes
//!     book/        questions + results -> mdBook pages, assets, in-process build
//!     report/      results -> terminal, JSON, JUnit, GitHub annotations
//!     verify/      exercise + engine -> results: schedule, lab, clean-up
//!     results/     what a run found: verdicts, records
//!     exercise/    notes -> exercises; manifests say what notes cannot say
//!     judge/       expected against actual: alignment, bindings, exit status, differences
//!     terminal/    a PTY that knows exactly when a command has ended
//!     engine/      private, host, nested; base images; what is left and removed
//!     session/     transcript text -> steps
//!     guard/       the API proxy: what notes may ask of a user's own daemon
//!     formats/     what programs print, and which parts of it differ from run to run
//!     consent/     which commands may run on the user's own machine
//!     docker/      what Docker's command line means: the table, names, IDs, Dockerfiles
//!     notes/       Markdown -> questions, by byte range of the source
//!     shell/       shell text -> commands and words
//!     lab          what is known of a lab, as plain data
//!     pattern      patterns of our own, each compiled by a test
//!     hex          digests as text
//!     paths        paths as the notes write them
//!     diagnostic   what a refusal looks like before it is rendered
//!     reason       why something came out as it did, and of which kind that is
//! ```
//!
//! Each room imports only rooms below it; a test holds the imports against this
//! drawing.

#![warn(unreachable_pub)]
#![cfg_attr(not(test), warn(unused_crate_dependencies))]

pub mod book;
pub mod cli;
pub mod consent;
pub mod diagnostic;
pub mod docker;
pub mod engine;
pub mod exercise;
pub mod formats;
pub mod guard;
mod hex;
pub mod judge;
pub mod lab;
pub mod notes;
mod paths;
mod pattern;
pub mod reason;
pub mod report;
pub mod results;
pub mod session;
pub mod shell;
pub mod terminal;
pub mod update;
pub mod verify;
