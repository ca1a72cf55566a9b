//! A terminal that knows exactly when a command has ended.
//!
//! ```text
//!     Terminal
//!       pty::Pty             the wide terminal and the lab's bash on it
//!       stream::Stream       what was printed since the step began, bounded
//!       marks::Shell         one open shell: its key, its counter
//!       settings             what is typed at a new shell, and its traces
//!       readiness            does a shell that was just started wait for input?
//!       dialogue             what is typed to a program that asks
//!       relay                the user's own keys, in a lab that is kept
//!       echo, screen         bytes -> the lines that a reader sees
//! ```
//!
//! The prompts of the host's shell and of every shell opened inside it carry
//! invisible marks, so that nothing waits by sleeping and nothing that a program
//! prints can pass for the end of a command:
//!
//! ```text
//!     (mark: counter, status)root@b85d4d7c62ef:/# (mark: end)whoami
//!     (mark: output)root
//!     (mark: counter, status)root@b85d4d7c62ef:/# (mark: end)
//! ```

mod dialogue;
mod echo;
mod error;
mod marks;
mod pty;
#[doc(hidden)]
pub mod readers;
mod readiness;
mod relay;
mod screen;
mod settings;
mod stream;
#[allow(clippy::module_inception)]
mod terminal;

pub use dialogue::Dialogue;
pub use error::TerminalError;
pub use relay::relay;
pub use terminal::{Printed, Terminal, WaitFor};
