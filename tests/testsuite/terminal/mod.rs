//! What a user of the terminal sees, in real shells on real terminals.

mod containers;
mod shells;
mod support;
