//! `labbook clean`: removes what killed runs left behind, and what is kept for
//! the next ones.

use std::time::Duration;

use crate::diagnostic::Diagnose;
use crate::engine::{self, Sweep, cache, kept};

use super::{CommandError, Status, complain, say};

/// Arguments of `labbook clean`.
#[derive(Debug, clap::Args)]
pub(super) struct CleanArguments {
    /// Remove the labs that `verify --keep` left standing, too
    #[arg(long)]
    kept: bool,
    /// Forget labs that cannot be removed: their daemon does not answer or is
    /// another one, or what they made may be yours; what is left there stays
    #[arg(long)]
    forget: bool,
    /// Remove what later runs would make again: stand-ins, data roots with base
    /// images, programs
    #[arg(long)]
    cache: bool,
    /// With --cache: only files unused for DAYS days
    #[arg(long, value_name = "DAYS", requires = "cache")]
    unused_for: Option<u32>,
}

/// Removes what is left, and what was asked for, and says what it was.
///
/// # Errors
/// None; what could not be removed is shown, and the status says so.
pub(super) fn run(arguments: &CleanArguments) -> Result<Status, CommandError> {
    let mut text = String::new();
    let mut errors = Vec::new();
    let sweep = Sweep {
        kept: arguments.kept,
        forget: arguments.forget,
    };
    match engine::sweep(sweep) {
        Ok(removed) => text.extend(removed.iter().map(|lab| format!("removed {lab}\n"))),
        Err(left) => errors.extend(left),
    }
    if arguments.cache {
        let days = |days: u32| Duration::from_secs(u64::from(days) * 24 * 60 * 60);
        match cache::prune(arguments.unused_for.map(days)) {
            Ok(pruned) => {
                let paths = pruned.removed.iter();
                text.extend(paths.map(|path| format!("removed {}\n", path.display())));
                text.push_str(&format!("freed {} MB\n", pruned.bytes / 1_000_000));
            }
            Err(error) => errors.push(error),
        }
    }
    let standing = kept::all();
    if !standing.is_empty() {
        let labs = standing.iter();
        let labs: Vec<String> = labs
            .map(|kept| format!("{} on {}", kept.exercise, kept.engine))
            .collect();
        text.push_str(&format!(
            "left standing on purpose: {} (--kept removes them)\n",
            labs.join(", ")
        ));
    }
    if text.is_empty() && errors.is_empty() {
        text.push_str("nothing was left behind\n");
    }
    say(&text)?;
    complain(&errors.iter().map(Diagnose::diagnose).collect::<Vec<_>>());
    Ok(match errors.is_empty() {
        true => Status::Good,
        false => Status::NotRun,
    })
}
