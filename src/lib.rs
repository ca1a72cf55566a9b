//! labbook: notes in, a course book and verdicts out.
//!
//! ```text
//!     bin/         labbook, mdbook-labbook
//!     cli/         one file a command
//!     book/        questions + results -> mdBook pages, assets, in-process build
//!     report/      results -> terminal, JSON, JUnit, GitHub annotations
//!     verify/      exercise + engine -> results: schedule, lab, clean-up
//!     results/     what a run found: verdicts, records
//!     exercise/    notes -> exercises; manifests say what notes cannot say
//!     judge/       expected against actual: tokens, tables, trees, bindings, dialects
//!     terminal/    a PTY that knows exactly when a command has ended
//!     engine/      host, private; base images; the guard
//!     session/     transcript text -> steps
//!     notes/       Markdown -> questions, by byte range of the source
//! ```
//!
//! Each room imports only rooms below it. [`diagnostic`] is the ground they all
//! stand on: what a refusal looks like before it is rendered.

pub mod book;
pub mod cli;
pub mod diagnostic;
pub mod docker;
pub mod engine;
pub mod exercise;
pub mod judge;
pub mod notes;
pub mod report;
pub mod results;
pub mod session;
pub mod shell;
pub mod terminal;
pub mod verify;
