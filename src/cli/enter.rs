//! `labbook enter`: a shell in a lab that `verify --keep` left standing.

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::engine::kept::{self, Kept};
use crate::engine::{self, Sweep};
use crate::terminal::relay;

use super::verify::interruption;
use super::{CommandError, Status, complain, say};

/// Arguments of `labbook enter`.
#[derive(Debug, clap::Args)]
pub(super) struct EnterArguments {
    /// The ID of the lab's exercise, or part of it [default: a list of the labs that stand]
    #[arg(value_name = "ID")]
    exercise: Option<String>,
    /// The engine whose lab is meant, where the exercise has several
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
}

/// Opens a shell in a lab; the lab stands on when the shell ends.
///
/// # Errors
/// That no lab, or more than one, is meant, and what keeps it from being entered.
pub(super) fn run(arguments: &EnterArguments) -> Result<Status, CommandError> {
    // Labs whose processes are gone stand no more.
    if let Err(errors) = engine::sweep(Sweep::default()) {
        complain(&errors.iter().map(Diagnose::diagnose).collect::<Vec<_>>());
    }
    let all = kept::all();
    let Some(wanted) = &arguments.exercise else {
        say(&listed(&all))?;
        return Ok(Status::Good);
    };
    let kept = find_lab(&all, wanted, arguments.engine.as_deref())?;
    let opened = kept.open().map_err(|error| vec![error.diagnose()])?;
    anstream::eprintln!(
        "in the lab of {} on {}; `exit` leaves it standing, `labbook clean --kept` removes it",
        kept.exercise,
        kept.engine
    );
    relay(&opened.doorway, &interruption()).map_err(|error| vec![error.diagnose()])?;
    Ok(Status::Good)
}

fn listed(all: &[Kept]) -> String {
    let rows = all
        .iter()
        .map(|kept| format!("{}  {}\n", kept.exercise, kept.engine));
    match all.is_empty() {
        true => "no lab stands: `labbook verify --keep` leaves them standing\n".to_owned(),
        false => rows.collect(),
    }
}

/// The lab that is meant: by its whole ID, else by part of it.
fn find_lab<'k>(
    all: &'k [Kept],
    wanted: &str,
    engine: Option<&str>,
) -> Result<&'k Kept, CommandError> {
    let on_engine = |kept: &&Kept| engine.is_none_or(|engine| kept.engine == engine);
    let those = |is_meant: &dyn Fn(&str) -> bool| -> Vec<&Kept> {
        let meant = all.iter().filter(|kept| is_meant(&kept.exercise));
        meant.filter(on_engine).collect()
    };
    let mut found = those(&|id| id == wanted);
    if found.is_empty() {
        found = those(&|id| id.contains(wanted));
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let help = match all.is_empty() {
                true => "`labbook verify --keep` leaves labs standing; those that it left as root are root's".to_owned(),
                false => format!("these stand:\n{}", listed(all).trim_end()),
            };
            Err(vec![
                Diagnostic::error(format!("no lab of `{wanted}` stands")).help(help),
            ])
        }
        several => {
            let message = format!("`{wanted}` means several labs");
            let owned: Vec<Kept> = several.iter().map(|kept| (*kept).clone()).collect();
            let help = format!(
                "name one by its whole ID and --engine:\n{}",
                listed(&owned).trim_end()
            );
            Err(vec![Diagnostic::error(message).help(help)])
        }
    }
}
