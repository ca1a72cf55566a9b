//! Results to what people and machines read: terminal, JSON, JUnit, GitHub, Markdown.
//!
//! ```text
//!     Report --pretty--> text for a terminal     --json-->   the published document
//!            --junit-->  XML for CI servers      --github--> annotations at the notes' lines
//!            --markdown--> a table, for a CI step's summary
//!     Diagnostic --diagnostics--> file:line:column with the line shown
//! ```

mod beside;
pub mod diagnostics;
mod filling;
mod format;
mod github;
mod json;
mod junit;
mod markdown;
mod pretty;
mod visible;

pub use filling::without_filling;
pub use format::{Audience, Destination, ReportFormat, UnknownFormat, render};
pub use pretty::{Detail, counted_by_kind, end, row, rows};
pub use visible::visible;
