//! What Docker's command line and its names mean.
//!
//! ```text
//!     cli          the words of a `docker` command -> Invocation, by the table in cli.toml
//!     call         a program that a command line calls, and those that it passes on
//!     names        image names: registry, repository, tag, digest
//!     ids          the forms of IDs
//!     kubernetes   the forms of names that Kubernetes makes up
//!     compose      which images a compose file needs
//!     dockerfile   which base images a Dockerfile needs
//! ```

pub mod call;
pub mod cli;
pub mod compose;
pub mod dockerfile;
pub mod ids;
pub mod kubernetes;
pub mod names;

pub use call::ProgramCall;
pub use cli::{Does, Invocation, Naming, OperandKind};
