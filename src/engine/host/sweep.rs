//! Removing what labs left whose process was killed.

use std::io;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

use crate::engine::EngineError;
use crate::engine::cache;
use crate::engine::journal::{Sweep, unanswered};
use crate::guard::daemon::Daemon;
use crate::guard::ledger::Ledger;
use crate::guard::removal::remove;

/// Where ledgers are kept.
pub(super) fn ledgers() -> PathBuf {
    cache::folder().join("ledgers")
}

/// Removes what orphaned labs made. Gives the IDs of the labs that are gone now.
///
/// # Errors
/// [`EngineError::Left`] with what is still there; everything else was removed.
pub fn sweep(sweep: Sweep) -> Result<Vec<String>, EngineError> {
    let all = ledgers();
    let folders = match std::fs::read_dir(&all) {
        Ok(folders) => folders,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(EngineError::file("read", &all)(error)),
    };
    let (mut removed, mut left) = (Vec::new(), Vec::new());
    for folder in folders.flatten().map(|entry| entry.path()) {
        let ledger = match Ledger::adopt(&folder) {
            Ok(Some(ledger)) => ledger,
            Ok(None) => continue,
            Err(error) => {
                left.push(format!("{}: {error}", folder.display()));
                continue;
            }
        };
        if ledger.belongings.kept && !sweep.kept {
            continue;
        }
        let mut cleared = clear(&ledger);
        if cleared.is_err() && sweep.forget {
            cleared = forget(&ledger);
        }
        match cleared {
            Ok(()) => removed.push(ledger.begun.lab.clone()),
            Err(what) => left.extend(what),
        }
    }
    match left.is_empty() {
        true => Ok(removed),
        false => Err(EngineError::Left { what: left }),
    }
}

/// Removes everything that a ledger names, and then the ledger.
///
/// # Errors
/// What is left, each with the reason; the ledger stays.
pub(super) fn clear(ledger: &Ledger) -> Result<(), Vec<String>> {
    let daemon = Daemon::new(ledger.begun.upstream.clone());
    let left = remove(&daemon, &ledger.begun, &ledger.belongings)
        .map_err(|error| vec![format!("lab {}: {}", ledger.begun.lab, unanswered(&error))])?;
    match left.is_empty() {
        true => forget(ledger),
        false => Err(left),
    }
}

/// Removes what a lab has on this machine, and its ledger.
fn forget(ledger: &Ledger) -> Result<(), Vec<String>> {
    let gone = |result: io::Result<()>| match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    let run = &ledger.begun.run_folder;
    // A client whose guard is gone may write its configuration once more.
    for _ in 0..5 {
        gone(std::fs::remove_dir_all(run))
            .map_err(|error| vec![format!("{}: {error}", run.display())])?;
        sleep(Duration::from_millis(50));
        if !run.exists() {
            break;
        }
    }
    gone(ledger.end()).map_err(|error| vec![format!("lab {}: {error}", ledger.begun.lab)])
}
