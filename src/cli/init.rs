//! `labbook init`: a book of one's own, to begin with.

use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;

use super::{Refusal, Status, say};

/// Arguments of `labbook init`.
#[derive(Debug, clap::Args)]
pub struct InitArguments {
    /// The folder to make the book in; nothing in it is overwritten
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

const BOOK: &str = "[book]\ntitle = \"Course notes\"\nlanguage = \"ko\"\n\n[preprocessor.labbook]\nbefore = [\"links\"]\n";

const SUMMARY: &str = "# Summary\n\n- [Docker](docker.md)\n";

const NOTES: &str = "# Docker\n\n## Docker\n\n\
- 컨테이너 안에서는 어떤 사용자로 실행되나요?\n  - 이미지에 USER가 없으면 root입니다.\n\
```bash\nuser@host:~$ docker run --rm busybox whoami\nroot\n```\n";

const MANIFEST: &str =
    "title = \"The user of a container\"\ncommand = \"docker run --rm busybox whoami\"\n";

/// Writes the files of a small book that can be verified and built at once.
///
/// # Errors
/// A file that is there already, or cannot be written; then nothing is written.
pub fn run(arguments: &InitArguments) -> Result<Status, Refusal> {
    let files = [
        ("book.toml", BOOK),
        ("src/SUMMARY.md", SUMMARY),
        ("src/docker.md", NOTES),
        ("exercises/whoami.toml", MANIFEST),
    ];
    let refusal: Refusal = files
        .iter()
        .map(|(name, _)| arguments.folder.join(name))
        .filter(|path| path.exists())
        .map(|path| {
            Diagnostic::error(format!("{} is there already", path.display()))
                .help("name a folder without a book")
        })
        .collect();
    if !refusal.is_empty() {
        return Err(refusal);
    }
    for (name, text) in files {
        let path = arguments.folder.join(name);
        write(&path, text).map_err(|error| {
            vec![
                Diagnostic::error(format!("cannot write {}: {error}", path.display()))
                    .help("name a folder that can be written to"),
            ]
        })?;
        say(&format!("{}\n", path.display()))?;
    }
    Ok(Status::Good)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
