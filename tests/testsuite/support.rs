//! What several modules need of the machine.

use std::path::{Path, PathBuf};

use labbook::diagnostic::Diagnose;
use labbook::engine::private::{PrivateEngine, PrivateOptions};

/// A private engine. The tests that start one are `ignored` without being asked
/// for, so where there can be none they fail with the reason.
pub fn private_engine(options: PrivateOptions) -> PrivateEngine {
    let program = Some(env!("CARGO_BIN_EXE_labbook").into());
    PrivateEngine::new(PrivateOptions { program, ..options })
        .and_then(|engine| engine.available().map(|()| engine))
        .unwrap_or_else(|error| panic!("{}", error.diagnose().message))
}

/// The folder of a real class's notes. They are nobody's to ship: a test that reads
/// them says that it was skipped where they do not lie beside the project.
pub fn real_notes() -> Option<PathBuf> {
    let folder = std::env::var_os("LABBOOK_NOTES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/notes"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        println!("skipped: no notes at {}", folder.display());
        return None;
    }
    Some(folder)
}
