//! `labbook clean`: removes what killed runs left behind.

use crate::diagnostic::Diagnose;
use crate::engine;

use super::{Refusal, Status, complain, say};

/// Arguments of `labbook clean`.
#[derive(Debug, clap::Args)]
pub struct CleanArguments {
    /// Remove the labs that `verify --keep` left standing, too
    #[arg(long)]
    kept: bool,
}

/// Removes what is left and says what it was.
///
/// # Errors
/// None; what could not be removed is shown, and the status says so.
pub fn run(arguments: &CleanArguments) -> Result<Status, Refusal> {
    match engine::sweep(arguments.kept) {
        Ok(removed) if removed.is_empty() => {
            say("nothing was left behind\n");
            Ok(Status::Good)
        }
        Ok(removed) => {
            say(&removed
                .iter()
                .map(|lab| format!("removed {lab}\n"))
                .collect::<String>());
            Ok(Status::Good)
        }
        Err(errors) => {
            complain(&errors.iter().map(Diagnose::diagnose).collect::<Vec<_>>());
            Ok(Status::NotRun)
        }
    }
}
