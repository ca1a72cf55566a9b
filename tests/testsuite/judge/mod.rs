//! The judge on records of real runs: four engines, no Docker needed.
//!
//! Each exercise is a note in `tests/records/NAME.md`; each record in
//! `tests/records/NAME.ENGINE.json` is what one run of it really printed.

mod again;
mod cache;
mod consistency;
mod contradictions;
mod courses;
mod crossings;
mod docker29;
mod elisions;
mod hostile;
mod impossible;
mod kinds;
mod kubectl;
mod machines;
mod messages;
mod mutations;
mod mutations_of_runs;
mod named;
mod properties;
mod pulls;
mod real_notes;
mod runs;
mod sentences;
mod sizes;
mod structure;
mod support;
mod unchecked;
mod update;
mod varying;
mod windows;
